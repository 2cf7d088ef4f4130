"""Text as a row of sounds: syllables of hanzi and digits, letters, kana.

A `Sound` keeps where it stands in the text, so that a match by sound can be put
back as a change of characters. Knows nothing of hotwords.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from pypinyin import Style, pinyin

from huiting.text._hotwords import latin, mandarin

_RARE = 0.01  # a reading of the character, but not the one likely in this word
_APPROXIMATE = 0.15  # the name of a letter, said in Mandarin syllables
_VOICED = 0.3  # か and が, つ and っ
_SPELLED = 5  # capitals in a row that are still read letter by letter
_HANZI = "㐀-䶿一-鿿\U00020000-\U0003ffff"
_PIECES = re.compile(
    rf"(?P<hanzi>[{_HANZI}]+)|(?P<digits>[0-9]+(?:\.[0-9]+)?%?)|(?P<latin>[A-Za-z]+)|(?P<kana>[ぁ-ゖァ-ヺー])"
)
_LETTERS = {
    "A": "ei", "B": "bi", "C": "xi", "D": "di", "E": "yi", "G": "ji", "I": "ai", "J": "jie",
    "K": "kai", "N": "en", "O": "ou", "P": "pi", "Q": "qiu", "T": "ti", "U": "you", "V": "wei",
    "Y": "wai",
}  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_DIGIT_SOUNDS = {"零": ("ling",), "一": ("yi", "yao"), "二": ("er", "liang")}
_KANA = str.maketrans(
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽぁぃぅぇぉゃゅょっゎを",
    "かきくけこさしすせそたちつてとはひふへほはひふへほあいうえおやゆよつわお",
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One syllable, letter, foreign word or mora, at [start, end) of the text."""

    start: int
    end: int
    text: str
    """The character that is said; for a number, that of its spelling."""
    readings: tuple[tuple[str, float], ...]
    """How it may sound, and what each reading costs: 0 for the likely ones."""


Digits = Literal["number", "one by one"]
Hanzi = Literal["pinyin", "as written"]


def sounds(text: str, digits: Digits = "number", hanzi: Hanzi = "pinyin") -> tuple[Sound, ...]:
    """Return the sounds of `text` in order; punctuation and spaces have none.

    Args:
        text: any text; what is neither hanzi, digit, Latin nor kana is passed over.
        digits: whether 300 is 三百 or 三零零.
        hanzi: whether a character sounds like its Mandarin readings, or only like itself
            (as in Japanese, where its reading takes a dictionary).
    """
    return tuple(_sounds(fold(text), digits, hanzi))


def any_reading(sound: Sound) -> Sound:
    """Return the sound with every reading of its character as likely as the others."""
    readings = tuple((reading, 0.0 if cost == _RARE else cost) for reading, cost in sound.readings)
    return replace(sound, readings=readings)


def fold(text: str) -> str:
    """Return `text`, as long as before, with full-width letters and digits made ASCII."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def lower(text: str) -> str:
    """Return `text` folded and in lower case, as long as before."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in fold(text))


def _sounds(text: str, digits: Digits, hanzi: Hanzi) -> Iterator[Sound]:
    for piece in _PIECES.finditer(text):
        start, end = piece.span()
        match piece.lastgroup:
            case "hanzi" if hanzi == "as written":
                for i, char in enumerate(piece[0]):
                    yield Sound(start + i, start + i + 1, char, ((char, 0.0),))
            case "hanzi":
                for i, (char, likely) in enumerate(zip(piece[0], _read(piece[0]), strict=True)):
                    yield Sound(start + i, start + i + 1, char, _readings(char, likely))
            case "digits" if digits == "one by one" and piece[0].isdigit():
                for i, char in enumerate(_DIGITS[int(digit)] for digit in piece[0]):
                    yield Sound(start + i, start + i + 1, char, _number_readings(char))
            case "digits":
                for char in spell(piece[0]):
                    yield Sound(start, end, char, _number_readings(char))
            case "latin" if len(piece[0]) == 1 or (
                piece[0].isupper() and len(piece[0]) <= _SPELLED
            ):
                for i, letter in enumerate(piece[0].upper()):
                    yield Sound(start + i, start + i + 1, letter, _letter_readings(letter))
            case "latin":
                yield Sound(start, end, piece[0], ((piece[0].upper(), 0.0),))
            case _:
                yield Sound(start, end, piece[0], ((piece[0], 0.0),))


def _read(hanzi: str) -> list[str]:
    """Return the likely reading of each character; of one that is not known, itself."""
    likely = pinyin(hanzi, style=Style.NORMAL, v_to_u=False)
    if len(likely) != len(hanzi):  # characters that pypinyin does not know come as one piece
        likely = [pinyin(char, style=Style.NORMAL, v_to_u=False)[0] for char in hanzi]
    return [readings[0] for readings in likely]


@cache
def _readings(char: str, likely: str) -> tuple[tuple[str, float], ...]:
    others = mandarin.POLYPHONES.get(char) or pinyin(char, style=Style.NORMAL, v_to_u=False)[0]
    return tuple((dict.fromkeys(others, _RARE) | {likely: 0.0}).items())


@cache
def _number_readings(char: str) -> tuple[tuple[str, float], ...]:
    known = _DIGIT_SOUNDS.get(char) or (pinyin(char, style=Style.NORMAL)[0][0],)
    return tuple((reading, 0.0) for reading in known)


@cache
def _letter_readings(letter: str) -> tuple[tuple[str, float], ...]:
    named = ((_LETTERS[letter], _APPROXIMATE),) if letter in _LETTERS else ()
    return ((letter, 0.0), *named)


def spell(number: str) -> str:
    """Return how a number is said: 300 is 三百, 2.5 is 二点五, 7% is 百分之七.

    Nine digits and more, and those that begin with 0, are said one by one.
    """
    whole, _, fraction = number.rstrip("%").partition(".")
    spoken = "".join(_DIGITS[int(d)] for d in whole)
    if len(whole) <= 8 and not (whole.startswith("0") and len(whole) > 1):  # noqa: PLR2004
        spoken = _cardinal(int(whole))
    if fraction:
        spoken += "点" + "".join(_DIGITS[int(d)] for d in fraction)
    return "百分之" + spoken if number.endswith("%") else spoken


def _cardinal(number: int) -> str:
    if number >= 10_000:  # noqa: PLR2004  (Chinese counts by ten thousands)
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1_000 else ""  # noqa: PLR2004
        return _cardinal(high) + "万" + gap + (_cardinal(low) if low else "")
    spoken, gap = "", ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            spoken += gap + _DIGITS[digit] + name
        gap = "零" if spoken and not digit else ""
    return spoken.removeprefix("一") if 10 <= number < 20 else spoken or "零"  # noqa: PLR2004


def distance(one: Sound, other: Sound) -> float:
    """Return how unlike two sounds are at their likest: 0 the same, 1 nothing in common."""
    return _distance(one.readings, other.readings)


@cache
def _distance(one: tuple[tuple[str, float], ...], other: tuple[tuple[str, float], ...]) -> float:
    return min(1.0, *(_apart(a, b) + extra + more for a, extra in one for b, more in other))


def _apart(one: str, other: str) -> float:
    if one.isupper() and other.isupper():
        return latin.distance(one, other)
    if one.islower() and other.islower() and one.isascii() and other.isascii():
        return mandarin.distance(one, other)
    one, other = hiragana(one), hiragana(other)
    if one == other:
        return 0.0
    return _VOICED if one.translate(_KANA) == other.translate(_KANA) else 1.0


def coarse(reading: str) -> str:
    """Return a class that readings easily taken for each other share, for lookup."""
    if reading.isascii() and reading.islower():
        return mandarin.coarse(reading)
    return hiragana(reading).translate(_KANA)


def hiragana(text: str) -> str:
    """Return `text` with katakana made hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
