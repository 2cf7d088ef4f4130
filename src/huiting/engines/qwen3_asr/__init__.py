"""Qwen3-ASR: a language model that listens, for 30 languages and the dialects of Chinese.

On sherpa-onnx (`onnx`). Its other runtimes, transformers and vLLM, are reached as servers: what
they pin does not go together with the rest.
"""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.ports import Recognizer

RUNTIMES = ("auto", "onnx")


def build(
    *,
    weights: str | Path,
    runtime: str = "auto",
    device: str = "auto",
    threads: int = 2,
    fallback: str = "none",
    memory: int = 512,
    languages: Sequence[str] = (),
) -> Recognizer:
    """Load the model.

    Args:
        weights: folder of the model, as sherpa-onnx publishes it.
        runtime: `onnx`, or `auto`.
        device: `auto`, `cpu` or `cuda`.
        threads: cores to use.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.
        memory: positions the model was exported with; 512 in those that are published.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such runtime, device or fallback, or the memory is too small.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(
            f"runtime {runtime!r}",
            "no such runtime here",
            f"choose one of {', '.join(RUNTIMES)}, or the engine remote for a server",
        )
    from huiting.engines.qwen3_asr import onnx

    return onnx.build(
        onnx.Options(Path(weights), threads, memory, tuple(languages)),
        device=device,
        fallback=fallback,
    )
