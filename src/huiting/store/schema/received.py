"""Tables of what is handed in over the service: recordings, batches, uploads, answers given."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class RecordingFileRow(Base):
    """A recording whose bytes are kept in the vault; analyzed or not."""

    __tablename__ = "recording_file"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the bytes."""
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    """File name it was first handed in under."""
    fields: Mapped[dict[str, str]] = mapped_column("metadata", JSON)
    """What is known of the call besides its sound; as of the first time."""
    started_at: Mapped[str | None] = mapped_column(Text)
    """When the call began, ISO 8601 with its zone; None when nothing tells."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    """By channel; empty when nothing tells."""
    owner: Mapped[str] = mapped_column(Text)
    """`Principal.id` of who handed it in first."""
    at: Mapped[datetime] = mapped_column(Instant)


class BatchRow(Base):
    """Recordings that were handed in together."""

    __tablename__ = "batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Big, unique=True)
    """Orders batches by when they were made."""
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text, index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int]
    """Grows with every change."""
    paused: Mapped[bool]


class ReceivedRow(Base):
    """One time that something was handed in, taken or refused."""

    __tablename__ = "received"
    __table_args__ = (
        Index("ix_received_batch", "batch", "key"),
        Index("ix_received_work", "recording", "digest", "key"),
    )

    key: Mapped[int] = mapped_column(Big, primary_key=True)
    batch: Mapped[str | None] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    recording: Mapped[str | None] = mapped_column(String(64))
    """None for what was refused."""
    digest: Mapped[str | None] = mapped_column(String(16))
    """Of the options and settings it is to be analyzed with."""
    job: Mapped[int | None] = mapped_column(Big, index=True)
    owner: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)


class UploadRow(Base):
    """A file that is being sent in pieces; its bytes lie in the uploads folder under its id."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(Text, index=True)
    length: Mapped[int] = mapped_column(BigInteger)
    """Bytes it will have."""
    offset: Mapped[int] = mapped_column(BigInteger)
    """Bytes that are safely there."""
    metadata_line: Mapped[str] = mapped_column(Text)
    """`Upload-Metadata`, as it was sent."""
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    recording: Mapped[str | None] = mapped_column(String(64))
    """Once it is whole."""
    job: Mapped[int | None] = mapped_column(Big)


class AnswerRow(Base):
    """What was answered to a request with an `Idempotency-Key`."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("owner", "token"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    """`Principal.id`."""
    token: Mapped[str] = mapped_column(Text)
    """The header's value."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of what was asked."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    status: Mapped[int | None]
    """None while the request is being worked on."""
    location: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class FeelingRow(Base):
    """How a party sounds in a recording's current analysis."""

    __tablename__ = "feeling"
    __table_args__ = (Index("ix_feeling_label", "role", "label", "recording"),)

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text, primary_key=True)
    segments: Mapped[int]
    """That sound so, surely enough to be counted."""
