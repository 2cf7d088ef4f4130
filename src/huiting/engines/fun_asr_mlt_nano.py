"""Fun-ASR-MLT-Nano: the checkpoint of Fun-ASR-Nano for 31 languages."""

from collections.abc import Sequence
from pathlib import Path

from huiting.core.ports import Recognizer
from huiting.engines import fun_asr_nano
from huiting.engines.fun_asr_nano._languages import MLT_NANO


def build(
    *,
    weights: str | Path,
    runtime: str = "auto",
    device: str = "auto",
    threads: int = 2,
    fallback: str = "none",
    itn: bool = True,
    languages: Sequence[str] = (),
) -> Recognizer:
    """Load the model; see `fun_asr_nano.build`."""
    return fun_asr_nano.build(
        weights=weights,
        checkpoint=MLT_NANO,
        runtime=runtime,
        device=device,
        threads=threads,
        fallback=fallback,
        itn=itn,
        languages=languages,
    )
