"""Chinese numerals to numbers and back: 两万三千五 -> 23500, 幺三八 -> "138".

Knows how a single number is built, not where one stands in a sentence. Arabic
digits may stand where a digit word may (3万5千), since recognizers mix both.
Japanese numerals are built in the same way and are read here too.
"""

import re
from decimal import Decimal

DIGITS = "零〇一二三四五六七八九"
SPOKEN_DIGITS = DIGITS + "幺"
UNITS = "十百千万亿"
_VALUE = dict(zip(DIGITS + "幺两", [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2], strict=True))
_SIZES = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))


def read_digits(spoken: str) -> str:
    """Return a number said digit by digit; anything that is no digit word stays as it is."""
    return "".join(str(_VALUE.get(c, c)) for c in spoken)


def read_cardinal(spoken: str, *, bare: str = "十") -> int | None:
    """Return the value of a cardinal number, or None when it is not well formed.

    The short form is read as people mean it: 两百五 is 250, 一万二 12000.

    Args:
        spoken: digit words, units and Arabic digits only.
        bare: units that mean one of themselves when nothing stands before them.
    """
    if spoken.isascii():
        return int(spoken) if re.fullmatch("0|[1-9][0-9]*", spoken) else None
    if len(spoken) == 1 and spoken in _VALUE:
        return _VALUE[spoken]
    unit, size = next(((u, s) for u, s in _SIZES if u in spoken), ("", 0))
    if not unit:  # 九九八块: a sum said digit by digit; two digits are mostly an approximation
        spelled = len(spoken) > 2 and all(c in DIGITS for c in spoken) and spoken[0] not in "零〇"  # noqa: PLR2004
        return int(read_digits(spoken)) if spelled else None
    head, _, tail = spoken.partition(unit)
    count = 1 if not head and unit in bare else read_cardinal(head, bare=bare)
    rest = _rest(tail, size, bare)
    if not count or rest is None or (size < 10**4 and count > 9):  # noqa: PLR2004  (one digit)
        return None
    return count * size + rest


def _rest(tail: str, size: int, bare: str) -> int | None:
    """Return what follows the unit of `size`: 五 after 百 is fifty, 零五 is five."""
    if not tail:
        return 0
    zero = tail[0] in "零〇"
    value = read_cardinal(tail.lstrip("零〇") if zero else tail, bare=bare)
    if value is None or not 0 < value < size:
        return None
    short = len(tail) == 1 and size > 10  # noqa: PLR2004  (十五 is no short form)
    return value * size // 10 if short else value


def write_cardinal(spoken: str, *, bare: str = "十") -> str | None:
    """Return a cardinal in digits; whole 万 and 亿 keep their unit: 两百万 -> 200万.

    None when it is not well formed.
    """
    if spoken.isdigit() and spoken.isascii():
        return spoken  # 05 keeps its zero
    value = read_cardinal(spoken, bare=bare)
    if value is None:
        return None
    if spoken[-1] not in "万亿":
        return str(value)
    for unit, size in (("万亿", 10**12), ("亿", 10**8)):
        if value >= size:
            return f"{Decimal(value) / size:f}{unit}"
    return f"{value // 10**4}万"


def write_number(spoken: str, *, bare: str = "十") -> str | None:
    """Return a cardinal or a decimal in digits: 三点五万 -> 3.5万, 零点五 -> 0.5.

    None when it is not well formed.
    """
    whole, mark, fraction = spoken.partition("点")
    if not mark:
        return spoken if spoken.isascii() else write_cardinal(spoken, bare=bare)
    unit = fraction[len(fraction.rstrip(UNITS)) :]
    places = read_digits(fraction[: len(fraction) - len(unit)])
    value = read_cardinal(whole, bare=bare)
    if value is None or not (places.isascii() and places.isdigit()):
        return None
    return f"{value}.{places}{unit}"
