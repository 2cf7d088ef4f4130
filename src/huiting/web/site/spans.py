"""Days as forms and addresses write them: `2025-03-12`; nothing at all is no day."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated

from pydantic import BeforeValidator

Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]
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
