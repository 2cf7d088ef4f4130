"""What a job is. Times are UTC; progress is a share in [0, 1]."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    """To be run when it is due; also after a failure that is tried again."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """For good; the trouble says why."""
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Nothing more will happen by itself."""
        return self in {State.DONE, State.FAILED, State.CANCELLED}


class Outcome(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GIVEN_BACK = "given-back"
    """Its worker was stopped, or something it needs is away; the attempt does not count."""
    LOST = "lost"
    """Its worker died, or nothing was heard of it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt failed, in the words of `HuitingError`."""

    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Order:
    """Work that is asked for. The same kind and subject twice is one job while it is not over."""

    kind: str
    """Name of a handler, such as `analyze`."""
    subject: str
    """What it is about, such as the id of a recording and the digest of its settings."""
    payload: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    priority: int = 0
    """Greater goes first."""
    due: datetime | None = None
    """Not before then."""
    attempts: int = 3
    """Most times it is tried."""
    group: str | None = None
    """Batch it belongs to."""
    owner: str | None = None
    """`Principal.id` of who asked."""
    longest: float | None = None
    """Seconds an attempt may take; None: as long as it moves."""
    held: bool = False
    """Not before its group is released."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now."""

    id: int
    order: Order
    state: State
    attempt: int
    """Times it was begun, but for those that were given back."""
    stage: str | None
    """What it is doing."""
    done: float
    """Share of the stage, in [0, 1]."""
    trouble: Trouble | None
    """Of the last attempt that failed."""
    put_at: datetime
    due_at: datetime
    """Not run before; when it was put if nothing else was asked."""
    begun_at: datetime | None
    ended_at: datetime | None
    cancelling: bool
    """Somebody asked that it be cancelled; it runs until its next step."""
    worker: str | None = None
    """Who runs it; see `identity`."""
    held: bool = False
    """Waits until its group is released."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job, for as long as the worker is heard of; see `lookout`."""

    job: Job
    worker: str
    fence: int
    """Grows with every claim of the job; work with an old one writes nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job."""

    number: int
    """Grows, not always by one."""
    worker: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    """None while it runs."""
    trouble: Trouble | None
