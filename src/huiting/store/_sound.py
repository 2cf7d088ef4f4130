"""How a text sounds: one symbol a character, equal where telephone speech is confused.

A Chinese character becomes its toneless pinyin syllable with zh/z, ch/c, sh/s, n/l,
h/f and the finals -n/-ng made one; letters and digits stay; punctuation and spaces
are left out. A syllable is written as one private-use character, so that a sound is
a string and is searched like one.

Symbols are stored, so the two tables below may only grow at their ends.

Source:
    The confusions are those of Mandarin speakers of the south (n/l, h/f, flat and
    retroflex initials, front and back nasal finals), the "fuzzy pinyin" (模糊音)
    which Chinese input methods offer.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import islice

from huiting.store._fold import fold, places

MAX_READINGS = 8
_FIRST_SYMBOL = 0xE000
_INITIALS = ("", *"bpmfdtngkjqxrzcsyw")
_SAME_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
_FINALS = (
    "", "a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ong", "er",
    "i", "ia", "ie", "iao", "iu", "ian", "in", "iong",
    "u", "ua", "uo", "uai", "ui", "uan", "un", "ue", "v", "ve", "m", "g", "ê",  # codespell:ignore ue
)  # fmt: skip
_SAME_FINAL = {"ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ng": ""}
_INITIAL = re.compile("zh|ch|sh|[bpmfdtnlgkhjqxzcsryw]|")


def sound(text: str) -> str:
    """Return the sound of `text`, each character read as its neighbors suggest."""
    return "".join(_symbols(fold(text)))


def sound_places(text: str) -> tuple[str, list[int]]:
    """Return the sound, and for each of its symbols the offset of its origin in `text`."""
    pairs = zip(_symbols(fold(text)), places(text), strict=True)
    kept = [(symbol, at) for symbol, at in pairs if symbol]
    return "".join(symbol for symbol, _ in kept), [at for _, at in kept]


def readings(text: str) -> tuple[str, ...]:
    """Return how `text` may sound, the likeliest first; empty when it has no sound.

    After the reading which the neighbors suggest come those in which one character
    takes another of its readings (行 in 银行 as xing); at most `MAX_READINGS`.
    """
    folded = fold(text)
    likely = _symbols(folded)
    others = (
        "".join([*likely[:at], symbol, *likely[at + 1 :]])
        for at, char in enumerate(folded)
        for symbol in _readings(char)
    )
    found = dict.fromkeys(["".join(likely), *islice(others, 64)])
    return tuple(islice((s for s in found if s), MAX_READINGS))


def _symbols(folded: str) -> list[str]:
    """Return one symbol a character; an empty one for what makes no sound."""
    from pypinyin import lazy_pinyin  # slow to load; a search by letters needs none of it

    # A list is documented as an answer of `errors`; its annotation knows only a string.
    syllables: Sequence[str] = lazy_pinyin(folded, errors=_as_is)  # type: ignore[arg-type]
    return [_symbol(char, s) for char, s in zip(folded, syllables, strict=True)]


def _as_is(piece: str) -> list[str]:
    """Return what is not Chinese, a character a place."""
    return list(piece)


@cache
def _readings(char: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    return tuple(_symbol(char, s) for s in pinyin(char, Style.NORMAL, heteronym=True)[0])


@cache
def _symbol(char: str, syllable: str) -> str:
    if not char.isalnum():
        return ""
    initial = _INITIAL.match(syllable)[0]  # type: ignore[index]  # it matches the empty string
    final = syllable[len(initial) :]
    initial = _SAME_INITIAL.get(initial, initial)
    final = _SAME_FINAL.get(final, final)
    if char == syllable or final not in _FINALS:
        return char
    return chr(_FIRST_SYMBOL + _INITIALS.index(initial) * 64 + _FINALS.index(final))
