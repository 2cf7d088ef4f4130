"""Fun-ASR-Nano: a language model that listens; Chinese with its dialects, English, Japanese.

Fun-ASR-MLT-Nano is another checkpoint of the same form, for 31 languages (`fun_asr_mlt_nano`).
On sherpa-onnx (`onnx`). Its other runtimes, FunASR on PyTorch and vLLM, are reached as servers.
"""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.ports import Recognizer
from huiting.engines.fun_asr_nano._languages import MLT_NANO, NANO

RUNTIMES = ("auto", "onnx")
CHECKPOINTS = (NANO, MLT_NANO)


def build(
    *,
    weights: str | Path,
    checkpoint: str = NANO,
    runtime: str = "auto",
    device: str = "auto",
    threads: int = 2,
    fallback: str = "none",
    itn: bool = True,
    languages: Sequence[str] = (),
) -> Recognizer:
    """Load the model.

    Args:
        weights: folder of the model, as sherpa-onnx publishes it.
        checkpoint: `nano` or `mlt-nano`; the files do not say which they are.
        runtime: `onnx`, or `auto`.
        device: `auto`, `cpu` or `cuda`.
        threads: cores to use.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.
        itn: whether the model writes digits.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such checkpoint, runtime, device or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(
            f"runtime {runtime!r}",
            "no such runtime here",
            f"choose one of {', '.join(RUNTIMES)}, or the engine remote for a server",
        )
    if checkpoint not in CHECKPOINTS:
        raise ConfigError(
            f"checkpoint {checkpoint!r}",
            "no such checkpoint",
            f"choose one of {', '.join(CHECKPOINTS)}",
        )
    from huiting.engines.fun_asr_nano import onnx

    return onnx.build(
        onnx.Options(Path(weights), checkpoint, threads, itn=itn, languages=tuple(languages)),
        device=device,
        fallback=fallback,
    )
