"""Punctuation in the style of the language, where the recognizer left it out or mixed it.

A text is letters and gaps: everything that is no mark and no space stands as it is,
and each gap between two letters is written anew from what stood there and from how
long the speaker paused. Full-width marks for Chinese, Cantonese and Japanese,
half-width ones with a space for other languages. Marks inside numbers (1,286.5,
10:30) are part of the number and stay.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from huiting.core.ports import TextStage
from huiting.core.rewrite import Change, rewrite, written_words
from huiting.core.types import Segment
from huiting.text._language_of import language_of
from huiting.text._questions import is_question

STAGE = "punctuation"

_GAP = re.compile(r"[\s,.?!;:，。？！；：、…｡､]*")
_HALF = {
    "，": ",",
    "、": ",",
    "､": ",",
    "。": ".",
    "｡": ".",
    "？": "?",
    "！": "!",
    "；": ";",
    "：": ":",
}
_FULL = {",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "：", "｡": "。", "､": "、"}
_STRENGTH = "？?！!。.…；;：:，,、"
"""Of several marks in one gap the first of these stays."""
_END = frozenset("？?！!。.…")
_CLOSING = frozenset('”’」』）)】》"')
_BOUND = frozenset("的了吗呢吧啊呀嘛着过们地得么")
"""Before these Chinese particles no clause ends, however long the speaker paused."""

_COUNTED = frozenset(
    "个元块毛号月日年天点分秒时小折度次条位名人件张份台部只家本项层楼期米斤公升万亿多"
)
"""After a number and a space these go on with it; any other word begins a clause."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a language writes its marks."""

    full_width: bool
    comma: str
    pause: float
    """Seconds of silence between two words from which on a comma stands there."""


_HALF_WIDTH = _Style(full_width=False, comma=",", pause=0.6)
_STYLES = {
    "zh": _Style(full_width=True, comma="，", pause=0.3),
    "yue": _Style(full_width=True, comma="，", pause=0.3),
    "ja": _Style(full_width=True, comma="、", pause=0.4),
}


def build() -> TextStage:
    """Return the stage; it has no options."""
    return _stage


def _stage(segment: Segment) -> Segment:
    return rewrite(segment, _changes(segment), STAGE)


def _changes(segment: Segment) -> Iterator[Change]:
    text, language = segment.text, language_of(segment)
    if not any(c.isalnum() for c in text):
        return
    style = _STYLES.get(language or "", _HALF_WIDTH)
    pauses = _pauses(segment)
    spaced = _is_spaced_out(text)
    gaps = list(_gaps(text))
    clause = 0  # letters since the last mark
    for (start, end), (following, _) in pairwise([*gaps, (len(text), len(text))]):
        old = text[start:end]
        if start == 0:
            new = ""
        elif end == len(text):
            new = _last(text, start, old, style, language)
        else:
            paused = pauses.get(start, 0.0) >= style.pause and clause > 1 and following - end > 0
            new = _inner(text, start, end, style, paused=paused, spaced=spaced)
            new = new.rstrip() if text[end] in _CLOSING else new
        clause = 0 if new.strip() else clause + 1
        if new != old:
            yield Change(start, end, new)


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    """Yield every place between two letters, empty or not, and those at both ends."""
    at = 0
    while True:
        end = _GAP.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        yield at, end
        if end == len(text):
            return
        at = end + 1


def _inner(text: str, start: int, end: int, style: _Style, *, paused: bool, spaced: bool) -> str:
    """Return what to write between two letters."""
    left, right, old = text[start - 1], text[end], text[start:end]
    latin = left.isascii() and right.isascii()
    mark = _strongest(old)
    if latin and len(old) == 1 and (old in ".:" or (mark and left.isdigit() and right.isdigit())):
        return old
    if not style.full_width or (latin and old != old.strip() and mark not in _HALF):
        return _half_width(old, mark, style, paused=paused)
    if mark:
        return _full(mark, old)
    han = _is_wide(left) and _is_wide(right)
    begins = left.isdigit() and _is_wide(right) and right not in _COUNTED  # 工号8030 请问
    if old and not han and not begins:
        return " "
    breaks = (bool(old) and not spaced) or (paused and not (left.isdigit() and right.isdigit()))
    return style.comma if breaks and right not in _BOUND | _CLOSING and not latin else ""


def _half_width(old: str, mark: str, style: _Style, *, paused: bool) -> str:
    if mark:
        dots = re.search(r"\.{2,}|…", old)
        return ("..." if dots else _HALF.get(mark, mark)) + " "
    if not old:
        return ""
    return f"{style.comma} " if paused and not style.full_width else " "


def _last(text: str, start: int, old: str, style: _Style, language: str | None) -> str:
    """Return what to write at the end: a mark that ends the sentence, in any case."""
    mark = _strongest(old)
    if mark in _END:
        return (
            _full(mark, old)
            if style.full_width
            else _half_width(old, mark, style, paused=False).strip()
        )
    if text[start - 1] in _CLOSING and text[:start].rstrip("".join(_CLOSING))[-1:] in _END:
        return ""
    question = is_question(re.split(r"[？?！!。]|\.(?!\d)", text[:start])[-1], language)
    if style.full_width:
        return "？" if question else "。"
    return "?" if question else "."


def _strongest(gap: str) -> str:
    return next((mark for mark in _STRENGTH if mark in gap), "")


def _full(mark: str, old: str) -> str:
    return "……" if "…" in old or ".." in old else _FULL.get(mark, mark)


def _is_wide(letter: str) -> bool:
    """Tell whether the letter belongs to a script that is written without spaces."""
    return "\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff"


def _is_spaced_out(text: str) -> bool:
    """Tell whether the recognizer put a space after most letters, where it means nothing."""
    wide = sum(map(_is_wide, text))
    return wide > 0 and text.strip().count(" ") * 2 >= wide


def _pauses(segment: Segment) -> Mapping[int, float]:
    """Return the silence after each word, by where the word ends in the text."""
    pauses, at = {}, 0
    for word, following in pairwise(written_words(segment)):
        at = segment.text.index(word.text, at) + len(word.text)
        end = at - (len(word.text) - len(word.text.rstrip(" ,.?!;:，。？！；：、…")))
        pauses[end] = following.span.start - word.span.end
    return pauses
