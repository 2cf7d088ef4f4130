"""Live calls that began and ended here: what was told of them, and what became of them."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from huiting.core.errors import Conflict
from huiting.store import keeping
from huiting.store._connect import Database
from huiting.store.schema import LiveCallRow


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that was heard while it ran."""

    id: str
    owner: str
    """`Principal.id`."""
    metadata: Mapping[str, str]
    consent: bool | None
    at: datetime
    """When it began."""
    ended_at: datetime | None = None
    why: str | None = None
    duration: float | None = None
    """Seconds."""
    recording: str | None = None
    """SHA-256; None while it runs, and when its recording is not kept."""
    told: bytes | None = None
    """What people saw of it, as JSON."""


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """The live calls. Every method may raise `StoreError`; nothing was changed then."""

    database: Database

    def begin(self, call: LiveCall) -> None:
        """Write that a call has begun."""
        row = {
            "id": call.id, "owner": call.owner, "fields": dict(call.metadata),
            "consent": call.consent, "at": call.at,
        }  # fmt: skip
        with self.database.writing() as connection:
            connection.execute(insert(LiveCallRow).values(row))

    def end(self, call: LiveCall) -> None:
        """Write how a call ended; one whose beginning was forgotten is written whole."""
        ended = {
            "ended_at": call.ended_at, "why": call.why, "duration": call.duration,
            "recording": call.recording, "told": call.told and zlib.compress(call.told, 9),
        }  # fmt: skip
        begun = {
            "id": call.id, "owner": call.owner, "fields": dict(call.metadata),
            "consent": call.consent, "at": call.at,
        }  # fmt: skip
        with self.database.writing() as connection:
            changed = connection.execute(
                update(LiveCallRow).where(LiveCallRow.id == call.id).values(ended)
            )
            if not changed.rowcount:
                connection.execute(insert(LiveCallRow).values(begun | ended))

    def drop(self, call: str) -> None:
        """Forget a call."""
        with self.database.writing() as connection:
            connection.execute(delete(LiveCallRow).where(LiveCallRow.id == call))

    def remove(self, connection: Connection, call: LiveCall) -> None:
        """Remove a call for good in a transaction; one of which there is no recording.

        Raises:
            Conflict: it is on legal hold.
        """
        self.check(connection, call)
        connection.execute(delete(LiveCallRow).where(LiveCallRow.id == call.id))

    def check(self, connection: Connection, call: LiveCall) -> None:
        """Refuse to touch a call on legal hold.

        Raises:
            Conflict: it is.
        """
        if _held(_holds(connection), call.id, call.metadata, call.at):
            raise Conflict(f"live call {call.id}", "on legal hold", "release the hold first")

    def find(self, call: str) -> LiveCall | None:
        """Return a call by its id."""
        return self._one(LiveCallRow.id == call)

    def of(self, recording: str) -> LiveCall | None:
        """Return the call that a recording is of; the last of them when several are the same."""
        return self._one(LiveCallRow.recording == recording)

    def in_bin(self, recording: str) -> bool:
        """Tell whether the call that a recording is of is in the bin."""
        with self.database.reading() as connection:
            return keeping.in_bin(connection, recording)

    def prune(self, before: datetime) -> int:
        """Forget calls of before then that have no recording; return how many there were.

        Those on legal hold stay.
        """
        old = LiveCallRow.at < before, LiveCallRow.recording.is_(None)
        with self.database.writing() as connection:
            holds = _holds(connection)
            if not holds:
                return connection.execute(delete(LiveCallRow).where(*old)).rowcount
            rows = connection.execute(
                select(LiveCallRow.id, LiveCallRow.fields, LiveCallRow.at).where(*old)
            ).all()
            free = [{"call": name} for name, said, at in rows if not _held(holds, name, said, at)]
            if free:
                connection.execute(
                    delete(LiveCallRow).where(LiveCallRow.id == bindparam("call")), free
                )
            return len(free)

    def _one(self, condition: object) -> LiveCall | None:
        chosen = select(LiveCallRow).where(condition)  # type: ignore[arg-type]
        with self.database.reading() as connection:
            row = connection.execute(chosen.order_by(LiveCallRow.at.desc()).limit(1)).first()
        if row is None:
            return None
        told = None if row.told is None else zlib.decompress(row.told)
        return LiveCall(
            row.id, row.owner, row.metadata, row.consent, row.at, row.ended_at, row.why,
            row.duration, row.recording, told,
        )  # fmt: skip


def _holds(connection: Connection) -> list[keeping.Hold]:
    return keeping.holds(connection, limit=1_000_000)


def _held(
    holds: Sequence[keeping.Hold], call: str, metadata: Mapping[str, str], at: datetime
) -> bool:
    return any(hold.covers(call, metadata, at) for hold in holds)


def forget(connection: Connection, recording: str) -> None:
    """Delete what was told of a recording while it was made."""
    connection.execute(delete(LiveCallRow).where(LiveCallRow.recording == recording))
