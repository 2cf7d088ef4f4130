"""What the runtimes of Fun-ASR-Nano are told, and how much prompt and sound take of its memory."""

from dataclasses import dataclass
from pathlib import Path

SCAFFOLD = 80
"""Tokens of the longest prompt without words: 70, counted with the tokenizer of Qwen3-0.6B."""
SOUND = 1 / 0.06
"""Tokens of a second of sound, at most: one for six frames of 10 ms."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same on every device."""

    weights: Path
    checkpoint: str
    threads: int
    itn: bool
    languages: tuple[str, ...]
    compute: str = "auto"
    """Number format; that of the files where the runtime has no choice."""
    batch: float = 0.0
    """Seconds of clips decoded at once; 0 for what suits the device."""
