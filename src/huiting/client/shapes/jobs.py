"""Work: recordings that were handed in, jobs, batches, exports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in {State.WAITING, State.RUNNING}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something did not go well."""

    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Job:
    """Work that was asked for."""

    id: int
    kind: str
    state: State
    recording: str | None
    """That it is about."""
    batch: str | None
    stage: str | None
    """What it is doing."""
    done: float
    """Share of the stage, 0 to 1."""
    attempt: int
    attempts: int
    """Most times it is tried."""
    trouble: Trouble | None
    """Of the last attempt that failed."""
    cancelling: bool
    held: bool
    """It waits because its batch is paused."""
    put_at: datetime
    due_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A recording that was taken."""

    name: str
    recording: str
    """SHA-256 of the bytes; also the id of the call."""
    job: int
    state: State
    """Of the job."""
    known: bool
    """Analyzed before with the same options: the result is there."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was not taken."""

    name: str
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of recordings that were handed in."""

    batch: str | None
    accepted: tuple[Accepted, ...]
    refused: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """How far an upload in pieces is."""

    id: str
    length: int
    offset: int
    """Bytes that are safely there."""
    expires_at: datetime
    recording: str | None
    """Once it is whole."""
    job: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings that are handed in together."""

    id: str
    name: str
    at: datetime
    paused: bool
    revision: int
    """Grows with every change."""


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is."""

    id: str
    name: str
    at: datetime
    paused: bool
    revision: int
    recordings: int
    """Taken."""
    refused: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    over: bool
    """Nothing more will happen by itself."""


@dataclass(frozen=True, slots=True)
class Item:
    """What was handed in with a batch."""

    name: str
    recording: str | None
    job: int | None
    trouble: Trouble | None
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class Affected:
    """How many jobs an order concerned."""

    jobs: int


@dataclass(frozen=True, slots=True)
class Export:
    """A set of calls that is being made a file."""

    id: int
    state: State
    stage: str | None
    done: float
    """Share of the stage, 0 to 1."""
    trouble: Trouble | None
    put_at: datetime
    file: str | None
    """Where it can be fetched, once it is done."""
