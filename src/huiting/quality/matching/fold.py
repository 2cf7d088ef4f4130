"""Text reduced to what is compared, each kept piece knowing where it stood.

Width, case, punctuation, spaces, Traditional forms, 幺 for 一 and English endings make no
difference; that words of Latin script are apart does, so each stands between spaces. Lines
stay apart: a line feed is kept. Knows no phrases.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

_LATIN = re.compile("[a-zÀ-ɏ]")
_PIECE = re.compile(r"([a-zÀ-ɏ]+(?:['’][a-z]+)?)|(?:[^\W_a-zÀ-ɏ]|[%\n])+")
"""A word of Latin script, or a run of anything else that is kept."""
_SHORT = (
    ("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("shan't", "shall not"),
    ("let's", "let us"),
)  # fmt: skip
_CONTRACTED = (
    ("n't", " not"), ("'m", " am"), ("'re", " are"), ("'ll", " will"), ("'ve", " have"),
    ("'d", " would"), ("'s", ""),
)  # fmt: skip
_WHOLE = dict(_SHORT)
_ZERO, _ONE = "〇○", "幺"


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared."""

    text: str
    starts: Sequence[int]
    """Where each character of it begins in the original."""
    ends: Sequence[int]
    """One past where it ends there."""


class _Same(dict[int, str]):
    """A translation table that learns: what a character is compared as, by its code point."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _character(chr(code))
        return folded


def _character(char: str) -> str:
    if char in _ZERO:
        return "零"
    if char == _ONE:
        return "一"
    if char == "’":
        return "'"
    folded = unicodedata.normalize("NFKC", char).casefold()
    folded = _simplified().get(folded, folded)
    return folded if len(folded) == 1 else char


@cache
def _simplified() -> dict[str, str]:
    """Return the Simplified form of each Traditional character that has one."""
    from opencc import OpenCC

    plain = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    converted = OpenCC("t2s").convert("\n".join(plain)).split("\n")
    pairs = zip(plain, converted, strict=True)
    return {one: other for one, other in pairs if one != other and len(other) == 1}


_TABLE = _Same()


def plain(text: str) -> str:
    """Return the text in one width, case and script, as long as it was."""
    return text.translate(_TABLE)


def fold(text: str) -> Folded:
    """Return `text` as it is compared."""
    same = plain(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    after_word = False
    for found in _PIECE.finditer(same):
        start, end = found.span()
        piece = found[0]
        if found.lastindex is None:
            pieces.append(piece)
            starts += range(start, end)
            ends += range(start + 1, end + 1)
            after_word = False
            continue
        piece = ("" if after_word else " ") + stems(piece) + " "
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
        after_word = True
    return Folded("".join(pieces), starts, ends)


def folded(text: str) -> str:
    """Return what `fold` does, without where each piece stood."""
    same = plain(text)
    if _LATIN.search(same) is not None:
        return fold(text).text
    return "".join([found[0] for found in _PIECE.finditer(same)])


@lru_cache(maxsize=65_536)
def stems(word: str) -> str:
    """Return an English word without its ending; a contraction as the words it stands for."""
    word = word.replace("’", "'")
    if word in _WHOLE:
        return " ".join(_stem(part) for part in _WHOLE[word].split())
    for short, long in _CONTRACTED:
        if word.endswith(short) and len(word) > len(short):
            rest = word.removesuffix(short)
            return " ".join(_stem(part) for part in (rest + long).split())
    return _stem(word.replace("'", ""))


def _stem(word: str) -> str:
    """Take off -s, -ed, -ing, a last -e and a doubling: cancelled, cancels and cancel are one.

    Short words stay, and what is left has at least three letters, a vowel among them.
    """
    for ending in ("ing", "ed", "es", "s"):
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < 3 or not re.search("[aeiouy]", rest):  # noqa: PLR2004
            continue
        if ending in {"s", "es"} and word.endswith(("ss", "us", "is")):
            break
        word = rest
        break
    if len(word) <= 3:  # noqa: PLR2004
        return word
    if word.endswith("i"):  # replies, replied
        return word[:-1] + "y"
    if word[-1] == word[-2] and word[-1] not in "aeiousz":  # cancelled, planned; and call as well
        return word[:-1]
    return word.removesuffix("e")
