"""Jobs, their attempts and schedules; transcriptions, which are the results of jobs alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant

_OPEN = text("state IN ('waiting', 'running')")
_WAITING = text("state = 'waiting'")


class JobRow(Base):
    """A job: the truth about it, however it is run."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_open", "kind", "subject", unique=True,
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(
            "ix_job_next", "rank", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_job_state", "state", "id"),
        Index("ix_job_group", "group_id", "id"),
        Index("ix_job_owner", "owner", "id"),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Big, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    rank: Mapped[int]
    """The priority, negative: so one index gives the order in which jobs are begun."""
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """Not before then; none: at once, whatever the clock says."""
    attempts: Mapped[int]
    longest: Mapped[float | None] = mapped_column(Float)
    """Seconds that an attempt may take."""
    group_id: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int]
    """Times it was begun and not given back."""
    stage: Mapped[str | None] = mapped_column(Text)
    share: Mapped[float] = mapped_column(Float)
    code: Mapped[str | None] = mapped_column(Text)
    """This and the next two: of the last attempt that failed."""
    reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    put_at: Mapped[datetime] = mapped_column(Instant)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    cancelling: Mapped[bool]
    held: Mapped[bool]
    """Waits until its group is released."""
    worker: Mapped[str | None] = mapped_column(Text)
    fence: Mapped[int]
    """Grows with every claim."""
    beat: Mapped[int] = mapped_column(BigInteger)
    """Grows while the worker that runs it is alive."""
    ticket: Mapped[int | None] = mapped_column(BigInteger)
    """Where several machines share the work: the entry that has it run next."""


class AttemptRow(Base):
    """One run of a job."""

    __tablename__ = "job_attempt"

    job: Mapped[int] = mapped_column(
        Big, ForeignKey("job.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The fence it was begun with."""
    worker: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(Text)
    """See `jobs.job.Outcome`; none while it runs."""
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)


class ScheduleRow(Base):
    """Which due time of a repeated job was last put."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    put_for: Mapped[datetime] = mapped_column(Instant)


class TranscriptionRow(Base):
    """The result of `transcribe`, kept to answer the same question at once."""

    __tablename__ = "transcription"

    audio: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the bytes."""
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    """Of the settings."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
