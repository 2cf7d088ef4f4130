"""What a day is called by, to the day it is: pure date arithmetic from the day of the call.

Days are ISO 8601 (2025-03-14), parts of a day those of TIMEX3 (MO morning, MI midday, AF
afternoon, EV evening, NI night). What is unknown is left out: 2025-03 is a month, 2025-W12 a
week, 2025-W12-WE its weekend, --03-08 a day of no known year.

Source:
    ISO 8601:2004; TimeML's TIMEX3 (Pustejovsky et al., 2005) for parts of a day and weekends.
"""

from calendar import monthrange
from datetime import date, timedelta

_WEEK = 7
_MONTHS = 12


def shifted(day: date, *, days: int = 0, months: int = 0, years: int = 0) -> date:
    """Return the day so much later; the last of the month where it has no such day."""
    month = day.month - 1 + months + _MONTHS * years
    year, month = day.year + month // _MONTHS, month % _MONTHS + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days)


def weekday(day: date, weekday: int, weeks: int | None) -> date:
    """Return a day of the week.

    Args:
        day: of the call.
        weekday: 0 for Monday.
        weeks: 0 for the week of the call, Monday to Sunday, 1 for the next; None where none
            is said: the first such day from the call on.
    """
    if weeks is None:
        return day + timedelta((weekday - day.weekday()) % _WEEK)
    return day - timedelta(day.weekday()) + timedelta(weekday + _WEEK * weeks)


def week(day: date, weeks: int, *, weekend: bool = False) -> str:
    """Return a week, or its weekend, so many weeks after that of the call."""
    year, number, _ = (day + timedelta(_WEEK * weeks)).isocalendar()
    return f"{year}-W{number:02}{'-WE' if weekend else ''}"


def month_day(day: date | None, month: int, number: int | None) -> str | None:
    """Return a day (or month) of no said year: that nearest to the call; None if there is none."""
    if not 1 <= month <= _MONTHS or (number is not None and not 1 <= number <= 31):  # noqa: PLR2004
        return None
    if day is None:
        exists = number is None or number <= monthrange(2000, month)[1]
        return (f"--{month:02}-{number:02}" if number else f"--{month:02}") if exists else None
    years = (day.year - 1, day.year, day.year + 1)
    nearby = [d for y in years if (d := real(y, month, number or 15)) is not None]
    if not nearby:
        return None
    nearest = min(nearby, key=lambda d: abs(d - day))
    return f"{nearest:%Y-%m-%d}" if number else f"{nearest:%Y-%m}"


def real(year: int, month: int, number: int) -> date | None:
    """Return a day if there is one."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def full_year(digits: str) -> int:
    """Return a year of two or four digits."""
    return int(digits) if len(digits) == 4 else 2000 + int(digits)  # noqa: PLR2004


def moment(day: str, hour: int | None, minute: int | None, part: str | None = None) -> str:
    """Return a day and what is known of its time; either may be missing.

    An hour beyond midnight (晚上12点, 25時) belongs to the next day.
    """
    if hour is None:
        return f"{day}T{part}" if part else day
    if hour >= 24 and len(day) == len("2025-03-14"):  # noqa: PLR2004
        day = f"{date.fromisoformat(day) + timedelta(hour // 24):%Y-%m-%d}"
    return f"{day}T{hour % 24:02}:{minute or 0:02}"
