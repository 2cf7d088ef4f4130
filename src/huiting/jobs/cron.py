"""Times that come again: every so many seconds, or as a line of cron says.

Source:
    The fields and the rule for day of month and day of week are those of POSIX crontab
    (IEEE Std 1003.1, crontab), with steps and 0 or 7 for Sunday as in Vixie's cron.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from huiting.core.errors import ConfigError

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = 8
"""How far the next time is looked for: 29 February may be that far away."""


class When(Protocol):
    """Times that come again."""

    def last(self, now: datetime) -> datetime | None:
        """Return the last of them that is not after `now`; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many seconds, counted from the beginning of 1970."""

    seconds: float

    def last(self, now: datetime) -> datetime | None:
        """Return the last time that is not after `now`."""
        return now - timedelta(seconds=(now - _EPOCH).total_seconds() % self.seconds)


@dataclass(frozen=True, slots=True)
class Cron:
    """As the five fields of `line` say, in a time zone."""

    line: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """See that the line and the zone can be read."""
        _read(self.line)
        _zone(self.zone)

    def last(self, now: datetime) -> datetime | None:
        """Return the last time that is not after `now`; of an hour that comes twice, the first."""
        minutes, hours, days, months, weekdays = _read(self.line)
        either = not (self.line.split()[2].startswith("*") or self.line.split()[4].startswith("*"))
        local = now.astimezone(_zone(self.zone))
        day = local.date()
        for _ in range(_YEARS * 366):
            matches = (day.day in days, day.isoweekday() % 7 in weekdays)
            if day.month in months and (any(matches) if either else all(matches)):
                for hour in sorted(hours, reverse=True):
                    for minute in sorted(minutes, reverse=True):
                        at = datetime(
                            day.year, day.month, day.day, hour, minute, tzinfo=local.tzinfo
                        ).astimezone(UTC)
                        if at <= now:
                            return at
            day -= timedelta(days=1)
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            "schedule", f"no time zone {name!r}", "name one, Asia/Shanghai"
        ) from error


def _read(line: str) -> list[frozenset[int]]:
    fields = line.split()
    if len(fields) != len(_FIELDS):
        raise _unreadable(line, "five fields are needed")
    found = [_field(line, text, *bounds[1:]) for text, bounds in zip(fields, _FIELDS, strict=True)]
    found[4] = frozenset(day % 7 for day in found[4])
    return found


def _field(line: str, text: str, least: int, most: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        stretch, _, step = part.partition("/")
        first, _, last = stretch.partition("-")
        try:
            start = least if stretch == "*" else int(first)
            end = most if stretch == "*" or (step and not last) else int(last or first)
            values.update(range(start, end + 1, int(step or 1)))
        except ValueError as error:
            raise _unreadable(line, f"{part!r} is no value, range or step") from error
        if not least <= start <= end <= most:
            raise _unreadable(line, f"{part!r} is not within {least}-{most}")
    return frozenset(values)


def _unreadable(line: str, why: str) -> ConfigError:
    return ConfigError("schedule", f"{line!r}: {why}", "write it as in crontab: 30 7 * * 1-5")
