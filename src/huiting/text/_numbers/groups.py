"""Groups of Arabic digits that a recognizer wrote though it is one number, in any language.

2025-0301-7788 and 1 3 8 0 0 are joined; dates, sums and lists of numbers are not.
"""

import re

_ONE_NUMBER = re.compile(
    r"20\d\d(?:0[1-9]|1[0-2])(?:,?\d)*"  # an order number that begins with its date
    r"|1[3-9]\d([ -]?)\d{4}\1\d{4}"  # a Chinese mobile number
    r"|\d{2,}(?:(?:, ?| )0\d{1,7})+"  # what begins with a zero goes on, unless it is a phone number
    r"|\d{4}(?:(?:, ?|[ -])\d{4}){2,}"  # said in fours
    r"|\d{2,}(?:-\d{2,}){2,}"
    r"|0\d{2,3}-\d{7,8}"  # area code and number
)
_DATE_OR_YEARS = re.compile(r"(?:19|20)\d\d-\d\d?-\d\d?|(?:19|20)\d\d(?:\D+(?:19|20)\d\d)+")
_SINGLES = re.compile(r"\d(?:([ ・-])\d(?:\1\d)+|(?:, ?\d){6,})")


def joined(text: str) -> str | None:
    """Return the digits of `text` as one number, or None when they are several."""
    if _DATE_OR_YEARS.fullmatch(text):
        return None
    if _ONE_NUMBER.fullmatch(text) or _SINGLES.fullmatch(text):
        return re.sub(r"\D+", "", text)
    return None
