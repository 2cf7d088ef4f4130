"""What was handed in, by whom, and what became of it: a page at a time, the latest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from huiting.store._fold import storable
from huiting.store.schema import BinRow, JobRow, ReceivedRow, RecordingFileRow, RecordingRow


class Standing(StrEnum):
    """How it stands with something that was handed in."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    """It is a call."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """It was not taken."""
    BINNED = "binned"
    """Its call is in the bin."""
    GONE = "gone"
    """It was removed for good."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of what was handed in; all that is said must hold."""

    name: str = ""
    """Part of the file name, in any case."""
    standing: Standing | None = None
    owner: str | None = None
    """`Principal.id`; None for anybody's."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """One time that something was handed in."""

    key: int
    """Greater is later."""
    name: str
    owner: str
    at: datetime
    batch: str | None
    recording: str | None
    """None for what was refused."""
    job: int | None
    standing: Standing
    share: float
    """Of the stage that is worked on, in [0, 1]."""
    kept: bool
    """Its audio is."""
    reason: str | None
    """Why it failed, or was not taken."""
    remedy: str | None


def handed_in(
    connection: Connection, wanted: Wanted, before: int | None, limit: int
) -> list[Handed]:
    """Return what was handed in.

    Args:
        connection: of a transaction.
        wanted: which of it.
        before: key of the last one of the page before.
        limit: most of it.
    """
    chosen = (
        select(
            ReceivedRow.key, ReceivedRow.name, ReceivedRow.owner, ReceivedRow.at,
            ReceivedRow.batch, ReceivedRow.recording, ReceivedRow.job,
            JobRow.state, JobRow.share, RecordingRow.key.label("call"),
            BinRow.recording.label("binned"), RecordingFileRow.id.label("file"),
            func.coalesce(ReceivedRow.reason, JobRow.reason).label("reason"),
            func.coalesce(ReceivedRow.remedy, JobRow.remedy).label("remedy"),
        )
        .outerjoin(JobRow, JobRow.id == ReceivedRow.job)
        .outerjoin(RecordingRow, RecordingRow.id == ReceivedRow.recording)
        .outerjoin(BinRow, BinRow.recording == RecordingRow.key)
        .outerjoin(RecordingFileRow, RecordingFileRow.id == ReceivedRow.recording)
        .where(*_conditions(wanted))
        .order_by(ReceivedRow.key.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        chosen = chosen.where(ReceivedRow.key < before)
    found = []
    for row in connection.execute(chosen):
        standing = _standing(row.recording, row.binned, row.state, row.call)
        failed = standing in (Standing.FAILED, Standing.REFUSED)
        found.append(
            Handed(
                row.key, row.name, row.owner, row.at, row.batch, row.recording, row.job,
                standing, row.share or 0.0, row.file is not None,
                row.reason if failed else None, row.remedy if failed else None,
            )
        )  # fmt: skip
    return found


def _standing(
    recording: str | None, binned: int | None, state: str | None, call: int | None
) -> Standing:
    if recording is None:
        return Standing.REFUSED
    if binned is not None:
        return Standing.BINNED
    if state in (None, "done"):
        return Standing.DONE if call is not None else Standing.GONE
    return Standing(state)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.name:
        name = func.lower(ReceivedRow.name)
        yield name.contains(storable(wanted.name).lower(), autoescape=True)
    if wanted.owner is not None:
        yield ReceivedRow.owner == wanted.owner
    if wanted.since is not None:
        yield ReceivedRow.at >= wanted.since
    if wanted.until is not None:
        yield ReceivedRow.at < wanted.until
    if wanted.standing is not None:
        yield _stands(wanted.standing)


def _stands(standing: Standing) -> ColumnElement[bool]:
    """Say in SQL what `_standing` tells."""
    if standing is Standing.REFUSED:
        return ReceivedRow.recording.is_(None)
    taken = ReceivedRow.recording.is_not(None)
    if standing is Standing.BINNED:
        return and_(taken, BinRow.recording.is_not(None))
    here = and_(taken, BinRow.recording.is_(None))
    over = or_(JobRow.state.is_(None), JobRow.state == "done")
    if standing is Standing.DONE:
        return and_(here, over, RecordingRow.key.is_not(None))
    if standing is Standing.GONE:
        return and_(here, over, RecordingRow.key.is_(None))
    return and_(here, JobRow.state == standing.value)
