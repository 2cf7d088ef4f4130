"""SenseVoice: text, language, emotion and sounds in one pass, for zh, yue, en, ja and ko.

By sherpa-onnx (`onnx`), quick on a processor; or by FunASR and PyTorch (`torch`), on any device
that PyTorch knows, which shows how sure the model is. A runtime beside these is a module of this
package that returns what `_reading.Said` holds.
"""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.ports import Recognizer
from huiting.engines._runtimes import ONNX, runtime_of
from huiting.engines.sensevoice._options import Options


def build(
    *,
    weights: str | Path,
    runtime: str = "auto",
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    batch: float = 0.0,
    fallback: str = "none",
    itn: bool = True,
    languages: Sequence[str] = (),
) -> Recognizer:
    """Load the model.

    Args:
        weights: folder of the model, as FunASR publishes it or as exported for sherpa-onnx.
        runtime: `onnx`, `torch`, or `auto` for the one that the folder holds files for.
        device: `auto`, `cpu`, `cuda:0`; by PyTorch any name that it knows, by sherpa-onnx
            `coreml`.
        compute: `auto`; by PyTorch one of float32, float16, bfloat16, by sherpa-onnx one of
            int8, float32.
        threads: cores to use.
        batch: seconds of clips decoded at once, padding included; 0 for what suits the device.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.
        itn: whether the model writes digits and punctuation.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such runtime, device, compute type or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    options = Options(Path(weights), compute, threads, batch, itn, tuple(languages))
    if runtime_of(runtime, options.weights, device) == ONNX:
        from huiting.engines.sensevoice import onnx

        return onnx.build(options, device=device, fallback=fallback)
    from huiting.engines.sensevoice import torch

    return torch.build(options, device=device, fallback=fallback)
