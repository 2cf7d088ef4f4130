"""Numbers in what is said while a call runs, covered by how they look.

What a number is, nobody knows before all of it was said: a telephone number comes in pairs, with
pauses and hesitations between. So every number counts that has two digits or more, and each digit
at either end of what was said, where the rest of a number may have been cut off. Shown are numbers
that count or measure something (`quantities`), and single digits within what is said. While a
number may be read out (`dictated`), little more than sums that were said as sums is shown.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

from huiting.service.live.dictated import asked
from huiting.service.live.quantities import CLOCK, UNIT, counts, pays, plain, read_as

Spoken = Callable[[int, int], str]
"""Gives what was said where a stretch of text is written now; nothing where it is not known."""

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
_ENDS = re.compile(rf"{_ONE}{_PAUSE}$", re.IGNORECASE)
_BEGINS = re.compile(rf"{_PAUSE}{_ONE}", re.IGNORECASE)
_MANY = 3
"""Figures of a quantity beside which there is another one only where a number is read in pieces."""
_OF_PLACE = re.compile(r"\s?[年月日号號楼樓室路]")


def _unknown(_begin: int, _end: int) -> str:
    return ""


def covered(text: str, *, near: bool = False, spoken: Spoken = _unknown) -> str:
    """Return what was said without its numbers, each character of them as a star.

    Args:
        text: as written.
        near: somebody may be reading out a number, by what was said before.
        spoken: how it was said.
    """
    return _starred(text, [run.span() for run in _hidden(text, near, spoken)])


def bare(text: str, *, near: bool = False) -> str:
    """Return what is still being said likewise: here each figure may be the first of a number.

    How figures were said is not known, so none of two and more are shown.
    """
    return _starred(text, [run.span() for run in _hidden(text, near, None)])


def piece(text: str, *, near: bool, spoken: Spoken) -> bool:
    """Tell whether there may be a piece of a number in what was said that is read out."""
    return any(
        not counts(run[0], text[: run.start()], text[run.end() :])
        and not _OF_PLACE.match(text, run.end())
        for run in _hidden(text, near, spoken)
    )


def _starred(text: str, places: list[tuple[int, int]]) -> str:
    for begin, end in places:
        text = text[:begin] + "*" * (end - begin) + text[end:]
    return _KOREAN.sub(lambda found: "*" * len(found[0]), text)


def _hidden(text: str, near: bool, spoken: Spoken | None) -> Iterator[re.Match[str]]:  # noqa: FBT001
    """Yield the numbers that are not shown.

    Args:
        text: as written.
        near: as in `covered`.
        spoken: None while it is still being said.
    """
    began = spoken is None
    known = _WORDS.sub(partial(_word, near=near), text)
    if not began and not near:
        known = CLOCK.sub(_clock, known)
    runs = list(_RUN.finditer(known))
    apart = set(_in_a_row(text, runs))
    for run in runs:
        before, after = text[: run.start()], text[run.end() :]
        figures = _ARABIC.search(run[0])
        within = _says(known[: run.start()]) and _says(known[run.end() :])
        guarded = near or asked(before)
        single = len(_EACH.findall(run[0])) == 1
        said = run[0] if not figures else spoken(*run.span()) if spoken else ""
        as_sum = read_as(said)
        if as_sum is False or (began and figures and not single):
            yield run
        elif not counts(run[0], before, after):
            if guarded or not single or (began and figures) or not within:
                yield run
        elif guarded:
            clear = plain(after) and (single or as_sum)
            if not (
                clear or (as_sum and pays(before, after)) or (single and within and not figures)
            ):
                yield run
        elif run.start() in apart and not as_sum:
            yield run


def _in_a_row(text: str, runs: list[re.Match[str]]) -> Iterator[int]:
    """Yield the places of figures that follow upon others with nothing but units between."""
    for one, other in pairwise(runs):
        unit = UNIT.match(text, one.end())
        between = text[unit.end() if unit else one.end() : other.start()]
        if min(len(_ARABIC.findall(run[0])) for run in (one, other)) >= _MANY and not _says(
            between
        ):
            yield from (one.start(), other.start())


def _says(text: str) -> bool:
    """Tell whether there is more in a text than digits and what is said between them."""
    return bool(_ELSE.sub("", _EACH.sub("", text)))


def _word(found: re.Match[str], *, near: bool) -> str:
    """Blank a word, unless its numeral may be the last of a number."""
    before = found.string[: found.start()]
    goes_on = _ENDS.search(before) or (near and _EACH.fullmatch(found[0]) and not _says(before))
    return found[0] if goes_on and _EACH.match(found[0]) else _blank(found)


def _clock(found: re.Match[str]) -> str:
    """Blank a time of day that stands alone."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    beside = _ENDS.search(before) or _BEGINS.match(after)
    return found[0] if beside or asked(before) else _blank(found)


def _blank(found: re.Match[str]) -> str:
    return "字" * len(found[0])
