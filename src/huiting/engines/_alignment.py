"""Words with times and probabilities, from the alignment of tokens to frames.

Knows the tokenizer's way to cut tokens into words, not the model that aligned them.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from huiting.core.types import Span, Word

Native = Any
"""A tokenizer of faster-whisper, which ships no types."""
UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "bo", "km"})
"""Languages written without spaces; their words are characters here."""
PER_SECOND = 50
"""Encoder frames in a second."""
UNIT = 0.2
"""Seconds a character takes at most: 300 a minute, the pace of careful speech."""
LETTER = 0.12
"""Seconds a letter adds to a word at most."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """What the model says of one clip: for each step the token and the frame, and token odds."""

    steps: Sequence[tuple[int, int]]
    odds: Sequence[float]


def words_of(
    aligned: Aligned,
    tokens: Sequence[int],
    tokenizer: Native,
    *,
    lead: float,
    end: float,
) -> tuple[Word, ...]:
    """Return the words of `tokens`, in order, punctuation left out.

    Args:
        aligned: the alignment of exactly these tokens.
        tokens: text tokens, without special ones.
        tokenizer: faster-whisper's `Tokenizer`, for the language spoken.
        lead: seconds the clip was moved back in its window; taken off again.
        end: length of the clip; no word reaches beyond.

    Returns:
        Empty when there is nothing to align.
    """
    pieces, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    if not tokens or not aligned.steps:
        return ()
    bounds = np.concatenate(([0], np.cumsum([len(g) for g in groups[:-1]])))
    token, frame = np.array(aligned.steps).T
    jumps = np.concatenate(([True], np.diff(token) > 0))
    times = frame[jumps] / PER_SECOND - lead
    if len(times) <= bounds[-1]:  # the alignment stops before the last token
        return ()
    found: list[Word] = []
    for piece, first, last in zip(pieces, bounds[:-1], bounds[1:], strict=False):
        start = min(max(float(times[first]), 0.0), end)
        stop = min(max(float(times[last]), start), end)
        # After a pause the alignment lets a word begin where the one before it ended.
        start = max(start, stop - _longest(piece, tokenizer.language_code))
        odds = float(np.mean(aligned.odds[first:last]))
        found += _split(piece, Span(start, stop), odds, tokenizer.language_code)
    return tuple(found)


def _longest(piece: str, language: str) -> float:
    """Return the seconds a piece takes at most when it is spoken; more of them are a pause."""
    if language in UNSPACED:
        return UNIT * len(_units(piece))
    return UNIT + LETTER * len(_bare(piece))


def _split(piece: str, span: Span, odds: float, language: str) -> Iterator[Word]:
    """Yield the words of one piece: characters evenly over its time, or the whole of it."""
    if language not in UNSPACED:
        text = _bare(piece)
        if text:
            yield Word(text, span, odds)
        return
    units = _units(piece)
    step = span.duration / max(1, len(units))
    for i, unit in enumerate(units):
        start = span.start + i * step
        yield Word(unit, Span(start, min(start + step, span.end) if step else start), odds)


def _units(piece: str) -> list[str]:
    """Return characters, but runs of Latin letters and digits whole; no punctuation."""
    units: list[str] = []
    joined = False
    for char in piece:
        if not char.isalnum():
            joined = False
        elif char.isascii() and joined:
            units[-1] += char
        else:
            units.append(char)
            joined = char.isascii()
    return units


def _bare(piece: str) -> str:
    """Return the piece without spaces and punctuation at its ends."""
    text = piece.strip()
    while text and unicodedata.category(text[0])[0] in "PSZ":
        text = text[1:]
    while text and unicodedata.category(text[-1])[0] in "PSZ":
        text = text[:-1]
    return text
