"""Numbers that can be told by their own form: check digits, numbering plans.

Source:
    GB 11643-1999 (identity number, ISO 7064 MOD 11-2), ISO/IEC 7812-1 annex B (Luhn),
    the numbering plans of China (mobile 1[3-9], area codes 0x and 0xxx, 95 and 96 services,
    400 and 800), Japan and Korea.
"""

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_MOBILE = re.compile(r"(?:0?0?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_FREE = re.compile(r"[48]00\d{7}")
_SERVICE = re.compile(
    r"12315|12345|123[0-9]{2}|100(?:00|10|86|99)|1008[0-9]|118114|95\d{3}|96\d{3,4}|955\d{2}"
    r"|11[0249]|120|122|122\d{2}|1258[0-9]|116114"
)
_JAPAN = re.compile(r"0[789]0\d{8}|0120\d{6}|0[1-9]\d{8}")
_KOREA = re.compile(r"01[016-9]\d{7,8}|0(?:2|[3-6]\d)\d{7,8}|15\d{6}|16\d{6}")
_AMERICA = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
_BANK = range(15, 20)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it."""
    doubled = (2 * int(d) if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004  (the digits of a product)


def is_bank_card(digits: str) -> bool:
    """Tell whether this is the number of a payment card: length, issuer, check digit."""
    return len(digits) in _BANK and digits[0] in "3456" and luhn(digits)


def is_id_card(text: str) -> bool:
    """Tell whether this is a Chinese identity number: birthday and check digit."""
    if not re.fullmatch(r"[1-9]\d{16}[\dXx]", text):
        return False
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, text[:17], strict=True))
    return _CHECK[total % 11] == text[17].upper() and _is_birthday(text[6:14])


def _is_birthday(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1880 <= born.year <= 2100  # noqa: PLR2004  (people alive)


def phone(digits: str, language: str | None) -> str | None:
    """Return a telephone number as it is dialed, or None when these digits are none."""
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    plans = {"ja": _JAPAN, "ko": _KOREA, "en": _AMERICA}
    plan = plans.get(language or "", _LANDLINE)
    return digits if plan.fullmatch(digits) or _FREE.fullmatch(digits) else None


def is_hotline(digits: str) -> bool:
    """Tell whether this is a service that everybody in China may dial: 12315, 10086, 95588."""
    return _SERVICE.fullmatch(digits) is not None
