"""Numbers in what is said while a call runs, covered by how they look.

What a number is, nobody knows before all of it was said: a telephone number comes in pairs, with
pauses and hesitations between. So every number counts that has two digits or more, and each digit
at either end of what was said, where the rest of a number may have been cut off. Shown are numbers
that count or measure something (`quantities`), and single digits within what is said.
"""

import re

from huiting.service.live.quantities import CLOCK, counts

_DIGIT = r"[\d零〇一二三四五六七八九幺两兩十百千万廿卅仟萬]"
_PAUSE = r"(?:[\s\-–—,，、.．·。…/]|嗯|呃|啊|哦|额|\b(?:uh|um|er)\b)*"
_SPOKEN = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred|thousand|double|triple)"
)
_KOREAN = re.compile(r"[공영일이삼사오육륙칠팔구](?:[\s\-]*[공영일이삼사오육륙칠팔구]){2,}")
_ONE = rf"(?:{_DIGIT}|\b{_SPOKEN}\b)"
_WORDS = re.compile(
    rf"(?<!{_DIGIT})(?:万一|萬一|千万|千萬)(?!{_PAUSE}{_DIGIT})|百分之(?={_DIGIT})"
    rf"|(?:第|周|週|星期|礼拜|禮拜)[一二三四五六七八九十](?!{_PAUSE}{_DIGIT})"
    rf"|[统唯同划归之統劃歸]一(?!{_PAUSE}{_DIGIT})"
    r"|一(?=[直共样樣般些旦切致边旁路度向种種句段阵块半遍年起]|下(?![面次午个周班])"
    r"|定(?![位制做])|[点點](?![击擊开開评評名单])|[会會](?![员員议議])|方(?!便)|[时時](?![间間])"
    r"|家(?!里)|再(?![见見])|位(?![于置数])|次(?!日))"
    r"|[三四五六七八九](?=[川星维金夕江]|方(?!便)|通(?![话知过]))|二(?=[维手])|两(?=[者边])"
    r"|零(?=[件食钱售])"
    r"|百(?=[度货姓事科])|十(?=[分足])|千(?=[克瓦])"
    r"|\bone(?= (?:moment|second|minute|more|of|thing|day|time|by|way|or|person)\b)"
    r"|(?<=\bthis )one\b|(?<=\bthat )one\b|(?<=\bwhich )one\b|(?<=\bno )one\b",
    re.IGNORECASE,
)
"""Words with a numeral in them."""
_RUN = re.compile(rf"{_ONE}(?:{_PAUSE}{_ONE})*", re.IGNORECASE)
_EACH = re.compile(_ONE, re.IGNORECASE)
_ELSE = re.compile(
    rf"(?:{_PAUSE}|[!?！？;；:：*\"“”()（）]|对|是的?|好的?|然后|那个|就是|后面|\b(?:yes|yeah|and|then)\b)*",
    re.IGNORECASE,
)
"""What is said between the digits of a number that is dictated."""
_ARABIC = re.compile(r"\d")


def covered(text: str) -> str:
    """Return what was said without its numbers, each character of them as a star."""
    return _hidden(text, began=False)


def bare(text: str) -> str:
    """Return what is still being said likewise: here each figure may be the first of a number."""
    return _hidden(text, began=True)


def _hidden(text: str, *, began: bool) -> str:
    known = CLOCK.sub(_blank, _WORDS.sub(_blank, text))
    shown = text
    for run in _RUN.finditer(known):
        begin, end = run.span()
        if counts(run[0], text[:begin], text[end:]):
            continue
        alone = len(_EACH.findall(run[0])) == 1 and not (began and _ARABIC.match(run[0]))
        if alone and _says(known[:begin]) and _says(known[end:]):
            continue
        shown = shown[:begin] + "*" * (end - begin) + shown[end:]
    return _KOREAN.sub(lambda found: "*" * len(found[0]), shown)


def _says(text: str) -> bool:
    """Tell whether there is more in a text than digits and what is said between them."""
    return bool(_ELSE.sub("", _EACH.sub("", text)))


def _blank(found: re.Match[str]) -> str:
    return "字" * len(found[0])
