"""Keep what is handed in: which recordings there are, in which batches, under which jobs.

Every function is given the connection of a transaction, so that a recording, its entry in a
batch and its job come to be together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from huiting.core.errors import Unknown
from huiting.core.types import Role
from huiting.store._fold import storable
from huiting.store.schema import BatchRow, JobRow, ReceivedRow, RecordingFileRow, RecordingRow


@dataclass(frozen=True, slots=True)
class Described:
    """A recording that was handed in, and what is known of it besides its sound."""

    id: str
    """SHA-256."""
    size: int
    """Bytes."""
    name: str
    """It was first handed in under."""
    metadata: Mapping[str, str]
    started_at: datetime | None
    roles: tuple[Role, ...]
    """By channel; empty when nothing tells."""
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings that were handed in together."""

    id: str
    number: int
    """Greater is later."""
    name: str
    owner: str
    at: datetime
    revision: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One time that something was handed in."""

    key: int
    """Greater is later."""
    name: str
    recording: str | None
    """None for what was refused."""
    job: int | None
    code: str | None
    reason: str | None
    remedy: str | None


def described(connection: Connection, recording: str) -> Described | None:
    """Return what is known of a recording; None when it was never handed in."""
    row = connection.execute(
        select(RecordingFileRow.__table__).where(RecordingFileRow.id == recording)
    ).first()
    if row is None:
        return None
    started = None if row.started_at is None else datetime.fromisoformat(row.started_at)
    roles = tuple(map(Role, row.roles))
    return Described(
        row.id, row.size, row.name, row.metadata, started, roles, row.owner, row.at
    )  # fmt: skip


def add(connection: Connection, recording: Described) -> None:
    """Write a recording that is new."""
    started = recording.started_at
    connection.execute(
        insert(RecordingFileRow).values(
            id=recording.id,
            size=recording.size,
            name=storable(recording.name),
            fields={storable(k): storable(v) for k, v in recording.metadata.items()},
            started_at=None if started is None else started.isoformat(),
            roles=[role.value for role in recording.roles],
            owner=recording.owner,
            at=recording.at,
        )
    )


def remove(connection: Connection, recording: str) -> None:
    """Forget a recording and every time that it was handed in."""
    connection.execute(delete(ReceivedRow).where(ReceivedRow.recording == recording))
    connection.execute(delete(RecordingFileRow).where(RecordingFileRow.id == recording))


def analyzed(connection: Connection, recording: str) -> bool:
    """Tell whether there is a call of this recording."""
    chosen = select(RecordingRow.key).where(RecordingRow.id == recording)
    return connection.execute(chosen).first() is not None


def last_job(connection: Connection, recording: str, digest: str) -> int | None:
    """Return the job that was to analyze a recording so, if it was the last that was to at all."""
    last = connection.execute(
        select(ReceivedRow.job, ReceivedRow.digest)
        .where(ReceivedRow.recording == recording, ReceivedRow.job.is_not(None))
        .order_by(ReceivedRow.key.desc())
        .limit(1)
    ).one_or_none()
    return last.job if last is not None and last.digest == digest else None


def newest_job(connection: Connection, recording: str, owner: str | None) -> int | None:
    """Return the job about a recording that was ordered last; None when there was none.

    Args:
        connection: of the transaction.
        recording: its id.
        owner: who must have handed it in; None for anybody.
    """
    chosen = select(ReceivedRow.job).where(
        ReceivedRow.recording == recording, ReceivedRow.job.is_not(None)
    )
    if owner is not None:
        chosen = chosen.where(ReceivedRow.owner == owner)
    return connection.scalar(chosen.order_by(ReceivedRow.key.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written of something handed in."""

    name: str
    owner: str
    at: datetime
    batch: str | None = None
    recording: str | None = None
    digest: str | None = None
    job: int | None = None
    code: str | None = None
    reason: str | None = None
    remedy: str | None = None


def receive(connection: Connection, entry: Entry) -> None:
    """Write that something was handed in."""
    connection.execute(
        insert(ReceivedRow).values(
            batch=entry.batch,
            name=storable(entry.name),
            recording=entry.recording,
            digest=entry.digest,
            job=entry.job,
            owner=entry.owner,
            at=entry.at,
            code=entry.code,
            reason=None if entry.reason is None else storable(entry.reason),
            remedy=None if entry.remedy is None else storable(entry.remedy),
        )
    )


def make_batch(connection: Connection, batch: str, name: str, owner: str, at: datetime) -> Batch:
    """Write a batch that is new, and return it."""
    number = (connection.scalar(select(func.max(BatchRow.number))) or 0) + 1
    values = {"id": batch, "number": number, "name": storable(name), "owner": owner, "at": at}
    connection.execute(insert(BatchRow).values(**values, revision=1, paused=False))
    return find_batch(connection, batch, None)


def find_batch(connection: Connection, batch: str, owner: str | None) -> Batch:
    """Return a batch.

    Args:
        connection: of the transaction.
        batch: its id.
        owner: whose it must be; None for anybody's.

    Raises:
        Unknown: there is none.
    """
    chosen = _batches(owner).where(BatchRow.id == storable(batch))
    row = connection.execute(chosen).first()
    if row is None:
        raise Unknown(f"batch {batch}", "no such batch", "list the batches to see which there are")
    return Batch(*row)


def change_batch(connection: Connection, batch: Batch, name: str, *, paused: bool) -> Batch:
    """Write a batch's name and whether it waits; return it as it is now."""
    own = update(BatchRow).where(BatchRow.id == batch.id)
    connection.execute(
        own.values(name=storable(name), paused=paused, revision=BatchRow.revision + 1)
    )
    return find_batch(connection, batch.id, None)


def batches(
    connection: Connection, owner: str | None, before: int | None, limit: int
) -> list[Batch]:
    """Return the next batches, the latest first.

    Args:
        connection: of the transaction.
        owner: whose; None for anybody's.
        before: number of the last one of the page before.
        limit: most of them.
    """
    chosen = _batches(owner).order_by(BatchRow.number.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(BatchRow.number < before)
    return [Batch(*row) for row in connection.execute(chosen)]


def items(connection: Connection, batch: str, after: int, limit: int) -> list[Item]:
    """Return what was handed in with a batch, in order, after the key of the page before."""
    rows = connection.execute(
        select(
            ReceivedRow.key, ReceivedRow.name, ReceivedRow.recording, ReceivedRow.job,
            ReceivedRow.code, ReceivedRow.reason, ReceivedRow.remedy,
        )
        .where(ReceivedRow.batch == batch, ReceivedRow.key > after)
        .order_by(ReceivedRow.key)
        .limit(limit)
    )  # fmt: skip
    return [Item(*row) for row in rows]


def progress(connection: Connection, batch: str) -> Mapping[str, int]:
    """Return how many of a batch's recordings have jobs in each state.

    Jobs that it shares with others count too, and those that are no longer known as done.
    """
    state = func.coalesce(JobRow.state, "done")
    rows = connection.execute(
        select(state, func.count(ReceivedRow.recording.distinct()))
        .select_from(ReceivedRow)
        .outerjoin(JobRow, JobRow.id == ReceivedRow.job)
        .where(ReceivedRow.batch == batch, ReceivedRow.recording.is_not(None))
        .group_by(state)
    )
    return {name: count for name, count in rows}  # noqa: C416  (a row is no pair to a type checker)


def failed_jobs(connection: Connection, batch: str) -> Sequence[int]:
    """Return the jobs of a batch that failed or were cancelled."""
    chosen = select(JobRow.id).where(
        JobRow.state.in_(("failed", "cancelled")),
        JobRow.id.in_(select(ReceivedRow.job).where(ReceivedRow.batch == batch)),
    )
    return list(connection.scalars(chosen))


def refused(connection: Connection, batch: str) -> int:
    """Return how many things of a batch were refused."""
    chosen = select(func.count()).where(ReceivedRow.batch == batch, ReceivedRow.recording.is_(None))
    return connection.scalar(chosen) or 0


def _batches(owner: str | None) -> Select[str, int, str, str, datetime, int, bool]:
    chosen = select(
        BatchRow.id, BatchRow.number, BatchRow.name, BatchRow.owner, BatchRow.at,
        BatchRow.revision, BatchRow.paused,
    )  # fmt: skip
    return chosen if owner is None else chosen.where(BatchRow.owner == owner)
