"""What is done of many calls, a portion at a time: what was asked for, and how far it is.

Functions take the connection of a transaction, so that a portion and the note of it are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from huiting.core.errors import Unknown
from huiting.store import calls
from huiting.store._fold import storable
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import BinRow, BulkRow, RecordingRow

KEPT = timedelta(days=90)
"""How long what came of it is known; calls do not lie in the bin for longer as a rule."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for."""

    id: str
    owner: str
    """`Principal.id`."""
    name: str
    address: str
    act: str
    wish: str
    """As JSON; without what was searched for when all was gone through."""
    total: int | None
    """Calls that were found; None where that is not told."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """With how many calls it was done, and with how many it was not, by why."""

    done: int = 0
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def seen(self) -> int:
        """Calls that were gone through."""
        return self.done + sum(self.left.values())

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        left = dict(self.left)
        for why, count in other.left.items():
            left[why] = left.get(why, 0) + count
        return Tally(self.done + other.done, left)


@dataclass(frozen=True, slots=True)
class Work:
    """What was asked for, and how far it is."""

    asked: Asked
    place: int | None
    """Where the last portion ended; None before the first."""
    tally: Tally
    ended_at: datetime | None
    """None until all was gone through."""


def add(connection: Connection, asked: Asked) -> None:
    """Keep what was asked for."""
    connection.execute(
        insert(BulkRow).values(
            id=asked.id, owner=asked.owner, name=storable(asked.name), address=asked.address,
            act=asked.act, wish=storable(asked.wish), total=asked.total, done=0, left={},
            at=asked.at,
        )
    )  # fmt: skip


def find(connection: Connection, key: str, owner: str | None = None) -> Work:
    """Return one; one of this owner, if an owner is given.

    Raises:
        Unknown: there is none.
    """
    mine = () if owner is None else (BulkRow.owner == owner,)
    for found in _read(connection, 1, BulkRow.id == key, *mine):
        return found
    raise Unknown("work on many calls", "there is none", "look at the calls")


def latest(
    connection: Connection, since: datetime, limit: int, owner: str, act: str | None = None
) -> Sequence[Work]:
    """Return what an owner asked for since then, the latest first.

    Args:
        connection: to the database.
        since: when.
        limit: most of them.
        owner: `Principal.id`.
        act: only this; None for all that was not gone through.
    """
    which = BulkRow.ended_at.is_(None) if act is None else BulkRow.act == act
    return _read(connection, limit, BulkRow.at >= since, BulkRow.owner == owner, which)


def own(connection: Connection, since: datetime, limit: int, owner: str) -> Sequence[Work]:
    """Return all that an owner asked for since then, the latest first."""
    return _read(connection, limit, BulkRow.at >= since, BulkRow.owner == owner)


def move(connection: Connection, key: str, place: int | None, tally: Tally) -> None:
    """Write how far it is."""
    row = update(BulkRow).where(BulkRow.id == key)
    values: dict[str, object] = {"done": tally.done, "left": dict(tally.left)}
    if place is not None:
        values["place"] = place
    connection.execute(row.values(values))


def end(connection: Connection, key: str, at: datetime, wish: str) -> None:
    """Write that all was gone through, and what need still be known of what was asked for."""
    connection.execute(update(BulkRow).where(BulkRow.id == key).values(ended_at=at, wish=wish))


def prune(connection: Connection, before: datetime) -> int:
    """Forget what was asked for before then; return how many."""
    return connection.execute(delete(BulkRow).where(BulkRow.at < before)).rowcount


def tie(connection: Connection, recordings: Sequence[str], key: str) -> None:
    """Say of calls in the bin that this put them there."""
    own = select(RecordingRow.key).where(RecordingRow.id.in_(recordings))
    connection.execute(update(BinRow).where(BinRow.recording.in_(own)).values(bulk=key))


def has_put(connection: Connection, key: str, recording: str) -> bool:
    """Tell whether a call is in the bin because this put it there."""
    own = select(RecordingRow.key).where(RecordingRow.id == recording)
    chosen = select(BinRow.recording).where(BinRow.bulk == key, BinRow.recording.in_(own))
    return connection.execute(chosen).first() is not None


def tied(
    connection: Connection, key: str, allowed: Allowed = ALL, after: int | None = None,
    limit: int = 100,
) -> list[tuple[int, str]]:  # fmt: skip
    """Return the next calls in the bin that this put there, each with what orders them."""
    chosen = (
        select(RecordingRow.key, RecordingRow.id)
        .join(BinRow, BinRow.recording == RecordingRow.key)
        .where(BinRow.bulk == key, *calls.seen(allowed))
        .order_by(RecordingRow.key.desc())
        .limit(limit)
    )
    if after is not None:
        chosen = chosen.where(RecordingRow.key < after)
    return [(number, call) for number, call in connection.execute(chosen)]


def left_in_bin(
    connection: Connection, keys: Sequence[str], allowed: Allowed = ALL
) -> Mapping[str, int]:
    """Return how many calls of each are still in the bin; those of which none is are absent."""
    chosen = (
        select(BinRow.bulk, func.count())
        .join(RecordingRow, RecordingRow.key == BinRow.recording)
        .where(BinRow.bulk.in_(keys), *calls.seen(allowed))
        .group_by(BinRow.bulk)
    )
    return {key: count for key, count in connection.execute(chosen) if key is not None}


def _read(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> list[Work]:
    row = BulkRow
    chosen = (
        select(
            row.id, row.owner, row.name, row.address, row.act, row.wish, row.total, row.at,
            row.place, row.done, row.left, row.ended_at,
        )
        .where(*conditions)
        .order_by(row.at.desc(), row.id)
        .limit(limit)
    )  # fmt: skip
    return [
        Work(Asked(*one[:8]), one.place, Tally(one.done, one.left), one.ended_at)
        for one in connection.execute(chosen)
    ]
