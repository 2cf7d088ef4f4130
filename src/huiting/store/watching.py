"""What was handed in, as whoever waits for it watches it: each recording with its job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from huiting.store.calls import Which
from huiting.store.schema import JobRow, ReceivedRow, RecordingRow

REFUSED = "refused"
"""State of what was not taken; all others are those of jobs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing handed in, and how far it is."""

    key: int
    name: str
    recording: str | None
    """None for what was refused."""
    job: int | None
    state: str
    stage: str | None
    done: float
    """Share of the stage, 0 to 1."""
    attempt: int
    attempts: int
    held: bool
    reason: str | None
    """Why it was refused, or of the last attempt that failed."""
    remedy: str | None
    duration: float | None
    """Seconds of the call; None while there is none."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a batch goes on, from what of it is done."""

    begun: datetime | None
    """When the first of it was; None when nothing was."""
    ended: datetime | None
    """When the last that is over was."""
    heard: float
    """Seconds of audio that became calls."""


def lines(
    connection: Connection, batch: str, states: Sequence[str], after: int, limit: int
) -> list[Line]:
    """Return what was handed in with a batch, in order, after the key of the page before.

    Args:
        connection: of the transaction.
        batch: its id.
        states: only what is in one of these; empty for all.
        after: key of the last one of the page before.
        limit: most of them.
    """
    state = _state()
    chosen = (
        select(
            ReceivedRow.key, ReceivedRow.name, ReceivedRow.recording, ReceivedRow.job, state,
            JobRow.stage, func.coalesce(JobRow.share, 0.0), func.coalesce(JobRow.attempt, 0),
            func.coalesce(JobRow.attempts, 0), func.coalesce(JobRow.held, False),
            func.coalesce(ReceivedRow.reason, JobRow.reason),
            func.coalesce(ReceivedRow.remedy, JobRow.remedy), RecordingRow.duration,
        )
        .select_from(ReceivedRow)
        .outerjoin(JobRow, JobRow.id == ReceivedRow.job)
        .outerjoin(RecordingRow, RecordingRow.id == ReceivedRow.recording)
        .where(ReceivedRow.batch == batch, ReceivedRow.key > after)
        .order_by(ReceivedRow.key)
        .limit(limit)
    )  # fmt: skip
    if states:
        chosen = chosen.where(state.in_(states))
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(chosen).all()
    return [Line(*row) for row in rows]


def pace(connection: Connection, batch: str) -> Pace:
    """Return how quickly a batch went so far; jobs that it shares with others count too."""
    times = (
        select(func.min(JobRow.begun_at), func.max(JobRow.ended_at))
        .join(ReceivedRow, ReceivedRow.job == JobRow.id)
        .where(ReceivedRow.batch == batch)
    )
    heard = select(func.coalesce(func.sum(RecordingRow.duration), 0.0)).where(
        *Which(batch=batch).conditions()
    )
    begun, ended = connection.execute(times).one()
    return Pace(begun, ended, float(connection.scalar(heard) or 0.0))


def known(connection: Connection, recordings: Sequence[str], which: Which) -> list[str]:
    """Return those of these recordings that are calls which may be seen."""
    chosen = select(RecordingRow.id).where(
        RecordingRow.id.in_(recordings), *which.conditions()
    )  # fmt: skip
    return list(connection.scalars(chosen))


def _state() -> ColumnElement[str]:
    """The state of what was handed in; a job that is no longer known is done."""
    return case(
        (ReceivedRow.recording.is_(None), REFUSED),
        else_=func.coalesce(JobRow.state, "done"),
    )
