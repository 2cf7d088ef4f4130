"""Fun-ASR-MLT-Nano: the checkpoint of Fun-ASR-Nano for 31 languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huiting.core.ports import Recognizer
from huiting.engines import fun_asr_nano
from huiting.engines.fun_asr_nano._languages import MLT_NANO


def untimed(_options: Mapping[str, Any]) -> bool:
    """Tell that words may come without times: no published checkpoint has a head for them."""
    return True


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
    python: str | Path = "",
    gpu_memory_utilization: float = 0.8,
    vllm: Mapping[str, Any] | None = None,
    timeout: float = 120.0,
    loading_timeout: float = 900.0,
) -> Recognizer:
    """Load the model; see `fun_asr_nano.build`."""
    return fun_asr_nano.build(
        weights=weights,
        checkpoint=MLT_NANO,
        runtime=runtime,
        device=device,
        compute=compute,
        threads=threads,
        batch=batch,
        fallback=fallback,
        itn=itn,
        languages=languages,
        python=python,
        gpu_memory_utilization=gpu_memory_utilization,
        vllm=vllm,
        timeout=timeout,
        loading_timeout=loading_timeout,
    )
