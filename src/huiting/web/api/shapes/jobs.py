"""Jobs and batches."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.jobs.job import Job, State
from huiting.service.batches import Progress
from huiting.store.received import Batch, Item

JobId = Annotated[int, Path(ge=1, le=2**53)]
BatchId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


class TroubleOf(BaseModel):
    """Why something failed."""

    code: str
    reason: str
    remedy: str


class JobOf(BaseModel):
    """Work that was asked for."""

    id: int
    kind: str
    state: State
    recording: str | None = Field(description="That it is about.")
    batch: str | None
    stage: str | None = Field(description="What it is doing.")
    done: float = Field(description="Share of the stage, 0 to 1.")
    attempt: int
    attempts: int = Field(description="Most times it is tried.")
    trouble: TroubleOf | None = Field(description="Of the last attempt that failed.")
    cancelling: bool
    held: bool = Field(description="It waits because its batch is paused.")
    put_at: datetime
    due_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return a job as it is told."""
        trouble = job.trouble
        recording = job.order.payload.get("recording")
        return cls(
            id=job.id,
            kind=job.order.kind,
            state=job.state,
            recording=recording if isinstance(recording, str) else None,
            batch=job.order.group,
            stage=job.stage,
            done=job.done,
            attempt=job.attempt,
            attempts=job.order.attempts,
            trouble=None
            if trouble is None
            else TroubleOf(code=trouble.code, reason=trouble.reason, remedy=trouble.remedy),
            cancelling=job.cancelling,
            held=job.held,
            put_at=job.put_at,
            due_at=job.due_at,
            begun_at=job.begun_at,
            ended_at=job.ended_at,
        )


class BatchOf(BaseModel):
    """Recordings that were handed in together."""

    id: str
    name: str
    at: datetime
    paused: bool
    revision: int = Field(description="Grows with every change.")

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """Return a batch as it is told."""
        return cls(
            id=batch.id,
            name=batch.name,
            at=batch.at,
            paused=batch.paused,
            revision=batch.revision,
        )


class BatchProgress(BatchOf):
    """A batch, and how far it is."""

    recordings: int = Field(description="Taken.")
    refused: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    over: bool = Field(description="Nothing more will happen by itself.")

    @classmethod
    def told(cls, progress: Progress) -> Self:
        """Return how far a batch is."""
        return cls(
            **BatchOf.of(progress.batch).model_dump(),
            recordings=progress.recordings,
            refused=progress.refused,
            waiting=progress.waiting,
            running=progress.running,
            done=progress.done,
            failed=progress.failed,
            cancelled=progress.cancelled,
            over=progress.over,
        )


class ItemOf(BaseModel):
    """Something that was handed in with a batch."""

    name: str
    recording: str | None
    job: int | None
    trouble: TroubleOf | None = Field(description="Why it was refused.")

    @classmethod
    def of(cls, item: Item) -> Self:
        """Return it as it is told."""
        trouble = None
        if item.code is not None:
            trouble = TroubleOf(code=item.code, reason=item.reason or "", remedy=item.remedy or "")
        return cls(name=item.name, recording=item.recording, job=item.job, trouble=trouble)


class NewBatch(BaseModel):
    """A batch that is to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""


class BatchChange(BaseModel):
    """What of a batch is to be changed; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] | None = None
    paused: bool | None = None


class Affected(BaseModel):
    """How many jobs something was done with."""

    jobs: int
