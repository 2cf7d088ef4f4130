"""A day and the time of day that is said with it become one moment, in any language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from huiting.text.entities.candidate import TIMED, Candidate
from huiting.text.entities.when.calendar import moment, month_day, real

NOON = 12


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a text."""

    start: int
    end: int
    value: str
    part: str | None = None
    """Of the day, where its word holds it: tonight."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in a text."""

    start: int
    end: int
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Joint:
    """How a language puts a day and what follows it together."""

    between: re.Pattern[str]
    """What may stand between a day and its time."""
    part: re.Pattern[str]
    """A part of a day, in group `part`, and what stands before it."""
    parts: Mapping[str, str]
    """Its code."""


def joined(
    text: str, days: Sequence[Day], clocks: Sequence[Clock], joint: Joint
) -> Iterator[Candidate]:
    """Yield days as `date`, and times of day, with their day where it is said, as `time`."""
    taken: set[int] = set()
    for day in days:
        reach = joint.between.match(text, day.end)
        assert reach is not None
        clock = next((c for c in clocks if day.end <= c.start <= reach.end()), None)
        if clock is None:
            yield _undated(text, day, joint)
            continue
        taken.add(clock.start)
        late = day.part == "EV" and clock.hour < NOON
        value = moment(day.value, clock.hour + NOON * late, clock.minute)
        yield Candidate("time", day.start, clock.end, value, TIMED)
    for clock in clocks:
        if clock.start not in taken:
            value = moment("", clock.hour, clock.minute)
            yield Candidate("time", clock.start, clock.end, value, TIMED)


def _undated(text: str, day: Day, joint: Joint) -> Candidate:
    spoken = None if day.part else joint.part.match(text, day.end)
    part = joint.parts[spoken["part"].lower()] if spoken else day.part
    end = spoken.end() if spoken else day.end
    kind = "time" if part else "date"
    return Candidate(kind, day.start, end, moment(day.value, None, None, part), TIMED)


def iso(day: date | None) -> str | None:
    """Return a day as ISO 8601 writes it."""
    return f"{day:%Y-%m-%d}" if day else None


def dated(day: date | None, year: str | None, month: int, number: int) -> str | None:
    """Return a day of a month, of the year that is said or the one nearest to the call."""
    return iso(real(int(year), month, number)) if year else month_day(day, month, number)
