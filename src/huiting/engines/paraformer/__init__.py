"""Paraformer: Mandarin with some English, quick and exact, with hotwords (SeACo).

On FunASR and PyTorch (`torch`). It writes words, not digits, and no punctuation: the stages of
the text do that.
"""

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

    Raises:
        ConfigError: there is no such runtime, device, compute type or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(
            f"runtime {runtime!r}", "no such runtime", f"choose one of {', '.join(RUNTIMES)}"
        )
    from huiting.engines.paraformer import torch

    return torch.build(
        weights=Path(weights),
        device=device,
        compute=compute,
        threads=threads,
        batch=batch,
        fallback=fallback,
    )
