"""What a call can be sorted by: agent, hour, intent, language, or any field of its metadata.

A field of a call has no value, one, or several (a call may name two products). Times are
by the call's own clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from huiting.core.errors import InputError
from huiting.insights.case import Case

UNNAMED = "–"
"""Stands for a value that is not known, in tables."""
BUILT_IN = (
    "agent",
    "day",
    "direction",
    "hour",
    "intent",
    "language",
    "outcome",
    "part-of-day",
    "product",
    "topic",
    "week",
    "weekday",
)
"""Fields that every call may have; the metadata's own come on top."""
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = ((6, "night"), (12, "morning"), (14, "noon"), (18, "afternoon"), (24, "evening"))


def values(case: Case, name: str) -> tuple[str, ...] | None:
    """Return the values that field `name` has in a call; None when it is not known there."""
    dialogue = case.dialogue
    meaning = dialogue.meaning
    began = dialogue.started_at
    match name:
        case "language":
            return (dialogue.language,) if dialogue.language else None
        case "intent":
            return (meaning.intents[0].name,) if meaning.intents else None
        case "topic":  # the first level of the main intent
            return (meaning.intents[0].name.split("/")[0],) if meaning.intents else None
        case "outcome":
            return (str(meaning.outcome.kind),) if meaning.outcome else None
        case "product":
            named = {e.value for e in meaning.entities if e.kind == "product"}
            named |= {dialogue.metadata["product"]} if dialogue.metadata.get("product") else set()
            return tuple(sorted(named)) or None
        case "day" | "week" | "weekday" | "hour" | "part-of-day":
            return (_of_time(began, name),) if began else None
        case _:
            found = dialogue.metadata.get(name)
            return (found,) if found else None


def _of_time(began: datetime, name: str) -> str:
    match name:
        case "day":
            return began.date().isoformat()
        case "week":
            return monday(began.date()).isoformat()
        case "weekday":
            return _WEEKDAYS[began.weekday()]
        case "hour":
            return f"{began.hour:02}"
        case _:
            return next(part for end, part in _PARTS if began.hour < end)


def monday(day: date) -> date:
    """Return the first day of the week."""
    return day - timedelta(days=day.weekday())


AGENT_FIELDS = ("agent", "agent_id", "agentid", "工号", "坐席", "坐席工号", "客服工号")
"""Metadata that names who took the call, the likeliest first."""


def agent_of(case: Case) -> str:
    """Return who took the call; a dash when that is not known."""
    known = case.dialogue.metadata
    return next((known[name] for name in AGENT_FIELDS if known.get(name)), UNNAMED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls are meant: those that have one of the values in every field."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    """The first day that is no longer meant."""

    def keeps(self, case: Case) -> bool:
        """Tell whether a call is meant; one of unknown time is not, where a time is asked for."""
        began = case.dialogue.started_at
        if (self.since or self.until) and began is None:
            return False
        if self.since and began and began.date() < self.since:
            return False
        if self.until and began and began.date() >= self.until:
            return False
        return all(self._has(case, name, wanted) for name, wanted in self.fields.items())

    @staticmethod
    def _has(case: Case, name: str, wanted: Sequence[str]) -> bool:
        found = values(case, name) or ()
        if name == "intent":  # 售后 means 售后/退货 too
            return any(v == w or v.startswith(f"{w}/") for v in found for w in wanted)
        return any(value in wanted for value in found)

    def __str__(self) -> str:
        """Return it as `parse` reads it."""
        parts = [f"{name}={_quoted('|'.join(wanted))}" for name, wanted in self.fields.items()]
        parts += [f"since={self.since}"] if self.since else []
        parts += [f"until={self.until}"] if self.until else []
        return " ".join(parts) or "all"


_PART = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
"""A part of a filter; in quotes there may be spaces."""


def parse(text: str) -> Filter:
    """Read a filter such as `agent=8001|8002 team="Team A" since=2025-03-01`; `all` for all.

    Raises:
        InputError: a part is no NAME=VALUE, or a day is no date.
    """
    fields: dict[str, Sequence[str]] = {}
    days: dict[str, date] = {}
    for quoted in _PART.findall(text):
        part = quoted.replace('"', "")
        name, mark, value = part.partition("=")
        if part == "all":
            continue
        if not mark or not name or not value:
            raise InputError(f"filter {part!r}", "not NAME=VALUE", "write agent=8001 or the like")
        if name in {"since", "until"}:
            days[name] = _day(value)
        else:
            fields[name] = tuple(value.split("|"))
    return Filter(fields, days.get("since"), days.get("until"))


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"\s", text) else text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"day {text!r}", "not a date", "write 2025-03-12") from error
