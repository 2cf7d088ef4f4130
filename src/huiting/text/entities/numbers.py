"""Numbers that are names of something: orders, telephones, cards, the agent; told by context.

A number is what was dictated in one go: digits, and groups of digits that only a breath or
a hyphen parts. What it names is said by the word before it, else by what was asked just
before, else by its own form (check digit, numbering plan). Amounts are not these: see
`amounts`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from huiting.text.entities.candidate import CODE, CUED, PLAIN, Candidate, Passage
from huiting.text.entities.checks import is_bank_card, is_hotline, is_id_card, phone
from huiting.text.entities.cues import Cue, cues

_RUN = re.compile(
    r"(?:\(\d{2,4}\)[ -]?|\+)?\d+(?:[ ,，、\-–.。…]{1,2}(?=\d)\d+)*(?:[Xx](?![A-Za-z]))?"
)
_ONE = re.compile(r"\d+[Xx]?")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
_GAP = 14
"""Characters between a cue and its number, at most."""
_BETWEEN = re.compile(
    r"[^\d。？！?!；;]*", re.ASCII
)  # a sentence ends what a cue says; digits take it for themselves
_COUNTED = re.compile(
    r"\s?(?:元|块|圆|角|毛|万|亿|千|百|年|月|日|天|点|时|分|秒|个|折|%|度|米|升|斤|克|寸|公|楼|层|栋|幢|单元|室|周|岁"
    r"|次|位|件|张|条|台|套|份|箱|包|瓶|人|名|倍|期|节|MB|GB|[gG]\b|kg|円|時|番|階|名|人|歳|個|本|枚|원|년|월|일|시|개"
    r"|(?:dollars?|cents?|percent|days?|hours?|minutes?|weeks?|months?|years?|a\.?m|p\.?m|AM|PM|times?|people)\b|:\d)"
)
_HOUSE = re.compile(r"号(?!码|坐|座|客|话|专|[为位]您|$|[，。])|号(?=[，,]?\d)")
_BEFORE = re.compile(r"(?:[¥$€£第满减:/]|\d\.)\s?$")

_LENGTHS = {
    "agent_id": range(1, 9),
    "tracking_no": range(6, 31),
    "order_no": range(4, 31),
    "order_last4": range(3, 7),
    "ticket_no": range(4, 31),
    "account_no": range(4, 31),
    "phone": range(7, 14),
    "phone_last4": range(3, 5),
    "hotline": range(3, 13),
    "id_card": range(14, 20),
    "id_last4": range(3, 7),
    "bank_card": range(12, 21),
    "bank_last4": range(3, 5),
    "plate": range(3, 7),
    "last4": range(3, 5),
    "verification_code": range(4, 9),
    "password": range(4, 17),
    "coupon_code": range(4, 21),
    "qq": range(5, 13),
    "wechat": range(5, 21),
    "postcode": range(5, 8),
    "passport": range(7, 10),
    "flight": range(3, 5),
}
"""How many digits a number of each kind has, misheard ones included."""
_UNKNOWN = range(7, 41)
"""Digits from which a number that nothing explains is kept as `number`: it may be private."""
_ASKED_AT_LEAST = 3
_TOLD = frozenset(("agent_id", "hotline", "flight"))
"""Whoever knows these tells them unasked."""
_SHORTEST_HOTLINE = 5
"""Digits from which a service is known by its number alone: 110 is also a sum."""
_OF_CARD = re.compile(r"的?(?:这张|那张)?(?:银行|信用|储蓄|借记|工资|社保)?卡")
_DIALED = re.compile(r"[打拨]了?(?:个|通|过|给|一下)*$|报警$")


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    digits: str


def find_numbers(passage: Passage) -> Iterator[Candidate]:
    """Yield the numbers of a passage that name something."""
    text = passage.text
    if not any(c.isdecimal() for c in text):
        return
    own = [*cues(text, passage.language)]
    for run in _RUN.finditer(text):
        if _THOUSANDS.fullmatch(run[0]) or _BEFORE.search(
            text, max(0, run.start() - 2), run.start()
        ):
            continue
        whole = _number(run)
        kind, rank = _kind(whole, own, passage)
        if kind is not None and not _parts_explained(run[0], whole, passage):
            yield _candidate(kind, whole, rank, passage)
            continue
        for part in _ONE.finditer(text, run.start(), run.end()):
            single = _number(part)
            kind, rank = _kind(single, own, passage)
            if kind is not None:
                yield _candidate(kind, single, rank, passage)


def _number(found: re.Match[str]) -> _Number:
    digits = re.sub(r"[^\dXx]", "", found[0]).upper()
    return _Number(found.start(), found.end(), digits)


def _parts_explained(run: str, whole: _Number, passage: Passage) -> bool:
    """Tell whether groups that a mark parts are whole numbers each, said one after the other."""
    parts = [_number(part) for part in _ONE.finditer(passage.text, whole.start, whole.end)]
    if len(parts) == 1 or re.fullmatch(r"[\dXx +\-]+", run):
        return False
    return all(_by_form(part.digits, passage.language) for part in parts)


def _candidate(kind: str, number: _Number, rank: int, passage: Passage) -> Candidate:
    value = number.digits
    if kind == "phone":
        value = phone(number.digits, passage.language) or number.digits
    return Candidate(kind, number.start, number.end, value, rank)


def _kind(number: _Number, own: list[Cue], passage: Passage) -> tuple[str | None, int]:
    """Return what a number names, and how sure that is; None when it is a mere amount."""
    counted = _counted(number, passage.text)
    before = _cue_before(number, own, passage.text)
    if before is not None and not counted:
        kind = _fitting(before.kind, number.digits, passage.language)
        if kind == "last4" and _OF_CARD.match(passage.text, number.end):  # 尾号4402的卡
            kind = "bank_last4"
        if kind is not None:
            return kind, CUED
    formed = _by_form(number.digits, passage.language)
    after = _cue_after(number, passage)
    if after is not None and len(number.digits) in _LENGTHS[after]:
        return after, CUED
    if formed == "hotline" and not counted and _dialed(number, passage.text):
        return formed, CUED
    if formed in ("id_card", "phone", "bank_card"):
        asked = _asked(number, passage)
        return (asked or formed, CODE)
    if counted:
        return None, PLAIN
    asked = _asked(number, passage)
    if asked is not None:
        return asked, CODE
    return ("number", PLAIN) if len(number.digits) in _UNKNOWN else (None, PLAIN)


def _counted(number: _Number, text: str) -> bool:
    return bool(_COUNTED.match(text, number.end) or _HOUSE.match(text, number.end))


def _dialed(number: _Number, text: str) -> bool:
    known = len(number.digits) >= _SHORTEST_HOTLINE
    return known or _DIALED.search(text, max(0, number.start - 4), number.start) is not None


def _cue_before(number: _Number, own: list[Cue], text: str) -> Cue | None:
    """Return the nearest cue before a number in the same sentence, no other number between."""
    for cue in reversed(own):
        if cue.end > number.start:
            continue
        between = text[cue.end : number.start]
        near = len(between) <= _GAP and _BETWEEN.fullmatch(between)
        return cue if near else None
    return None


def _cue_after(number: _Number, passage: Passage) -> str | None:
    """Tell what stands behind a number: 8001号坐席, 8001 为您服务."""
    rest = passage.text[number.end : number.end + 8]
    if re.match(r"号?(?:坐席|座席|客服|话务|专员)|号?[为位]您服务", rest):
        return "agent_id"
    return "hotline" if re.match(r"热线", rest) else None


def _asked(number: _Number, passage: Passage) -> str | None:
    """Return what was asked for just before, if the number can be that."""
    if len(number.digits) < _ASKED_AT_LEAST or _counted(number, passage.text):
        return None
    for text in (passage.before, *passage.asked):
        found = [*cues(text, passage.language)] if text else []
        for cue in reversed(found):
            if cue.kind in _TOLD:
                continue
            kind = _fitting(cue.kind, number.digits, passage.language)
            if kind is not None:
                return kind
    return None


def _fitting(kind: str, digits: str, language: str | None) -> str | None:
    """Return the kind a cue gives to these digits; None when they cannot be that."""
    formed = _by_form(digits, language)
    if kind in ("phone", "hotline") and formed == "hotline":
        return "hotline"
    if kind in ("order_no", "account_no", "last4", "bank_card") and formed == "id_card":
        return "id_card"
    if digits.endswith("X") and kind not in ("id_card", "id_last4"):
        return None
    return kind if len(digits) in _LENGTHS[kind] else None


def _by_form(digits: str, language: str | None) -> str | None:
    """Return what digits are by their own form."""
    if is_id_card(digits):
        return "id_card"
    if digits.endswith("X"):
        return None
    if is_hotline(digits) and language in (None, "zh", "yue"):
        return "hotline"
    if phone(digits, language) is not None:
        return "phone"
    return "bank_card" if is_bank_card(digits) else None
