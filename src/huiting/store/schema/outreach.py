"""What came in by inboxes: which of their files were handled."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


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
