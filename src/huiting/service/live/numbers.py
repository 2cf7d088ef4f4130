"""Numbers in what is said while a call runs, covered by how they look.

What a number is, nobody knows before all of it was said: a telephone number comes in pairs, with
pauses and hesitations between. So every number counts that has two digits or more, and each
digit that stands alone where nothing but digits is said. A price is hidden with them.
"""

import re

_DIGIT = r"[\d零〇一二三四五六七八九幺两十百千万]"
_PAUSE = r"(?:[\s\-–—,，、.．·。…/]|嗯|呃|啊|哦|额|\b(?:uh|um|er)\b)*"
_SPOKEN = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred|thousand|double|triple)"
)
_KOREAN = "[공영일이삼사오육륙칠팔구]"
_ADVERB = rf"(?!(?:万一|千万)(?!{_PAUSE}{_DIGIT}))"
"""In case, and be sure to: written with numerals."""
_LONGER = re.compile(
    rf"{_ADVERB}{_DIGIT}(?:{_PAUSE}{_DIGIT})+"
    rf"|\b{_SPOKEN}(?:[\s,.\-]+{_SPOKEN})+\b"
    rf"|{_KOREAN}(?:[\s\-]*{_KOREAN}){{2,}}",
    re.IGNORECASE,
)
_ANY = re.compile(rf"{_DIGIT}|\b{_SPOKEN}\b", re.IGNORECASE)
_ARABIC = re.compile(r"\d")
_ELSE = re.compile(
    rf"(?:{_PAUSE}|[!?！？;；:：*]|对|是的?|好的?|然后|那个|就是|后面|\b(?:yes|yeah|and|then)\b)+",
    re.IGNORECASE,
)
"""What is said between the digits of a number that is dictated."""


def covered(text: str) -> str:
    """Return what was said without its numbers, each character of them as a star."""
    if not _ELSE.sub("", _ANY.sub("", text)):
        return _ANY.sub(_stars, text)
    return _LONGER.sub(_stars, text)


def bare(text: str) -> str:
    """Return what is still being said without a digit: each may be the first of a number."""
    return _ARABIC.sub("*", covered(text))


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])
