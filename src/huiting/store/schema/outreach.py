"""What came in by inboxes, which of their files were handled; reports that go out by mail."""

from datetime import datetime

from sqlalchemy import JSON, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class ArrivalRow(Base):
    """A file of an inbox that stays where it is, and was handled."""

    __tablename__ = "arrival"

    inbox: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    """With its folders."""
    mark: Mapped[str] = mapped_column(Text)
    """Of the content that was handled; another one is another file."""
    reason: Mapped[str] = mapped_column(Text)
    """Why it was refused; empty when it was taken in."""
    at: Mapped[datetime] = mapped_column(Instant)


class ReportScheduleRow(Base):
    """A report that is sent by mail again and again."""

    __tablename__ = "report_schedule"
    __table_args__ = ({"sqlite_autoincrement": True},)

    key: Mapped[int] = mapped_column(Big, primary_key=True)
    owner: Mapped[int] = mapped_column(Integer, index=True)
    """Number of the user."""
    of: Mapped[str] = mapped_column(Text)
    """`day`, `week` or `month`: the last that is over."""
    every: Mapped[str] = mapped_column(Text)
    """`day`, `week` (Mondays) or `month` (the first)."""
    hour: Mapped[int] = mapped_column(Integer)
    """By the clock of the service."""
    recipients: Mapped[list[str]] = mapped_column(JSON)
    team: Mapped[str] = mapped_column(Text)
    """Empty for all that the owner sees."""
    language: Mapped[str] = mapped_column(Text)
    attached: Mapped[bool]
    """Whether the report goes with the mail as files, too."""
    paused: Mapped[bool]
    put_for: Mapped[datetime] = mapped_column(Instant)
    """The last due time that was seen to."""
