"""What every table is made with: the base class, and the types of columns."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

HEAD = "0019"
"""The migration that these tables are the result of."""

Big = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; on SQLite the type that makes a primary key the row's own number."""


def instant(time: datetime) -> datetime:
    """Return the time in UTC; a time without a zone is taken to be UTC."""
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:  # in the first or last hours that datetime knows
        return time.replace(tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """A point in time: stored in UTC, returned in UTC."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Drop the zone, which is UTC."""
        return None if value is None else instant(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Every table of the store."""
