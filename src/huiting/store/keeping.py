"""What is to go and what must stay: calls in the bin, legal holds, and what is due by its age.

Functions take the connection of a transaction, so that what is done and what is noted of it
happen together. Decides nothing: how old is old enough is the caller's to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from huiting.core.errors import Conflict, Unknown, UnknownCall
from huiting.store import calls
from huiting.store._changing import changed
from huiting.store._fold import storable
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import BinRow, HoldRow, JobRow, RecordingFileRow, RecordingRow

_RELEASE = "release the hold first"


@dataclass(frozen=True, slots=True)
class Binned:
    """A call in the bin."""

    key: int
    """Orders the bin."""
    call: str
    """Id of the recording."""
    name: str
    began: datetime
    duration: float
    at: datetime
    by: str
    reason: str
    held: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """What must stay; everything that is said must fit a call."""

    reason: str
    by: str
    """`Principal.id`."""
    at: datetime
    recording: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    key: int = 0
    released_by: str | None = None
    released_at: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a call must be to be covered."""
        yield true()
        if self.recording is not None:
            yield RecordingRow.id == self.recording
        for name, value in self.metadata.items():
            yield calls.has_field(name, value)
        if self.since is not None:
            yield RecordingRow.began >= self.since
        if self.until is not None:
            yield RecordingRow.began < self.until

    def covers(self, recording: str, metadata: Mapping[str, str], began: datetime) -> bool:
        """Tell whether it covers a recording of which there is no call."""
        return (
            self.recording in {None, recording}
            and all(metadata.get(storable(n)) == storable(v) for n, v in self.metadata.items())
            and (self.since is None or began >= self.since)
            and (self.until is None or began < self.until)
        )


def put_in_bin(
    connection: Connection, call: str, allowed: Allowed, by: str, at: datetime, reason: str
) -> str:
    """Put a call into the bin; return its id.

    Raises:
        UnknownCall: there is none that may be seen.
        Conflict: it is on legal hold.
    """
    found = calls.find(connection, call, allowed).id
    check_free(connection, found)
    key = select(RecordingRow.key).where(RecordingRow.id == found).scalar_subquery()
    row = {"recording": key, "at": at, "by": by, "reason": storable(reason)}
    connection.execute(insert(BinRow).values(row))
    changed(connection, RecordingRow.id == found)
    return found


def take_from_bin(connection: Connection, recording: str, allowed: Allowed = ALL) -> bool:
    """Take a call out of the bin; tell whether it was there."""
    own = select(RecordingRow.key).where(RecordingRow.id == recording, *calls.seen(allowed))
    there = bool(connection.execute(delete(BinRow).where(BinRow.recording.in_(own))).rowcount)
    if there:
        changed(connection, RecordingRow.id == recording)
    return there


def in_bin(connection: Connection, recording: str, allowed: Allowed = ALL) -> bool:
    """Tell whether a call that may be seen is in the bin."""
    own = select(BinRow.recording).join(RecordingRow, RecordingRow.key == BinRow.recording)
    chosen = own.where(RecordingRow.id == recording, *calls.seen(allowed))
    return connection.execute(chosen).first() is not None


def binned(
    connection: Connection, allowed: Allowed = ALL, after: int | None = None, limit: int = 100
) -> list[Binned]:
    """Return calls in the bin, the latest ones of the store first."""
    chosen = (
        select(
            RecordingRow.key, RecordingRow.id, RecordingRow.name, RecordingRow.began,
            RecordingRow.duration, BinRow.at, BinRow.by, BinRow.reason,
            held(connection).label("held"),
        )
        .join(BinRow, BinRow.recording == RecordingRow.key)
        .where(*calls.seen(allowed))
        .order_by(RecordingRow.key.desc())
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        chosen = chosen.where(RecordingRow.key < after)
    return [Binned(*row) for row in connection.execute(chosen)]


def add_hold(connection: Connection, hold: Hold) -> Hold:
    """Write a hold; return it with its key."""
    fields = {storable(name): storable(value) for name, value in hold.metadata.items()}
    row = {
        "recording": hold.recording,
        "fields": fields,
        "since": hold.since,
        "until": hold.until,
        "reason": storable(hold.reason),
        "by": hold.by,
        "at": hold.at,
    }
    key = connection.execute(insert(HoldRow).values(row).returning(HoldRow.key)).scalar_one()
    return find_hold(connection, key)


def release_hold(connection: Connection, key: int, by: str, at: datetime) -> Hold:
    """End a hold; one that has ended stays as it is.

    Raises:
        Unknown: there is no such hold.
    """
    own = update(HoldRow).where(HoldRow.key == key, HoldRow.released_at.is_(None))
    connection.execute(own.values(released_by=by, released_at=at))
    return find_hold(connection, key)


def find_hold(connection: Connection, key: int) -> Hold:
    """Return a hold.

    Raises:
        Unknown: there is none.
    """
    found = _holds(connection, HoldRow.key == key)
    if not found:
        raise Unknown(f"hold {key}", "no such hold", "list the holds to see which there are")
    return found[0]


def holds(
    connection: Connection, *, over: bool = False, after: int | None = None, limit: int = 1000
) -> list[Hold]:
    """Return holds, the newest first.

    Args:
        connection: of the transaction.
        over: whether those that were released are wanted too.
        after: key of the last one of the page before.
        limit: most of them.
    """
    wanted: ColumnElement[bool] = true() if over else HoldRow.released_at.is_(None)
    if after is not None:
        wanted = and_(wanted, HoldRow.key < after)
    return _holds(connection, wanted, limit)


def held(connection: Connection) -> ColumnElement[bool]:
    """Say that a hold covers a recording that is a call."""
    active = holds(connection, limit=1_000_000)
    return or_(false(), *(and_(*hold.conditions()) for hold in active))


def check_free(connection: Connection, recording: str) -> None:
    """Refuse to remove what is on hold.

    Raises:
        Conflict: it is.
    """
    chosen = select(RecordingRow.key).where(RecordingRow.id == recording, held(connection))
    if connection.execute(chosen).first() is not None or _file_held(connection, recording):
        raise Conflict(f"call {recording[:12]}", "on legal hold", _RELEASE)


def _file_held(connection: Connection, recording: str) -> bool:
    """Tell whether a hold covers a recording by what was said when it was handed in."""
    row = connection.execute(
        select(
            RecordingFileRow.fields.label("fields"),
            RecordingFileRow.started_at,
            RecordingFileRow.at,
        ).where(RecordingFileRow.id == recording)
    ).first()
    active = holds(connection, limit=1_000_000)
    if row is None:
        return any(hold.recording == recording for hold in active)
    began = row.at if row.started_at is None else datetime.fromisoformat(row.started_at)
    return any(hold.covers(recording, row.fields, began) for hold in active)


def _holds(connection: Connection, wanted: ColumnElement[bool], limit: int = 1) -> list[Hold]:
    rows = connection.execute(
        select(
            HoldRow.reason, HoldRow.by, HoldRow.at, HoldRow.recording, HoldRow.fields,
            HoldRow.since, HoldRow.until, HoldRow.key, HoldRow.released_by, HoldRow.released_at,
        )
        .where(wanted)
        .order_by(HoldRow.key.desc())
        .limit(limit)
    )  # fmt: skip
    return [Hold(*row) for row in rows]  # type: ignore[call-arg]  # more columns than a Row's type can say


@dataclass(frozen=True, slots=True)
class Group:
    """Calls of which a policy speaks."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    others: Sequence["Group"] = ()
    """But none of these: their own policies go first."""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a call must be."""
        yield self._own()
        for other in self.others:
            yield ~other._own()  # noqa: SLF001  (of the same class)

    def fits(self, metadata: Mapping[str, str]) -> bool:
        """Tell whether a recording of which there is no call belongs here; it has no language."""
        return self._fits(metadata) and not any(
            other._fits(metadata)  # noqa: SLF001  (of the same class)
            for other in self.others
        )

    def _own(self) -> ColumnElement[bool]:
        own = [calls.has_field(name, value) for name, value in self.metadata.items()]
        if self.language is not None:
            own.append(func.coalesce(RecordingRow.language, "") == self.language)
        return and_(true(), *own)

    def _fits(self, metadata: Mapping[str, str]) -> bool:
        same = all(metadata.get(storable(n)) == storable(v) for n, v in self.metadata.items())
        return same and self.language is None


@dataclass(frozen=True, slots=True)
class Due:
    """A recording that is due to go."""

    recording: str
    size: int
    """Bytes of its audio."""
    held: bool


def calls_due(
    connection: Connection, group: Group, before: datetime, after: str = "", limit: int = 500
) -> list[Due]:
    """Return calls that began before then, by their ids; those in the bin too."""
    chosen = select(RecordingRow.id, RecordingRow.size, held(connection)).where(
        RecordingRow.began < before, RecordingRow.id > after, *group.conditions()
    )
    rows = connection.execute(chosen.order_by(RecordingRow.id).limit(limit))
    return [Due(recording, size, bool(covered)) for recording, size, covered in rows]


def audio_due(
    connection: Connection, group: Group, before: datetime, after: str = "", limit: int = 500
) -> list[Due]:
    """Return calls that began before then and whose bytes are kept, by their ids."""
    chosen = (
        select(RecordingRow.id, RecordingFileRow.size, held(connection))
        .join(RecordingFileRow, RecordingFileRow.id == RecordingRow.id)
        .where(RecordingRow.began < before, RecordingRow.id > after, *group.conditions())
    )
    rows = connection.execute(chosen.order_by(RecordingRow.id).limit(limit))
    return [Due(recording, size, bool(covered)) for recording, size, covered in rows]


def files_due(
    connection: Connection, group: Group, before: datetime, after: str = "", limit: int = 500
) -> list[Due]:
    """Return recordings without a call that were handed in before then, by their ids."""
    active = holds(connection, limit=1_000_000)
    found: list[Due] = []
    while not found:
        chosen = select(
            RecordingFileRow.id, RecordingFileRow.size, RecordingFileRow.fields.label("fields"),
            RecordingFileRow.started_at, RecordingFileRow.at,
        ).where(
            RecordingFileRow.at < before,
            RecordingFileRow.id > after,
            RecordingFileRow.id.not_in(select(RecordingRow.id)),
        )  # fmt: skip
        rows = connection.execute(chosen.order_by(RecordingFileRow.id).limit(limit)).all()
        if not rows:
            break
        after = rows[-1].id
        for row in rows:
            began = row.at if row.started_at is None else datetime.fromisoformat(row.started_at)
            covered = any(hold.covers(row.id, row.fields, began) for hold in active)
            if group.fits(row.fields):
                found.append(Due(row.id, row.size, covered))
    return found


def bin_due(
    connection: Connection, before: datetime, after: str = "", limit: int = 500
) -> list[Due]:
    """Return calls that were put into the bin before then, by their ids."""
    chosen = (
        select(RecordingRow.id, RecordingRow.size, held(connection))
        .join(BinRow, BinRow.recording == RecordingRow.key)
        .where(BinRow.at < before, RecordingRow.id > after)
    )
    rows = connection.execute(chosen.order_by(RecordingRow.id).limit(limit))
    return [Due(recording, size, bool(covered)) for recording, size, covered in rows]


def covered(connection: Connection, hold: Hold) -> int:
    """Return how many calls a hold covers, those in the bin too."""
    chosen = select(func.count()).select_from(RecordingRow)
    return connection.scalar(chosen.where(*hold.conditions())) or 0


def check_binned(connection: Connection, recording: str, allowed: Allowed = ALL) -> None:
    """Refuse what is not in the bin.

    Raises:
        UnknownCall: it is not, or may not be seen.
    """
    if not in_bin(connection, recording, allowed):
        raise UnknownCall(recording, "not in the bin", "list the bin to see what is there")


def wanted(connection: Connection, recordings: Sequence[str]) -> set[str]:
    """Return those whose bytes are needed: known, held, or to be worked on."""
    known = set(
        connection.scalars(
            select(RecordingFileRow.id).where(RecordingFileRow.id.in_(recordings))
        )
    )  # fmt: skip
    known |= {hold.recording for hold in holds(connection, limit=1_000_000) if hold.recording}
    open_jobs = connection.scalars(
        select(JobRow.subject).where(JobRow.state.in_(("waiting", "running")))
    )
    working = {subject.partition(":")[0] for subject in open_jobs}
    return {one for one in recordings if one in known or one in working}
