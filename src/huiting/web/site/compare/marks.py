"""Where one text differs from another, word by word, so that it can be marked; pure.

What is compared is what error rates count: case, punctuation, spaces and the kind of Chinese
characters make no difference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from huiting.text.error_rate import normalize

_WORDS = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]|[^\W_](?:[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]|['’](?=\w))*|\W|_"
)
"""A character of scripts without spaces, a word of others, or what stands between."""


class Mark(StrEnum):
    """How a piece of a text compares with the other."""

    SAME = "same"
    OTHER = "other"
    """Is not there, or otherwise there."""
    MISSING = "missing"
    """Is there only."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    text: str
    mark: Mark


def pieces(text: str, meant: str) -> Sequence[Piece]:
    """Return a text in pieces, with those words of `meant` that it lacks where they would stand.

    Args:
        text: what is shown.
        meant: what it is compared with.
    """
    mine, theirs = _WORDS.findall(text), _WORDS.findall(meant)
    own, other = _counted(mine), _counted(theirs)
    marks = [Mark.SAME] * len(mine)
    missing: dict[int, list[str]] = {}
    steps = Levenshtein.opcodes([key for _, key in own], [key for _, key in other])
    for step in steps:
        if step.tag == "equal":
            continue
        begin, end, first, last = step.src_start, step.src_end, step.dest_start, step.dest_end
        for place, _ in own[begin:end]:
            marks[place] = Mark.OTHER
        if last - first > end - begin:
            at = own[end][0] if end < len(own) else len(mine)
            lacking = _spaced(theirs, other[first + end - begin][0], other[last - 1][0] + 1)
            missing.setdefault(at, []).extend(lacking)
    return _joined(mine, marks, missing)


def _spaced(words: Sequence[str], begin: int, end: int) -> Sequence[str]:
    """Return some of the words with a space that keeps them apart from others, where there is one."""
    if begin and words[begin - 1].isspace():
        return words[begin - 1 : end]
    return words[begin : end + 1] if "".join(words[end : end + 1]).isspace() else words[begin:end]


def _counted(words: Sequence[str]) -> list[tuple[int, str]]:
    """Return which words count, and as what."""
    keys = ((place, normalize(word)) for place, word in enumerate(words))
    return [(place, key) for place, key in keys if key]


def _joined(
    words: Sequence[str], marks: Sequence[Mark], missing: dict[int, list[str]]
) -> Sequence[Piece]:
    """Return words as few pieces; what stands between two words that differ goes with them."""
    found: list[Piece] = []
    for place in range(len(words) + 1):
        found += [Piece(word, Mark.MISSING) for word in missing.get(place, ())]
        if place < len(words):
            found.append(Piece(words[place], marks[place]))
    groups = groupby(found, key=lambda piece: piece.mark)
    return [Piece("".join(piece.text for piece in own), mark) for mark, own in groups]
