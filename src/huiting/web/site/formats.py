"""Times, numbers and lengths as a reader of `zh` or `en` expects them; pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent

from huiting.access.permissions import Permission, UserRole
from huiting.core import wording
from huiting.core.error_words import mandarin
from huiting.jobs.job import State
from huiting.store.audit import Action
from huiting.web.site.call.kinds import kind
from huiting.web.site.naming import coded, duty, named, purpose, stage, work

_LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
_NONE = "–"
_KILO = 1000


def moment(at: datetime | None, language: str, zone: tzinfo | None) -> str:
    """Return day and time of day; a dash for None."""
    if at is None:
        return _NONE
    return format_datetime(at.astimezone(zone), "y-MM-dd HH:mm", locale=_LOCALES[language])


def day(at: datetime | None, language: str, zone: tzinfo | None) -> str:
    """Return a day."""
    if at is None:
        return _NONE
    return format_date(at.astimezone(zone).date(), "medium", locale=_LOCALES[language])


def ago(at: datetime, now: datetime, language: str) -> str:
    """Return how long ago something was, roughly."""
    return str(format_timedelta(at - now, add_direction=True, locale=_LOCALES[language]))


def number(value: float | None, language: str, digits: int = 0) -> str:
    """Return a number with at most so many decimals."""
    if value is None:
        return _NONE
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return str(format_decimal(value, pattern, locale=_LOCALES[language]))


def percent(share: float | None, language: str, digits: int = 0) -> str:
    """Return a share in [0, 1] as per cent."""
    if share is None:
        return _NONE
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return format_percent(share, pattern, locale=_LOCALES[language])


def clock(seconds: float | None, tenths: bool = False) -> str:  # noqa: FBT001, FBT002  (a filter)
    """Return a place in a call: `1:23`, `1:02:03`, `1:23.4`."""
    if seconds is None:
        return _NONE
    whole = max(0.0, seconds)
    left, rest = divmod(int(whole), 60)
    hours, minutes = divmod(left, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{text}.{int(whole * 10) % 10}" if tenths else text


def length(seconds: float | None, language: str) -> str:
    """Return how long something takes, in its largest fitting unit."""
    if seconds is None:
        return _NONE
    return format_timedelta(
        timedelta(seconds=seconds), threshold=1.5, format="short", locale=_LOCALES[language]
    )


def size(count: float, language: str) -> str:
    """Return bytes in their largest fitting unit."""
    units = ("B", "kB", "MB", "GB", "TB")
    step = 0
    while count >= _KILO and step < len(units) - 1:
        count, step = count / _KILO, step + 1
    return f"{number(count, language, 1 if step else 0)} {units[step]}"


def filters(language: str, zone: tzinfo | None) -> Mapping[str, Callable[..., Any]]:
    """Return what templates may pass a value through, for one language.

    Args:
        language: `zh` or `en`.
        zone: in which times are told; None for that of the machine.
    """
    return {
        "moment": lambda at: moment(at, language, zone),
        "day": lambda at: day(at, language, zone),
        "number": lambda value, digits=0: number(value, language, digits),
        "percent": lambda share, digits=0: percent(share, language, digits),
        "clock": clock,
        "lasting": lambda seconds: length(seconds, language),
        "size": lambda count: size(count, language),
        "named": lambda thing: _NONE if thing is None else named(thing, language),
        "role": lambda code: coded(UserRole, code, language),
        "scope": lambda code: coded(Permission, code, language),
        "deed": lambda code: coded(Action, code, language),
        "state": lambda code: coded(State, code, language),
        "stage": lambda name: stage(name, language),
        "work": lambda kind: work(kind, language),
        "purpose": lambda kind: purpose(kind, language),
        "told": lambda text: mandarin(text) if language == "zh" else text,
        "duty": lambda role: duty(role, language),
        "tongue": lambda code: _NONE if code is None else wording.language(code, language),
        "advice": lambda code: wording.advice(code, language),
        "points": wording.points,
        "entity": lambda name: kind(name, language),
    }
