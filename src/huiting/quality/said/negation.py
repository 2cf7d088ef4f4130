"""Whether what is said is denied: 我不是要投诉, I don't want to cancel, 解約はしません.

Whether somebody refuses a thing (不想退货) is one question: a thing that is missing (没退款)
is still what they talk about. Whether a fact is denied (没解决) or asked for (解决了吗) is
another. Patterns of Chinese, English and Japanese; they see one
sentence, no grammar.
"""

import re

_BEFORE = 12
"""Characters looked at before; 40 in languages with spaces."""
_AFTER = 12
_SPACED = 40
_END = r"[^，。！？；,.!?;、]{0,2}$"

_REFUSED = re.compile(
    r"(?:(?<![是要想用会需])不(?:是(?!说)|想|要|用|需要|打算|会|必)|没(?:想|说|打算|有要|有想)|"
    r"(?<![特分级个区性差])别(?![的家人])|无需|并非|唔(?:系|想|要|使)|冇話要)"
    r"(?:来|要|想|再|去|给|打算|过|说|就)*" + _END
)
_DENIED = re.compile(r"[不没未无勿别冇唔]" + r"[^，。！？；,.!?;、]{0,4}$")
_DENIED_EN = re.compile(r"(?:\b(?:not|never|no|nothing|without|cannot)\b|n't\b)(?:\W+\w+){0,3}\W*$")
_DENIED_JA = re.compile(
    r"^[しさせれてでいきはがをもりえけらかあたわけのじゃよう]{0,7}?(?:ない|ません|なかった|なくて|ず(?:に|、|。|$))"
    r"(?!(?:でしょう|です|の)?か)"
)
_ASKED = re.compile(
    r"^[^，。！？；,.!?;、]{0,3}(?:吗|么|没有|了没|了不|？|\?|でしょうか|ですか|か(?:[。？?]|$))"
)


def refused(folded: str, start: int, end: int) -> bool:
    """Tell whether the speaker says that they do not want, or do not mean, [start, end)."""
    return (
        _REFUSED.search(folded[max(0, start - _BEFORE) : start]) is not None
        or _DENIED_EN.search(_sentence(folded, start)) is not None
        or _DENIED_JA.match(folded[end : end + _AFTER]) is not None
    )


def denied(folded: str, start: int, end: int) -> bool:
    """Tell whether the fact [start, end) is said not to be so: 没解决, not resolved."""
    return (
        refused(folded, start, end)
        or _DENIED.search(folded[max(0, start - _BEFORE) : start]) is not None
    )


def asked(folded: str, end: int) -> bool:
    """Tell whether the fact that ends at `end` is asked for: 解决了吗, 解决了没有."""
    return _ASKED.match(folded[end : end + _AFTER]) is not None


def _sentence(folded: str, start: int) -> str:
    return re.split(r"[.!?;,]", folded[max(0, start - _SPACED) : start])[-1]
