"""English number words to numbers: "one hundred and twenty" -> 120, "double five" -> "55".

Knows how a single number is built, not where one stands in a sentence.
"""

import re

_ONES = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_VALUES = _ONES | _TENS | {"a": 1}
_ORDINALS = dict(
    zip(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
        ],
        range(1, 20),
        strict=True,
    )
) | {word[:-1] + "ieth": value for word, value in _TENS.items()}
_REPEATS = {"double": 2, "triple": 3}

DIGIT = f"(?:{'|'.join(list(_ONES)[:10])})"
"""A digit word."""
SMALL = f"(?:{'|'.join(sorted([*_ONES, *_TENS], key=len, reverse=True))})"
"""A word for a number below a hundred."""
TENS = f"(?:{'|'.join(_TENS)})"
TEEN = f"(?:{'|'.join(list(_ONES)[10:])})"
BELOW_HUNDRED = rf"(?:{TENS}(?:[ -]{DIGIT})?|{TEEN}|{DIGIT})\b"
"""A number from zero to ninety-nine."""
CARDINAL = (
    rf"(?:(?:{SMALL}|a (?=(?:hundred|thousand) (?:and|dollars?|bucks|euros?|percent|{SMALL})\b))"
    rf"(?:[ -]?(?:and )?(?:{SMALL}|hundred|thousand|million|billion))*)\b"
)
"""A run of number words; whether it is one number, `read_cardinal` decides."""
ORDINAL = rf"(?:{TENS}[ -])?(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})\b"


def read_cardinal(spoken: str) -> int | None:
    """Return the value of a cardinal number, or None when the words do not make one."""
    total = section = 0
    room = 10**12  # what may still be added must be smaller than this
    for word in re.findall(r"[a-z]+", spoken.lower()):
        if word == "and":
            continue
        if word in _SCALES:
            if not section or (word == "hundred" and section >= 100):  # noqa: PLR2004
                return None
            section *= _SCALES[word]
            room = _SCALES[word]
            if word != "hundred":
                total, section = total + section, 0
            continue
        value = _VALUES[word]
        if value >= room or (value == 0 and (total or section)):
            return None
        section, room = section + value, 10 if value in _TENS.values() else 1
    return total + section


def read_ordinal(spoken: str) -> int:
    """Return the value of an ordinal below a hundred: twenty-first -> 21."""
    *tens, last = re.findall(r"[a-z]+", spoken.lower())
    return sum(_TENS[word] for word in tens) + _ORDINALS[last]


def read_digits(spoken: str) -> str:
    """Return a number said digit by digit: oh is zero, "double five" is 55."""
    written, times = "", 1
    for word in re.findall(r"[a-z]+|\d+", spoken.lower()):
        if word in _REPEATS:
            times = _REPEATS[word]
            continue
        digit = "0" if word in ("oh", "o") else str(_ONES.get(word, word))
        written, times = written + digit * times, 1
    return written
