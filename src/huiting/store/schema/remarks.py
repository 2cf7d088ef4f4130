"""What people add to a call: remarks about it, and what was really said."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class RemarkRow(Base):
    """What somebody says about a call, or about a moment of it."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_call", "recording", "key"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    moment: Mapped[float | None]
    """Seconds; none for the whole call."""
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    """`Principal.id`."""
    name: Mapped[str] = mapped_column(Text)
    """What they were called then."""
    at: Mapped[datetime] = mapped_column(Instant)


class CorrectionRow(Base):
    """What was really said in a segment, by somebody who listened; the latest counts.

    Never changed once written. What the machine had written is kept too, so that its error
    rate can be told without reading the analysis, which may be an earlier one.
    """

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_call", "recording", "key"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    version: Mapped[int]
    """Of the analysis."""
    segment: Mapped[int]
    """Place in `Call.segments` of that version, from 0."""
    channel: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    language: Mapped[str | None] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(Text)
    heard: Mapped[str] = mapped_column(Text)
    """The machine's written text."""
    text: Mapped[str | None] = mapped_column(Text)
    """What was said, empty when nobody spoke; none takes earlier ones back."""
    by: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
