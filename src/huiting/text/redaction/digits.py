"""Whether a text that somebody typed may be the number of somebody: a telephone, an order, a card.

It is said of a few words without a call around them, so it goes by digits alone.
"""

import re
import unicodedata

LEAST = 7
"""Digits of the shortest telephone number."""
_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_BETWEEN = re.compile(r"[\s\-–—._()/+]")
_LONG = re.compile(rf"\d{{{LEAST},}}")


def may_identify(text: str) -> bool:
    """Tell whether a text holds a number long enough to be somebody's, however it is written."""
    plain = unicodedata.normalize("NFKC", text).translate(_SPOKEN)
    return _LONG.search(_BETWEEN.sub("", plain)) is not None
