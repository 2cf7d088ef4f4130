"""What calls add up to: facts of each call, and the calls of a day side by side.

All of it can be made again from the calls. See docs/decisions/0021-totals.md.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class ClockRow(Base):
    """One row: how many times calls have changed."""

    __tablename__ = "total_clock"

    key: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    now: Mapped[int] = mapped_column(BigInteger)


class MarkRow(Base):
    """When a call last changed; one without has not since this was first noted."""

    __tablename__ = "total_mark"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    began: Mapped[datetime] = mapped_column(Instant)
    """As in the recording."""
    stamp: Mapped[int] = mapped_column(BigInteger, index=True)
    """By the clock; no two changes have the same."""


class FactsRow(Base):
    """What is counted of a call."""

    __tablename__ = "facts"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    """How facts are told: by which code, and what of personal data is hidden."""
    stamp: Mapped[int] = mapped_column(BigInteger)
    """Of the call when they were told; 0 when it had none."""
    body: Mapped[bytes] = mapped_column(LargeBinary)


class TotalRow(Base):
    """The facts of all calls of a day, in columns."""

    __tablename__ = "total"

    form: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    upto: Mapped[int] = mapped_column(BigInteger)
    """By the clock: no call of the day changed between `made` and this."""
    made: Mapped[int] = mapped_column(BigInteger)
    """When the body was made: no change after it is in there for certain."""
    calls: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
