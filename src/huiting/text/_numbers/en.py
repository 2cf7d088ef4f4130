"""The English ITN grammar: rules for what is said in calls, in order of precedence.

The convention: phones, ids, money ($49), dates (March 15), times (5 PM, 9:30) and
percentages in digits; other numbers from ten on too; smaller counts stay words.
"""

import re
from collections.abc import Callable

from huiting.text._numbers.en_numerals import (
    BELOW_HUNDRED,
    CARDINAL,
    DIGIT,
    ORDINAL,
    SMALL,
    TEEN,
    TENS,
    read_cardinal,
    read_digits,
    read_ordinal,
)
from huiting.text._numbers.grammar import Grammar, Rule, after
from huiting.text._numbers.groups import joined

_MONTHS = (
    "January|February|March|April|(?-i:May)|June|July|August|September|October|November|December"
)
_HOUR = rf"(?:{DIGIT}|ten|eleven|twelve|(?<![$€.:,\d-])1?\d)\b"
_MINUTE = rf"(?:(?:twenty|thirty|forty|fifty)(?:[ -]{DIGIT})?|{TEEN}|(?:oh|o) {DIGIT})\b"
_NOON = r"(?P<half>[ap])(?:\.? ?m\b(?!\.)|\. ?m\b(?:\.(?=,| (?-i:[a-z])))?| ?m\b)"
_SAID_DIGIT = rf"(?:(?:double |triple )?(?:{DIGIT}|oh)\b)"
_AMOUNT = rf"(?:{CARDINAL}(?: point(?: {DIGIT}\b)+)?(?: (?:million|billion)\b)?)"
_CLOCK_CUES = after(
    *("at ", "from ", "until ", "till ", "by ", "before ", "after ", "around ", "about ", "to "),
    *("morning ", "afternoon ", "evening ", "tonight ", "tomorrow ", "between "),
)
_SYMBOLS = {"d": "$", "b": "$", "e": "€"}


def _number(spoken: str, *, commas_from: int = 10_000) -> str | None:
    """Return a cardinal or decimal in digits; million and billion stay words."""
    whole, mark, fraction = spoken.partition(" point ")
    scale = re.search(r" (million|billion)$", spoken)
    if mark:
        value = read_cardinal(whole)
        return (
            None
            if value is None
            else f"{value}.{read_digits(_without(fraction, scale))}{_unit(scale)}"
        )
    value = read_cardinal(_without(spoken, scale))
    if value is None:
        return None
    return (f"{value:,}" if value >= commas_from else str(value)) + _unit(scale)


def _without(text: str, scale: re.Match[str] | None) -> str:
    return text.removesuffix(scale[0]) if scale else text


def _unit(scale: re.Match[str] | None) -> str:
    return scale[0] if scale else ""


def _join(match: re.Match[str]) -> str | None:
    """Join digits said one by one, and groups of them with a pause between."""
    groups = [read_digits(group) for group in match[0].split(",")]
    total = sum(map(len, groups))
    if len(groups) > 1 and min(map(len, groups)) < 2:  # noqa: PLR2004  (one, two, three is a count)
        return None
    least = 5 if match[0].lower().startswith("oh") else 3  # "oh one more thing"
    shows = re.search(r"zero|double|triple", match[0], re.IGNORECASE)
    return "".join(groups) if total >= (2 if shows and least < 5 else least) else None  # noqa: PLR2004


def _grouped(match: re.Match[str]) -> str | None:
    return joined(match[0])


def _toll_free(match: re.Match[str]) -> str:
    return f"1{read_digits(match[1])}00" + read_digits(match[2])


def _money(match: re.Match[str]) -> str | None:
    number = _number(match["amount"], commas_from=1000)
    cents = read_cardinal(match["cents"]) if match["cents"] else None
    if number is None:
        return None
    return f"{_SYMBOLS[match['unit'][0].lower()]}{number}" + (
        "" if cents is None else f".{cents:02d}"
    )


def _cents(match: re.Match[str]) -> str | None:
    return _number(match[1])


def _percent(match: re.Match[str]) -> str | None:
    number = _number(match[1])
    return number and f"{number}%"


def _time(match: re.Match[str]) -> str | None:
    """Write an hour, its minutes when they are said, and the half of the day."""
    groups = match.groupdict()
    hour = _hour(match["hour"])
    half = groups.get("half")
    if hour not in range(1, 13):
        return None
    minute = groups.get("minute")
    said = "" if minute is None else f":{_minute(minute):02d}"
    return f"{hour}{said}" + (f" {half.upper()}M" if half else "")


def _arabic_time(match: re.Match[str]) -> str:
    minute = f":{match['minute']}" if match["minute"] else ""
    return f"{match['hour']}{minute} {match['half'].upper()}M"


def _hour(spoken: str) -> int | None:
    return int(spoken) if spoken.isdigit() else read_cardinal(spoken)


def _minute(spoken: str) -> int:
    words = spoken.lower()
    return (
        int(read_digits(words))
        if words.startswith("o") and " " in words
        else read_cardinal(words) or 0
    )


def _past(match: re.Match[str]) -> str | None:
    minutes = {"half": 30, "quarter": 15}[match[1].lower().split()[-1]]
    hour = read_cardinal(match[3])
    if hour is None or hour not in range(1, 13):
        return None
    if match[2].lower() == "to":
        hour, minutes = (hour - 1) or 12, 60 - minutes
    return f"{hour}:{minutes}"


def _date(match: re.Match[str]) -> str | None:
    day = read_ordinal(match[2])
    return f"{match[1]} {day}" if day in range(1, 32) else None


def _date_cardinal(match: re.Match[str]) -> str | None:
    day = read_cardinal(match[2])
    return f"{match[1]} {day}" if day in range(1, 32) else None


def _year(match: re.Match[str]) -> str:
    tail = match[2].lower()
    rest = int(read_digits(tail)) if tail.startswith("oh") else read_cardinal(tail) or 0
    return f"{read_cardinal(match[1])}{rest:02d}"


def _ordinal(match: re.Match[str]) -> str | None:
    value = read_ordinal(match[0])
    if value < 10:  # noqa: PLR2004  (small ones stay words)
        return None
    teens = value in (11, 12, 13)
    return f"{value}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"


def _cardinal(match: re.Match[str]) -> str | None:
    """Write a number of ten or more; smaller counts stay words."""
    number = _number(match[0])
    small = re.fullmatch(DIGIT, match[0], re.IGNORECASE)
    return None if small else number


def _rule(
    name: str,
    pattern: str,
    write: Callable[[re.Match[str]], str | None],
    spoken: str,
    written: str,
) -> Rule:
    return Rule(name, re.compile(rf"\b{pattern}", re.IGNORECASE), write, spoken, written)


RULES = (
    _rule(
        "grouped digits",
        r"(?<![$€.])\d++(?:(?:, ?|[ -])\d++)+(?![.:]\d|%)",
        _grouped,
        "2025-0301-7788",
        "202503017788",
    ),
    _rule(
        "half of the day",
        r"(?P<hour>1?\d)(?::(?P<minute>\d\d))? ?(?P<half>[ap])(?:\.m\.(?=,| (?-i:[a-z]))|\.?m\b)",
        _arabic_time,
        "5pm",
        "5 PM",
    ),
    _rule(
        "day of the month",
        rf"({_MONTHS}) (\d\d?)(?:st|nd|rd|th)\b",
        lambda match: f"{match[1]} {match[2]}",
        "March 15th",
        "March 15",
    ),
    _rule(
        "round the clock",
        r"twenty[ -]four[ -/]seven\b",
        lambda _: "24/7",
        "twenty four seven",
        "24/7",
    ),
    _rule(
        "toll free",
        rf"one (eight|nine) hundred\b,?((?:[ ,-]+{_SAID_DIGIT}){{3,}})",
        _toll_free,
        "one eight hundred, five five five, zero one two three",
        "18005550123",
    ),
    _rule(
        "percent",
        rf"({_AMOUNT}) (?:percent|per cent)\b",
        _percent,
        "zero point five percent",
        "0.5%",
    ),
    _rule(
        "money",
        rf"(?P<amount>{_AMOUNT})[ -](?P<unit>dollars?|bucks|euros?)\b"
        rf"(?:,? and (?P<cents>{BELOW_HUNDRED}) cents?\b)?",
        _money,
        "forty nine dollars and fifty cents",
        "$49.50",
    ),
    _rule("coins", rf"({BELOW_HUNDRED})(?= cents?\b)", _cents, "five cents", "5 cents"),
    _rule(
        "time of day",
        rf"(?P<hour>{_HOUR})(?: (?P<minute>{_MINUTE}))? {_NOON}",
        _time,
        "nine thirty a m",
        "9:30 AM",
    ),
    _rule(
        "past and to",
        rf"((?:a )?(?:half|quarter)) (past|to) ({_HOUR})",
        _past,
        "a quarter to six",
        "5:45",
    ),
    _rule("o'clock", rf"(?P<hour>{_HOUR})(?= o'?clock\b)", _time, "five o'clock", "5 o'clock"),
    _rule(
        "clock",
        rf"{_CLOCK_CUES}(?P<hour>{_HOUR}) (?P<minute>{_MINUTE})",
        _time,
        "at five thirty",
        "at 5:30",
    ),
    _rule("date", rf"({_MONTHS}) (?:the )?({ORDINAL})", _date, "March fifteenth", "March 15"),
    _rule(
        "date with cardinal",
        rf"({_MONTHS}) ({BELOW_HUNDRED})(?! (?:hundred|thousand|{TENS}|{TEEN}))",
        _date_cardinal,
        "June twelve",
        "June 12",
    ),
    _rule(
        "year",
        rf"(nineteen|twenty) ((?:{TENS}(?:[ -]{DIGIT})?|{TEEN}|oh {DIGIT})\b)",
        _year,
        "twenty twenty five",
        "2025",
    ),
    _rule(
        "digits",
        rf"{_SAID_DIGIT}(?:[ -]{_SAID_DIGIT}|, ?{_SAID_DIGIT}[ -]{_SAID_DIGIT})*(?! (?:hundred|thousand|point)\b)",
        _join,
        "zero one double two",
        "0122",
    ),
    _rule(
        "decimal",
        rf"{CARDINAL} point(?: {DIGIT}\b)+(?: (?:million|billion)\b)?",
        lambda m: _number(m[0]),
        "seven point two",
        "7.2",
    ),
    _rule("ordinal", ORDINAL, _ordinal, "twenty first", "21st"),
    _rule("number", CARDINAL, _cardinal, "one hundred and twenty", "120"),
)

GRAMMAR = Grammar(
    RULES,
    start=re.compile(
        rf"\b(?:{SMALL}|{ORDINAL}|a (?:hundred|thousand|quarter|half)|half|quarter|oh|double|triple|{_MONTHS})\b|\b\d+",
        re.IGNORECASE,
    ),
    run=re.compile(rf"\d[\d.,:/-]*|{CARDINAL}|\w+", re.IGNORECASE),
)
