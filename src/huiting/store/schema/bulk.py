"""Table of what is done of all calls that a search finds."""

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class BulkRow(Base):
    """Something that is done of many calls, a portion at a time."""

    __tablename__ = "bulk"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(Text, index=True)
    """`Principal.id` of who asked; what they may do is looked up when it is done."""
    name: Mapped[str] = mapped_column(Text)
    """Theirs, for the audit log; as it was then."""
    address: Mapped[str] = mapped_column(Text)
    """From where they asked."""
    act: Mapped[str] = mapped_column(String(20))
    """What is done."""
    wish: Mapped[str] = mapped_column(Text)
    """What was asked for, as JSON; without the search, that may hold a name, when all was gone
    through. What failed or was cancelled keeps it, to be run again."""
    total: Mapped[int | None]
    """Calls that were found; None where counting them would tell too much."""
    place: Mapped[int | None] = mapped_column(Big)
    """Where the last portion ended; None before the first."""
    done: Mapped[int]
    """Calls with which it was done."""
    left: Mapped[dict[str, int]] = mapped_column(JSON)
    """Calls with which it could not be done, by why."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """None until all was gone through."""
