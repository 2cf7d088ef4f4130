"""Word pieces with times, as engines without an alignment of their own give them, made words.

A word is a character in scripts written without spaces, and a run of letters or digits
elsewhere; punctuation is none. Knows no engine.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huiting.core.types import Span, Word

SPACE = "▁"
"""What SentencePiece writes for a space."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A token as the model wrote it."""

    text: str
    """A space before it is written `SPACE`, or as a space."""
    start: float
    """Seconds from the start of the clip."""
    end: float
    odds: float | None = None
    """Probability, in [0, 1]; None where the runtime shows none."""


def words_of(pieces: Iterable[Piece], duration: float) -> tuple[Word, ...]:
    """Return the words of consecutive pieces, in order and inside [0, duration]."""
    found: list[list[Piece]] = []
    held: list[Piece] = []
    """Apostrophes that belong to a word if it goes on behind them: words stand in the text."""
    joins = False
    for char in _characters(pieces):
        if not _counts(char.text):
            joins = joins and char.text in "'’"
            held = [*held, char] if joins else []
            continue
        if joins and not _alone(char.text):
            found[-1] += [*held, char]
        else:
            found.append([char])
        held = []
        joins = not _alone(char.text)
    return _inside(found, duration)


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the text of pieces."""
    return "".join(piece.text for piece in pieces).replace(SPACE, " ").strip()


def _characters(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """Divide each piece into characters, its time evenly among them."""
    for piece in pieces:
        text = piece.text.replace(SPACE, " ")
        step = (piece.end - piece.start) / max(1, len(text.strip()))
        at = piece.start
        for char in text:
            length = 0.0 if char == " " else step
            yield Piece(char, at, at + length, piece.odds)
            at += length


def _inside(groups: Sequence[Sequence[Piece]], duration: float) -> tuple[Word, ...]:
    found = []
    at = 0.0
    for group in groups:
        start = min(max(group[0].start, at), duration)
        end = min(max(group[-1].end, start), duration)
        odds = [piece.odds for piece in group if piece.odds is not None]
        text = "".join(piece.text for piece in group)
        found.append(Word(text, Span(start, end), sum(odds) / len(odds) if odds else None))
        at = start
    return tuple(found)


def _counts(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _alone(char: str) -> bool:
    """Tell whether a character is a word by itself."""
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"
