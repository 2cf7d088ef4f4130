"""Dates and times of day in Japanese and Korean: 明日の午後3時, 来週の月曜日, 내일 오후 3시."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from huiting.text.entities.candidate import Candidate, Passage
from huiting.text.entities.when.calendar import month_day, real, shifted, week, weekday
from huiting.text.entities.when.joining import NOON, Clock, Day, Joint, dated, iso, joined

_LUNCH = 4
"""Hour before which noon (昼の1時) has not become evening."""
_JA_DAY = re.compile(
    r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日|(?P<y2>\d{4})年(?P<m2>\d{1,2})月|(?P<m3>\d{1,2})月(?=末|上旬|中旬|下旬|頃|に|の|から|まで)"
    r"|(?P<rel>一昨日|おととい|昨日|本日|今日|明日|明後日|あさって|昨夜|昨晩|今晩|今夜|今朝)|(?P<which>先週の?|今週の?|来週の?|再来週の?)?(?P<wd>[月火水木金土日])曜日?|(?P<wk>先週|今週|来週|再来週)(?P<we>末)?|(?P<mo>先月|今月|来月)(?:の?(?P<md>\d{1,2})日)?"
    r"|(?<![\d第])(?P<dn>[12]\d|3[01]|[1-9])日(?!間|以内|ほど|後|前|目|くらい|ぐらい)"
)
_JA_CLOCK = re.compile(
    r"(?P<part>午前|午後|朝|昼|夕方|夜|深夜)?の?(?P<h>\d{1,2})(?:時(?!間)(?:(?P<mi>\d{1,2})分|(?P<half>半))?|:(?P<mi2>\d{2}))"
)
_JA_PARTS = {
    "午前": "MO",
    "朝": "MO",
    "午後": "AF",
    "昼": "MI",
    "夕方": "EV",
    "夜": "EV",
    "深夜": "NI",
    "今晩": "EV",
    "今夜": "EV",
    "昨夜": "EV",
    "昨晩": "EV",
    "今朝": "MO",
}
_REL_JA = {
    "一昨日": -2,
    "おととい": -2,
    "昨日": -1,
    "昨夜": -1,
    "昨晩": -1,
    "本日": 0,
    "今日": 0,
    "今晩": 0,
    "今夜": 0,
    "今朝": 0,
    "明日": 1,
    "明後日": 2,
    "あさって": 2,
}
_WEEK_JA = {"先週": -1, "今週": 0, "来週": 1, "再来週": 2}
_JA_JOIN = re.compile(r"(?:の|、|,|\s)*")
_JA_PART = re.compile(r"の?(?P<part>午前|午後|朝|夕方|夜)中?")

_KO_DAY = re.compile(
    r"(?:(?P<y>\d{4})년\s?)?(?P<m>\d{1,2})월\s?(?P<d>\d{1,2})일|(?P<rel>그저께|어제|오늘|내일|모레)|(?P<which>지난주|이번\s?주|다음\s?주)\s?(?P<wd>[월화수목금토일])요일|(?P<wd2>[월화수목금토일])요일"
)
_KO_CLOCK = re.compile(
    r"(?P<part>오전|오후|아침|저녁|밤|새벽)?\s?(?P<h>\d{1,2})(?:시(?!간)\s?(?:(?P<mi>\d{1,2})분|(?P<half>반))?|:(?P<mi2>\d{2}))"
)
_KO_PARTS = {"오전": "MO", "아침": "MO", "오후": "AF", "저녁": "EV", "밤": "EV", "새벽": "NI"}
_REL_KO = {"그저께": -2, "어제": -1, "오늘": 0, "내일": 1, "모레": 2}
_WEEK_KO = {"지난주": -1, "이번주": 0, "다음주": 1}
_KO_PART = re.compile(r"\s?(?P<part>오전|오후|아침|저녁|밤|새벽)")
_KO_JOIN = re.compile(r"(?:에|,|\s)*")

_JAPANESE = Joint(_JA_JOIN, _JA_PART, _JA_PARTS)
_KOREAN = Joint(_KO_JOIN, _KO_PART, _KO_PARTS)


def find_times(passage: Passage) -> Iterator[Candidate]:
    """Yield dates and times of day of a Japanese or Korean text."""
    text = passage.text
    day = passage.began.date() if passage.began else None
    if passage.language == "ja":
        yield from joined(
            text, [*_japanese(text, day)], [*_clocks(_JA_CLOCK, _JA_PARTS, text)], _JAPANESE
        )
    else:
        yield from joined(
            text, [*_korean(text, day)], [*_clocks(_KO_CLOCK, _KO_PARTS, text)], _KOREAN
        )


def _japanese(text: str, day: date | None) -> Iterator[Day]:
    for found in _JA_DAY.finditer(text):
        part = None
        if found["m"]:
            value = dated(day, found["y"], int(found["m"]), int(found["d"]))
        elif found["m2"] or found["m3"]:
            month = int(found["m2"] or found["m3"])
            value = f"{found['y2']}-{month:02}" if found["y2"] else month_day(day, month, None)
        elif found["rel"]:
            part = _JA_PARTS.get(found["rel"])
            value = iso(shifted(day, days=_REL_JA[found["rel"]])) if day else found["rel"]
        elif day is None:
            value = found[0]
        elif found["wd"]:
            weeks = _WEEK_JA[found["which"].rstrip("の")] if found["which"] else None
            value = iso(weekday(day, "月火水木金土日".index(found["wd"]), weeks))
        elif found["wk"]:
            value = week(day, _WEEK_JA[found["wk"]], weekend=bool(found["we"]))
        else:
            then = shifted(
                day.replace(day=1), months={"先": -1, "来": 1}.get((found["mo"] or "今")[0], 0)
            )
            number = found["md"] or found["dn"]
            value = iso(real(then.year, then.month, int(number))) if number else f"{then:%Y-%m}"
        if value is not None:
            yield Day(found.start(), found.end(), value, part)


def _korean(text: str, day: date | None) -> Iterator[Day]:
    for found in _KO_DAY.finditer(text):
        if found["m"]:
            value = dated(day, found["y"], int(found["m"]), int(found["d"]))
        elif day is None:
            value = found[0]
        elif found["rel"]:
            value = iso(shifted(day, days=_REL_KO[found["rel"]]))
        else:
            weeks = _WEEK_KO[found["which"].replace(" ", "")] if found["which"] else None
            value = iso(weekday(day, "월화수목금토일".index(found["wd"] or found["wd2"]), weeks))
        if value is not None:
            yield Day(found.start(), found.end(), value)


def _clocks(pattern: re.Pattern[str], parts: Mapping[str, str], text: str) -> Iterator[Clock]:
    for found in pattern.finditer(text):
        hour = int(found["h"])
        minute = 30 if found["half"] else int(found["mi"] or found["mi2"] or 0)
        part = parts.get(found["part"] or "")
        if hour > 28 or minute > 59:  # noqa: PLR2004  (Japanese nights go on to 28時)
            continue
        late = (
            (part == "AF" and hour < NOON)
            or (part == "MI" and hour < _LUNCH)
            or (part == "EV" and _LUNCH <= hour <= NOON)
        )
        start = found.start("part") if found["part"] else found.start("h")
        yield Clock(start, found.end(), hour + NOON * late, minute)
