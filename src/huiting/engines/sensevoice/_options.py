"""What the runtimes of SenseVoice are told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same on every device; the package's `build` tells what each means."""

    weights: Path
    compute: str
    threads: int
    batch: float
    itn: bool
    languages: tuple[str, ...]
