"""Whether what is said is said to be not so: 我不投诉, I will not cancel, 解約しません.

Looks at the clause alone: back from the hit in Chinese and English, on from it in Japanese.
Two negations make a yes (不得不投诉). Questions of the form 能不能 negate nothing.
"""

import re

_CLAUSE = re.compile(r"[，。！？；：、,.!?;:…\n\"“”（）()]")
_KANA = re.compile("[ぁ-ゖァ-ヺ]")
_REACH = 8
"""Characters between a Chinese negation and what it negates."""
_WORDS = 6
"""Words between an English negation and what it negates."""

_NO_NEGATION = re.compile(
    r"(.)[不没]\1|不好意思|不但|不仅|不光|不只|不单|不管|不论|不过|不然|不如|不断|不满|不停|不久|"
    r"不少|不错|不愧|不客气|对不起|不行|不同(?!意)|不一样|不妨|不由得|不知道|不清楚|不明白|不懂|"
    r"要不|没关系|没事|没问题|没错|没完|没办法|没人管|特别|别人|别家|别的|别处|分别|区别|个别|级别|"
    r"性别|差别|告别|类别|别墅|非常|非得|除非|无论|无理由|未来|莫名|没准|说不定|不一定|巴不得|恨不得"
)
_NEGATION = re.compile(r"不|没|未|别|勿|甭|冇|唔|毋|无需|无须|无法|莫要|并非")
_NEW_START = re.compile(
    r"就|才|否则|所以|但是|可是|而是|然后|的话|了|(?<![是说想让叫要给替帮和跟对向把为])[我你您他她咱]"
)
_NOTHING_BUT = re.compile("非(?!常|得)[^不]{0,6}$")
_BUT = re.compile("^[^，。！？,.!?]{0,3}不(?:可|行|成)")

_EN_NONE = re.compile(
    r"not only|no problem|no doubt|no wonder|why (?:do|did|does)n['’]t (?:you|we|i|they)|"
    r"(?:can['’]t|cannot|can not) (?:help(?: but)?|wait to)|(?:do not|don['’]t) forget(?: to)?",
)
_EN = re.compile(r"\b(?:not|never|no|without|cannot|neither|nor)\b|\b\w+n['’]t\b")
_EN_NEW_START = re.compile(
    r"\b(?:but|so|because|otherwise|then|if|when|and)\b|"
    r"(?<!say )(?<!said )(?<!think )(?<!mean )(?<!want )\b(?:i|we|they|he|she)\b(?:['’]\w+)?"
)

_JA = re.compile("^[ぁ-ゖ]{0,8}?(?:ない|なかっ|なく|ません|ずに)")
_JA_YES = re.compile(
    "^[ぁ-ゖ]{0,8}?(?:ないと|なければ|なくては|なきゃ|ないわけ|ない(?:です)?か|ませんか)"
)


def is_negated(text: str, start: int, end: int) -> bool:
    """Tell whether the characters [start, end) of `text` are negated."""
    hit = text[start:end]
    if _KANA.search(text):
        return _in_japanese(text[end:])
    before = _CLAUSE.split(text[max(0, start - 60) : start])[-1]
    if hit[:1].isascii() and hit[:1].isalpha():
        return _in_english(before.lower())
    if _NOTHING_BUT.search(before) and _BUT.match(text[end:]):
        return False
    return _in_chinese(before)


def _in_chinese(before: str) -> bool:
    plain = _NO_NEGATION.sub(lambda found: "〇" * len(found[0]), before)
    said = list(_NEGATION.finditer(plain))
    if not said:
        return False
    last = said[-1].end()
    if len(plain) - last > _REACH or _NEW_START.search(
        plain, min(last + _after(plain, last), len(plain))
    ):
        return False
    # Those of an earlier clause that ran into this one do not count for it.
    fresh = max((m.end() for m in _NEW_START.finditer(plain, 0, last)), default=0)
    return sum(m.start() >= fresh for m in said) % 2 == 1


def _after(plain: str, at: int) -> int:
    """Return 1 where somebody is named right after a negation: 别我 is no new start."""
    return int(plain[at : at + 1] in "我你您他她咱" and at < len(plain))


def _in_english(before: str) -> bool:
    plain = _EN_NONE.sub(lambda found: "_" * len(found[0]), before)
    said = list(_EN.finditer(plain))
    if not said:
        return False
    rest = plain[said[-1].end() :]
    if len(rest.split()) > _WORDS or _EN_NEW_START.search(rest):
        return False
    return len(said) % 2 == 1


def _in_japanese(after: str) -> bool:
    clause = _CLAUSE.split(after)[0]
    return _JA.match(clause) is not None and _JA_YES.match(clause) is None
