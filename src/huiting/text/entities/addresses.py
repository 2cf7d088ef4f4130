"""Where somebody lives: 光明路128号3号楼2单元, by road, number and what stands behind it.

Places that have only a name are a model's to find; a place right before a road or a house
number becomes part of the address in `stage`.
"""

import re
from collections.abc import Iterator

from huiting.text.entities.candidate import PLACED, Candidate, Passage

_NO = "[^\\W\\d_在到住是去送寄址的了我你他她就从来往把给您叫和跟个那这哪走过沿上下条家有第]"
_NAME = rf"(?:上海|上饶|下城|上城|{_NO})"
_HOUSE = r"(?:\d+|[一二三四五六七八九十]{1,3}|[A-Za-z])"
_ESTATE = "小区|花园|大厦|广场|公寓|家园|新村|新城"
_ROAD = re.compile(
    rf"(?:{_NAME}{{1,8}}(?:省|自治区|市|区|县|州)){{0,3}}(?:{_NO}{{1,6}}(?:镇|乡|街道|村))?"
    rf"{_NO}{{1,8}}?(?:大道|大街|胡同|路|街|巷|弄|里)(?:[东西南北中]段)?\s?"
    rf"(?:\d+(?:[-之]\d+)?(?:号|弄)(?!线|键)(?:院)?|(?=[^，。]{{0,12}}(?:号楼|单元|室|小区|大厦)))"
)
_INSIDE = (
    rf"(?:[，,、\s]?(?:{_NO}{{2,10}}?(?:{_ESTATE}|雅苑|苑|城|园|院))?[，,、\s]?{_HOUSE}"
    r"(?:号楼|栋|幢|座|单元|楼|层|室|号房|房|号(?![楼线码键])|门))"
)
_DOOR = r"(?:[，,、\s]?\d{3,4}(?![\d元块年点.%]))?"
_REST = re.compile(rf"{_INSIDE}{{1,6}}{_DOOR}")
_BLOCK = re.compile(
    rf"(?:{_NO}{{2,8}}(?:{_ESTATE}))?[，,]?{_HOUSE}(?:号楼|栋|幢)"
    rf"(?:(?:[，,、\s]?{_HOUSE}(?:单元|楼|层|室|号房|房|号|门)){{1,4}}{_DOOR}|[，,、\s]?\d{{3,4}}(?![\d元块年点.%]))"
)
_ENGLISH = re.compile(
    r"\b\d{1,5} (?:[NSEW]\.? )?(?:[A-Z][a-z]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Way|Place|Pl)\b\.?"
    r"(?:,? (?:Apt|Apartment|Suite|Unit|#)\.? ?\w+)?"
)
_JAPANESE = re.compile(
    r"(?:[一-龥]{2,3}[都道府県])?(?:[一-龥ぁ-んァ-ヶ]{1,6}[市区町村郡])+[一-龥ぁ-んァ-ヶ]{0,8}?\d+(?:丁目|番地?|号|[-－の]\d+)+(?:\d+(?:番地?|号室?))*"
    r"|(?:[一-龥]{2,3}[都道府県])(?:[一-龥ぁ-んァ-ヶ]{1,6}[市区町村郡])+"
)


def find_addresses(passage: Passage) -> Iterator[Candidate]:
    """Yield addresses with a house number, and houses of a known estate."""
    text = passage.text
    if not any(c.isdecimal() for c in text):
        return
    if passage.language in ("en", "ja"):
        pattern = _ENGLISH if passage.language == "en" else _JAPANESE
        for found in pattern.finditer(text):
            yield Candidate("address", found.start(), found.end(), found[0], PLACED)
        return
    for found in _ROAD.finditer(text):
        rest = _REST.match(text, found.end())
        end = rest.end() if rest else found.end()
        if any(c.isdecimal() for c in text[found.start() : end]):
            value = re.sub(r"[，,、\s]", "", text[found.start() : end])
            yield Candidate("address", found.start(), end, value, PLACED)
    for found in _BLOCK.finditer(text):
        value = re.sub(r"[，,、\s]", "", found[0])
        yield Candidate("address", found.start(), found.end(), value, PLACED)
