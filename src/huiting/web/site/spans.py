"""Days as forms and addresses write them: `2025-03-12`; nothing at all is no day."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import BeforeValidator, Field

FIRST, LAST = date(1970, 1, 2), date(2105, 12, 31)
"""Days that can be meant: as those of the API, far from where a calendar ends."""
_Near = Annotated[date, Field(ge=FIRST, le=LAST)]
Day = Annotated[_Near | None, BeforeValidator(lambda text: text or None)]
"""A day of a form; an input that was left empty is None."""


def begin(day: date | None, zone: tzinfo | None) -> datetime | None:
    """Return when a day begins.

    Args:
        day: None for no day.
        zone: whose day; None for that of the machine.
    """
    return None if day is None else datetime.combine(day, time(), zone).astimezone(zone)


def end(day: date | None, zone: tzinfo | None) -> datetime | None:
    """Return when a day is over: the beginning of the next one."""
    return None if day is None else begin(day + timedelta(days=1), zone)
