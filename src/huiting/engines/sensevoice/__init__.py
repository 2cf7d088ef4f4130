"""SenseVoice: text, language, emotion and sounds in one pass, for zh, yue, en, ja and ko.

On FunASR and PyTorch (`torch`), on any device that PyTorch knows; it shows how sure it is. A
runtime beside it is a module of this package that returns what `_reading.Said` holds.
"""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.ports import Recognizer

RUNTIMES = ("auto", "torch")


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
        weights: folder of the model, as FunASR publishes it.
        runtime: `torch`, or `auto`.
        device: `auto`, `cpu`, `cuda:0`, or any name that PyTorch knows.
        compute: `auto`, or one of float32, float16, bfloat16.
        threads: cores to use.
        batch: seconds of clips decoded at once, padding included; 0 for what suits the device.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.
        itn: whether the model writes digits and punctuation.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such runtime, device, compute type or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(
            f"runtime {runtime!r}", "no such runtime", f"choose one of {', '.join(RUNTIMES)}"
        )
    from huiting.engines.sensevoice import torch

    return torch.build(
        weights=Path(weights),
        device=device,
        compute=compute,
        threads=threads,
        batch=batch,
        fallback=fallback,
        itn=itn,
        languages=languages,
    )
