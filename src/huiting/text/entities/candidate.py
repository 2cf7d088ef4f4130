"""What finders are given and what they return, and which candidate stays where two overlap.

Knows no kind of entity.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiting.core.meaning import EntitySource

_FOLD = str.maketrans(
    {chr(c): chr(c - 0xFEE0) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
    | {chr(c): chr(c - 0xFEE0) for c in range(0xFF41, 0xFF5B)}
    | {"％": "%", "＋": "+", "－": "-", "＠": "@", "．": ".", "￥": "¥", "＄": "$", "　": " "}
)

LISTED, PLACED, CUED, CODE, TIMED, SUM, COUNT, MODEL, PLAIN = range(9, 0, -1)
"""Ranks: the team's own list before all else, a bare number after everything."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The written text of a segment, and what was said around it."""

    text: str
    """Full-width digits and letters made ASCII, Traditional made Simplified; same offsets."""
    language: str | None = None
    began: datetime | None = None
    """When the call began, where known."""
    asked: tuple[str, ...] = ()
    """What the others said just before, the latest first."""
    before: str = ""
    """What the same party said just before in this turn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece of a passage that may be an entity."""

    kind: str
    start: int
    end: int
    value: str
    rank: int
    """Of two that overlap the higher one stays, then the longer."""
    source: EntitySource = EntitySource.PATTERN
    score: float | None = None


Finder = Callable[[Passage], Iterable[Candidate]]


def folded(text: str) -> str:
    """Return the text with full-width digits, letters and signs as ASCII; as long as it was."""
    return text if text.isascii() else text.translate(_FOLD)


def settle(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Return those that stay, by start and apart."""
    kept: list[Candidate] = []
    for found in sorted(candidates, key=lambda c: (-c.rank, c.start - c.end, c.start)):
        if all(found.end <= other.start or other.end <= found.start for other in kept):
            kept.append(found)
    return sorted(kept, key=lambda c: c.start)
