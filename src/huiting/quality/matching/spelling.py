"""The ways one phrase with numbers in it may stand in a text: 8001, 八零零一; 40%, 百分之四十.

Works on folded text, in which 幺 is already 一. Knows nothing of how numbers sound.
"""

import re
from itertools import product

_DIGITS = "零一二三四五六七八九"
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SPOKEN = re.compile("百分之[零一二三四五六七八九十百点]+|[零一二两三四五六七八九十百千万]+")
_WRITTEN = re.compile("[0-9]+%?")
_READ_AS_NUMBER = 5
"""Digits. Longer numbers are read one by one: 12315, a telephone number."""
_MOST = 8
"""Ways of one phrase that are looked for."""


def spellings(folded: str) -> tuple[str, ...]:
    """Return the phrase, and the ways its numbers may be written instead; at most eight."""
    ways: list[tuple[str, ...]] = []
    at = 0
    for found in re.finditer(f"{_SPOKEN.pattern}|{_WRITTEN.pattern}", folded):
        ways += [(folded[at : found.start()],), _ways(found[0])]
        at = found.end()
    ways.append((folded[at:],))
    seen = dict.fromkeys(
        "".join(pieces) for pieces, _ in zip(product(*ways), range(64), strict=False)
    )
    return tuple(seen)[:_MOST]


def _ways(number: str) -> tuple[str, ...]:
    if number[0].isascii():
        digits = number.rstrip("%")
        if number.endswith("%"):
            return (number, "百分之" + _cardinal(int(digits))) if len(digits) < 4 else (number,)  # noqa: PLR2004
        one_by_one = "".join(_DIGITS[int(d)] for d in digits)
        if len(digits) < _READ_AS_NUMBER and digits[0] != "0":
            return (number, _cardinal(int(digits)), one_by_one)
        return (number, one_by_one)
    if number.startswith("百分之"):
        value = _value(number.removeprefix("百分之"))
        return (number,) if value is None else (number, f"{value}%")
    value = _value(number)
    return (number,) if value is None else (number, value)


def _value(spoken: str) -> str | None:
    """Return the digits of a number in words, up to 9,999; None when it is none."""
    if all(c in _DIGITS for c in spoken):
        return "".join(str(_DIGITS.index(c)) for c in spoken)
    total, digit = 0, None
    for char in spoken.replace("两", "二"):
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        else:
            return None
    return str(total + (digit or 0))


def _cardinal(number: int) -> str:
    """Return a number up to 9,999 in words."""
    if number == 0:
        return "零"
    said, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + name
        gap = not digit
    return said.removeprefix("一") if 10 <= number < 20 else said  # noqa: PLR2004
