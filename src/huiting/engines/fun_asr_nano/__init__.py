"""Fun-ASR-Nano: a language model that listens; Chinese with its dialects, English, Japanese.

Fun-ASR-MLT-Nano is another checkpoint of the same form, for 31 languages (`fun_asr_mlt_nano`).
By sherpa-onnx (`onnx`), quick on a processor; by FunASR and PyTorch (`torch`), on any device that
PyTorch knows; or by FunASR and vLLM in a process of their own (`vllm`), for many calls at once.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.ports import Recognizer
from huiting.engines._prompted_files import PRECISIONS
from huiting.engines._runtimes import ONNX, runtime_of
from huiting.engines.fun_asr_nano._languages import MLT_NANO, NANO
from huiting.engines.fun_asr_nano._options import Options

VLLM = "vllm"
CHECKPOINTS = (NANO, MLT_NANO)
NETWORKS = tuple(f"encoder_adaptor{precision}.onnx" for precision in PRECISIONS)


def untimed(_options: Mapping[str, Any]) -> bool:
    """Tell that words may come without times, as of figures even where there is a head for them."""
    return True


def build(
    *,
    weights: str | Path,
    checkpoint: str = NANO,
    runtime: str = "auto",
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    batch: float = 0.0,
    fallback: str = "none",
    itn: bool = True,
    languages: Sequence[str] = (),
    python: str | Path = "",
    gpu_memory_utilization: float = 0.8,
    vllm: Mapping[str, Any] | None = None,
    timeout: float = 120.0,
    loading_timeout: float = 540.0,
) -> Recognizer:
    """Load the model. From `python` on, options are those of vLLM.

    Args:
        weights: folder of the model, as FunASR or sherpa-onnx publishes it.
        checkpoint: `nano` or `mlt-nano`; the files do not say which they are.
        runtime: `onnx`, `torch`, `vllm`, or `auto` for whichever of the first two the folder
            holds files for.
        device: `auto`, `cpu`, `cuda:0`; by PyTorch any name that it knows; by vLLM a CUDA device.
        compute: `auto`; by PyTorch and vLLM one of float32, bfloat16.
        threads: cores to use.
        batch: seconds of clips decoded at once; 0 for what suits the device. sherpa-onnx takes
            one clip at a time.
        fallback: `cpu` to go on there when a device has no room; `none` to fail. Not by vLLM.
        itn: whether the model writes digits.
        languages: codes among which a language is detected; empty for all.
        python: interpreter of the environment in which vLLM and FunASR are installed.
        gpu_memory_utilization: share of the device's memory that it takes.
        vllm: its further arguments.
        timeout: seconds for the answer to a batch, beyond ten times its length.
        loading_timeout: seconds to load.

    Raises:
        ConfigError: there is no such checkpoint, runtime, device, compute type or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    if checkpoint not in CHECKPOINTS:
        raise ConfigError(
            f"checkpoint {checkpoint!r}",
            "no such checkpoint",
            f"choose one of {', '.join(CHECKPOINTS)}",
        )
    options = Options(
        Path(weights),
        checkpoint,
        threads,
        itn=itn,
        languages=tuple(languages),
        compute=compute,
        batch=batch,
    )
    if not options.weights.is_dir():
        raise ModelUnavailable(
            str(options.weights), "no such folder", "name the folder of the model"
        )
    taken = runtime_of(runtime, options.weights, device, networks=NETWORKS, others=(VLLM,))
    if taken == ONNX:
        from huiting.engines.fun_asr_nano import onnx

        return onnx.build(options, device=device, fallback=fallback)
    if taken == VLLM:
        from huiting.engines.fun_asr_nano import vllm as by_vllm

        place = by_vllm.Place(python, gpu_memory_utilization, vllm or {}, timeout, loading_timeout)
        return by_vllm.build(options, place, device=device, fallback=fallback)
    from huiting.engines.fun_asr_nano import torch

    return torch.build(options, device=device, fallback=fallback)
