"""Table of live calls: what was told while they ran, and which recording came of them."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class LiveCallRow(Base):
    """A call that was heard while it ran."""

    __tablename__ = "live_call"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    """`Principal.id` of who opened it."""
    fields: Mapped[dict[str, str]] = mapped_column("metadata", JSON)
    consent: Mapped[bool | None]
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    why: Mapped[str | None] = mapped_column(Text)
    """What it ended by."""
    duration: Mapped[float | None]
    """Seconds of audio."""
    recording: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256; None while it runs, and when its recording is not kept."""
    told: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What people saw of it, as JSON, packed."""
