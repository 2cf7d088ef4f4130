"""Times of words from the forced aligner: put right where they are nearly, else left out.

The aligner places every word on a grid of 0.08 s and lets times that run backwards take those of
their neighbours, so several words may stand at one place; of some texts it places all there, or
at zero. Such times were not heard.

Source: `fix_timestamp` and `tokenize_space_lang` of Qwen3-ForcedAligner in qwen-asr.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.types import Span, Word

LANGUAGES = frozenset(
    {"zh", "wuu", "nan", "yue", "en", "fr", "de", "it", "ja", "ko", "pt", "ru", "es"}
)
"""ISO 639 codes of what it aligns; Wu and Minnan as the Chinese they are written in."""
BIN = 0.08
"""Seconds of its grid."""
SLACK = 0.1
"""Seconds that a word may stand behind the end of the clip."""
AHEAD = 40
"""Characters within which a word is looked for in the text."""
_SKIPPED = r"(?:[^\w\s]|_)*?"
"""What the aligner takes out of words."""


@dataclass(frozen=True, slots=True)
class Item:
    """A word as the aligner places it."""

    text: str
    start: float
    """Seconds from the start of the clip."""
    end: float


def words_of(items: Sequence[Item], text: str, duration: float) -> tuple[Word, ...]:
    """Return the words of `text` in order, inside [0, duration], none at the place of another.

    Of words at one place only the first is kept, and a word without a length gets that of the
    grid at most. If that leaves fewer than half of them, or one without a length, none has times.
    """
    found: list[Word] = []
    at = 0
    for i, item in enumerate(items):
        place = _place(item.text, text, at)
        if place is None:
            continue
        at = place[1]
        last = found[-1].span.start if found else -1.0
        start = max(0.0, min(item.start, duration))
        if start <= last or item.start > duration + SLACK:
            continue
        following = min((n.start for n in items[i + 1 :] if n.start > item.start), default=duration)
        end = item.end if item.end > item.start else item.start + BIN
        end = max(start, min(end, following, duration))
        found.append(Word(text[slice(*place)], Span(start, end), None))
    heard = len(found) > 1 or any(item.end > item.start for item in items)
    return tuple(found) if heard and 2 * len(found) >= len(items) else ()


def _place(word: str, text: str, at: int) -> tuple[int, int] | None:
    """Return where a word begins and ends in a text, from `at` on; None if it is not there."""
    pattern = re.compile(_SKIPPED.join(map(re.escape, word)))
    match = pattern.search(text, at, at + AHEAD + 2 * len(word)) if word else None
    return match.span() if match else None
