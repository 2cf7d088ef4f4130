"""Tables that calls are looked for by, and the searches that people keep."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class KeptSearchRow(Base):
    """A search that somebody keeps under a name."""

    __tablename__ = "kept_search"
    __table_args__ = ({"sqlite_autoincrement": True},)

    key: Mapped[int] = mapped_column(Big, primary_key=True)
    owner: Mapped[str] = mapped_column(Text, index=True)
    """`Principal.id`."""
    name: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    """What is looked for, as the address of the page says it."""
    columns: Mapped[list[str]] = mapped_column(JSON)
    """That the table shows; empty for those of whoever looks."""
    shared: Mapped[bool]
    scope: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """Metadata entries that calls must have for the owner to see them."""
    at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Removed, and may still come back."""


class MeasureRow(Base):
    """Numbers of a recording's current analysis, and how its matter ended: for filters.

    Apart from the analysis and narrow, so that reading all of them is quick.
    """

    __tablename__ = "measure"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    outcome: Mapped[str | None] = mapped_column(Text)
    silence_ratio: Mapped[float | None]
    longest_silence: Mapped[float | None]
    dead_air: Mapped[float | None]
    hold: Mapped[float | None]
    overlap_ratio: Mapped[float | None]
    interruptions: Mapped[float | None]
    """By agents."""
    agent_share: Mapped[float | None]
    """Of all talk time."""
    agent_rate: Mapped[float | None]
    customer_rate: Mapped[float | None]
    response: Mapped[float | None]
    """Median seconds in which the agent answers."""


class SoundRow(Base):
    """How often a sound is heard in a recording, by its current analysis."""

    __tablename__ = "sound"
    __table_args__ = (Index("ix_sound_label", "label"),)

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    times: Mapped[int]
