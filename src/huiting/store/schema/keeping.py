"""What is to go and what must stay: the bin, and legal holds."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class BinRow(Base):
    """A call in the bin: nobody finds it, until it is restored or removed for good."""

    __tablename__ = "bin"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    by: Mapped[str] = mapped_column(Text)
    """`Principal.id`."""
    reason: Mapped[str] = mapped_column(Text)
    bulk: Mapped[str | None] = mapped_column(String(32), index=True)
    """Id of what put it here together with others; None for a call put here by itself."""


class HoldRow(Base):
    """A legal hold: of what it covers nothing is removed until it is released.

    Everything that is said must fit a call; a hold that says nothing covers all of them.
    """

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_released", "released_at", "key"),)

    key: Mapped[int] = mapped_column(Big, primary_key=True)
    recording: Mapped[str | None] = mapped_column(String(64))
    """Id of one recording."""
    fields: Mapped[dict[str, str]] = mapped_column("metadata", JSON)
    """Entries that the recording's metadata must have."""
    since: Mapped[datetime | None] = mapped_column(Instant)
    """Calls that began then or later."""
    until: Mapped[datetime | None] = mapped_column(Instant)
    """Calls that began before."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    released_by: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
