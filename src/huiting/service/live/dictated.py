"""Whether somebody may be reading out a number that is a person's, by what was said before."""

import re

_WITHIN = 6
"""Lines behind a cue, or behind a piece of such a number, in which more of it may follow."""
_CUE = re.compile(
    r"(?<![\d一二三四五六七八九十])[号號]|[码碼卡]|尾数|尾數|[后後末][一二两三四五六几\d]位|证件|證件|电话|電話|手机|手機"
    r"|账户|賬戶|番号|番號|カード|번호|카드"
    r"|\b(?:end(?:s|ing)? (?:in|with)|last (?:few|two|three|four|five|six|\d)|digits?|pins?|codes?|numbers?"
    r"|cards?|phones?|mobile|account|passport|id)\b",
    re.IGNORECASE,
)


def asked(text: str) -> bool:
    """Tell whether such a number is spoken of."""
    return _CUE.search(text) is not None


class Dictation:
    """Counts lines since such a number was last spoken of, or a piece of it was said."""

    def __init__(self) -> None:
        self._since = _WITHIN

    @property
    def near(self) -> bool:
        """Whether the next line may be a piece of one."""
        return self._since < _WITHIN

    def heard(self, text: str, *, piece: bool) -> None:
        """Take note of a line, and of whether it had a piece of such a number."""
        self._since = 0 if piece or asked(text) else self._since + 1
