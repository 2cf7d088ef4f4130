"""The one place where the program looks at the clock; all others are given `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
