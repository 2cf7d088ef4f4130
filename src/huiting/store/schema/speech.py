"""Tables of how likely somebody speaks, and of files that were handed in for that alone."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class SpeechRow(Base):
    """How likely somebody speaks in a recording, kept so that it is measured once."""

    __tablename__ = "speech"

    audio: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the bytes."""
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    """Of the model and of those settings that it depends on."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class SpeechFileRow(Base):
    """A file that somebody handed in to see where there is speech; no call is made of it."""

    __tablename__ = "speech_file"

    audio: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the bytes."""
    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    """`Principal.id`."""
    name: Mapped[str] = mapped_column(Text)
    """That they gave it last."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
