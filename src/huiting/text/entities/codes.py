"""Codes with letters in them: plates, flights, passports, parcels, addresses of mail and chat."""

import re
from collections.abc import Iterator

from huiting.text.entities.candidate import CODE, CUED, Candidate, Passage
from huiting.text.entities.cues import cues

_PROVINCES = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新"
_PLATE = re.compile(
    rf"[{_PROVINCES}]\s?[A-HJ-NP-Z]\s?[·.\-]?\s?(?:[A-HJ-NP-Z0-9]\s?){{4,5}}[A-HJ-NP-Z0-9挂学警]"
)
_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}\s?(?:@|艾特|at sign|アットマーク)\s?[A-Za-z0-9\-]{1,63}"
    r"(?:\s?(?:\.|点|dot)\s?[A-Za-z]{2,10}){1,3}"
)
_NAMED_FLIGHT = re.compile(r"(?<!一)[一-龥]航(?:班)?\s?(\d{3,4})(?!\d|元|块|点)")
_FLIGHT = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9]|\d[A-Z])\s?(\d{3,4})(?![A-Za-z0-9])")
_AIRLINES = frozenset(
    [
        "CA",
        "MU",
        "CZ",
        "HU",
        "MF",
        "ZH",
        "SC",
        "3U",
        "FM",
        "HO",
        "9C",
        "JD",
        "GS",
        "KN",
        "EU",
        "TV",
        "G5",
        "PN",
        "BK",
        "DR",
        "NS",
        "QW",
        "UQ",
        "AQ",
        "CX",
        "KA",
        "HX",
        "UO",
        "NH",
        "JL",
        "MM",
        "KE",
        "OZ",
        "BX",
        "TW",
        "7C",
        "LJ",
        "AA",
        "UA",
        "DL",
        "WN",
        "B6",
        "AS",
        "BA",
        "LH",
        "AF",
        "KL",
        "SQ",
        "TG",
        "MH",
        "EK",
        "QR",
        "EY",
        "TK",
        "CI",
        "BR",
    ]
)
_TRACKING = re.compile(
    r"(?<![A-Za-z0-9])(SF|YT|ZTO|STO|JDV?[A-Z]{0,2}|DPK|EMS|JT|YD|E[A-Z](?=\d{9}))\s?-?\s?(\d{8,16}(?:CN)?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MIXED = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z\-]*\d)(?=\d*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_\-]{3,24}(?![A-Za-z0-9])"
)
_CHAT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_\-]{5,19}(?![A-Za-z0-9])")
_NAMED = frozenset(
    ("order_no", "tracking_no", "ticket_no", "account_no", "coupon_code", "passport", "wechat")
)
_GAP = 8


def find_codes(passage: Passage) -> Iterator[Candidate]:
    """Yield codes that have letters, or a province's character, in them."""
    text = passage.text
    if not any(c.isascii() and c.isalnum() for c in text):
        return
    yield from _emails(text)
    for found in _PLATE.finditer(text):
        value = re.sub(r"[\s·.\-]", "", found[0])
        yield Candidate("plate", found.start(), found.end(), value, CUED)
    for found in _TRACKING.finditer(text):
        yield Candidate("tracking_no", *found.span(), (found[1] + found[2]).upper(), CODE)
    yield from _flights(passage)
    yield from _named(passage)


def _emails(text: str) -> Iterator[Candidate]:
    for found in _EMAIL.finditer(text):
        value = re.sub(r"艾特|at sign|アットマーク", "@", found[0])
        value = re.sub(r"\s?(?:点|\bdot\b)\s?", ".", value).replace(" ", "").lower()
        yield Candidate("email", found.start(), found.end(), value, CUED)


def _flights(passage: Passage) -> Iterator[Candidate]:
    text = passage.text
    for found in _NAMED_FLIGHT.finditer(text):
        yield Candidate("flight", *found.span(), found[0].replace(" ", ""), CUED)
    spoken_of = re.search(r"航班|飞机|机票|登机|flight|便|비행|항공", text, re.IGNORECASE)
    for found in _FLIGHT.finditer(text):
        if spoken_of and found[1] in _AIRLINES:
            yield Candidate("flight", *found.span(), found[1] + found[2], CUED)


def _named(passage: Passage) -> Iterator[Candidate]:
    """Yield codes right behind the word for what they are, or asked for just before."""
    text = passage.text
    own = [c for c in cues(text, passage.language) if c.kind in _NAMED]
    asked = [
        cue.kind
        for said in passage.asked[:1]
        for cue in cues(said, passage.language)
        if cue.kind in _NAMED
    ]
    for found in (*_MIXED.finditer(text), *_CHAT.finditer(text)):
        near = [c for c in own if 0 <= found.start() - c.end <= _GAP]
        kind = near[-1].kind if near else (asked[-1] if asked else None)
        mixed = any(c.isdigit() for c in found[0])
        if kind is not None and (mixed or (kind == "wechat" and near)):
            value = found[0] if kind == "wechat" else found[0].upper()
            yield Candidate(kind, found.start(), found.end(), value, CUED if near else CODE)
