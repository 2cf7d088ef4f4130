"""Dates and times of day in English: next Monday, March 3rd, tomorrow at 3:30 pm."""

import re
from collections.abc import Iterator
from datetime import date

from huiting.text.entities.candidate import Candidate, Passage
from huiting.text.entities.when.calendar import real, shifted, week, weekday
from huiting.text.entities.when.joining import Clock, Day, Joint, dated, iso, joined

_MONTHS = {
    name: n
    for n, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    d: n
    for n, d in enumerate(
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    )
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(
    rf"\b(?:(?:{'|'.join(d.title() for d in _WEEKDAYS)}),? )?(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,? (?P<y>(?:19|20)\d{{2}}))?"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m2>{_MONTH})\b(?:,? (?P<y2>(?:19|20)\d{{2}}))?"
    rf"|\b(?P<rel>day before yesterday|day after tomorrow|yesterday|today|tomorrow|tonight)\b|\b(?P<which>next |last |this |on )?(?P<wd>{'|'.join(_WEEKDAYS)})\b"
    r"|\b(?P<span>next|last|this) (?P<unit>week|month|year|weekend)\b|\b(?P<ago>\d{1,3}|an?|one|two|three|four|five|six) (?P<agounit>day|week|month|year)s? ago\b"
    r"|(?P<iso>\b\d{4}-\d{2}-\d{2}\b)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<mi>\d{2}))?\s?(?P<ap>[AaPp])(?:\.\s?[Mm]\.|\s?[Mm]\b)|\b(?P<h2>\d{1,2}):(?P<mi2>\d{2})\b(?!:)|\b(?P<h3>\d{1,2}) o'?clock\b(?: in the (?P<part>morning|afternoon|evening))?|\b(?P<noon>noon|midnight)\b",
)
_EN_PART = re.compile(r"\s(?:in the )?(?P<part>morning|afternoon|evening|night)\b", re.IGNORECASE)
_EN_PARTS = {"morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI"}
_EN_JOIN = re.compile(r"(?:,|\s|at|before|after|by|around|about|from)*", re.IGNORECASE)
_DAYS_AWAY = {
    "day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
}
_WEEKS_AWAY = {"last": -1, "this": 0, "on": None, "next": 1}


_JOINT = Joint(_EN_JOIN, _EN_PART, _EN_PARTS)


def find_times(passage: Passage) -> Iterator[Candidate]:
    """Yield dates and times of day of an English text."""
    day = passage.began.date() if passage.began else None
    text = passage.text
    yield from joined(text, [*_days(text, day)], [*_clocks(text)], _JOINT)


def _days(text: str, day: date | None) -> Iterator[Day]:
    for found in _DAY.finditer(text):
        part = None
        month = found["m"] or found["m2"]
        if month:
            if month == "may" or (month == "mar" and not found["d"]):
                continue  # you may 2 …
            number = int(found["d"] or found["d2"])
            value = dated(day, found["y"] or found["y2"], _MONTHS[month.lower()], number)
        elif found["iso"]:
            value = iso(real(*map(int, found["iso"].split("-"))))
        elif found["rel"]:
            said = found["rel"].lower()
            part = "EV" if said == "tonight" else None
            value = iso(shifted(day, days=_DAYS_AWAY[said])) if day else said
        elif found["wd"]:
            which = (found["which"] or "on").strip().lower()
            value = (
                iso(weekday(day, _WEEKDAYS[found["wd"].lower()], _WEEKS_AWAY[which]))
                if day
                else found[0]
            )
        else:
            value = _span(found, day)
        if value is not None:
            yield Day(found.start(), found.end(), value, part)


def _span(found: re.Match[str], day: date | None) -> str | None:
    if day is None:
        return found[0]
    if found["ago"]:
        number, unit = -_count(found["ago"]), found["agounit"].lower()
    else:
        number, unit = _WEEKS_AWAY[found["span"].lower()] or 0, found["unit"].lower()
    match unit:
        case "day":
            return iso(shifted(day, days=number))
        case "week":
            return week(day, number)
        case "weekend":
            return week(day, number, weekend=True)
        case "month":
            return f"{shifted(day, months=number):%Y-%m}"
    return f"{day.year + number:04}"


def _count(said: str) -> int:
    words = ["a", "one", "two", "three", "four", "five", "six"]
    return int(said) if said.isdecimal() else max(1, words.index(said.lower().rstrip("n") or "a"))


def _clocks(text: str) -> Iterator[Clock]:
    for found in _CLOCK.finditer(text):
        if found["noon"]:
            yield Clock(found.start(), found.end(), 12 if found["noon"] == "noon" else 24, 0)
            continue
        hour, minute = (
            int(found["h"] or found["h2"] or found["h3"]),
            int(found["mi"] or found["mi2"] or 0),
        )
        late = (found["ap"] or "").lower() == "p" or found["part"] in ("afternoon", "evening")
        early = (found["ap"] or "").lower() == "a"
        if hour > 24 or minute > 59 or ((late or early) and hour > 12):  # noqa: PLR2004  (a clock's)
            continue
        hour = hour % 12 + 12 if late else hour % 12 if early else hour
        yield Clock(found.start(), found.end(), hour, minute)
