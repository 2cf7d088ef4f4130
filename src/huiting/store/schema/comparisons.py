"""Tables of engines that were compared on calls; what was heard lies with the call it is of."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class ComparisonRow(Base):
    """Engines that hear the same calls."""

    __tablename__ = "comparison"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    """`Principal.id` of who asked."""
    engines: Mapped[list[str]] = mapped_column(JSON)
    left_out: Mapped[int]
    """Calls that were asked for and cannot be heard."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """None until it is done."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Figures, in which no call is named; None until it is done."""


class ComparisonCallRow(Base):
    """A call that is compared, and what engines heard in it: it goes when the call goes."""

    __tablename__ = "comparison_call"

    comparison: Mapped[str] = mapped_column(String(32), primary_key=True)
    recording: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    """SHA-256."""
    place: Mapped[int]
    """Among the calls of the comparison, from 0."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Lines that differ and why it could not be heard; None while nothing is to be said of it."""
