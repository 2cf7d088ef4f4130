"""Comparisons of engines: which calls they are of, and what was found; kept for some days.

Figures name no call. What was heard in a call lies in a row of its own and goes with the call.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from huiting.core.errors import Unknown
from huiting.store import calls
from huiting.store._connect import Database
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import ComparisonCallRow, ComparisonRow, RecordingRow

MOST = 500
"""Comparisons that a list has."""
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """A comparison that somebody asked for."""

    id: str
    owner: str
    """`Principal.id`."""
    engines: tuple[str, ...]
    calls: tuple[str, ...]
    """Ids of those whose recordings are heard; those removed since are left out."""
    left_out: int
    """Calls that were asked for and cannot be heard."""
    at: datetime
    ended_at: datetime | None = None
    """None until it is done."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a comparison, as JSON."""

    figures: bytes
    """In which no call is named."""
    of_calls: Mapping[str, bytes]
    """By the id of the call; those that are removed are not here."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """All comparisons. Every method may raise `StoreError`; nothing was changed then.

    Who may not see all calls sees the comparisons of calls of which they may see each.
    """

    database: Database

    def find(self, comparison: str, allowed: Allowed = ALL) -> Asked:
        """Return a comparison.

        Raises:
            Unknown: there is none that may be seen.
        """
        found = self._chosen(allowed, 1, ComparisonRow.id == comparison)
        if not found:
            raise Unknown("comparison", "there is none", "list the comparisons")
        return found[0]

    def latest(self, allowed: Allowed = ALL, limit: int = MOST) -> Sequence[Asked]:
        """Return the comparisons, the latest first."""
        return self._chosen(allowed, limit)

    def found(self, comparison: str) -> Found | None:
        """Return what came of a comparison; None until it is done."""
        figures = select(ComparisonRow.body).where(ComparisonRow.id == comparison)
        own = select(ComparisonCallRow.recording, ComparisonCallRow.body).where(
            ComparisonCallRow.comparison == comparison, ComparisonCallRow.body.is_not(None)
        )
        with self.database.reading() as connection:
            body = connection.scalar(figures)
            rows = [] if body is None else connection.execute(own).all()
        if body is None:
            return None
        return Found(
            zlib.decompress(body),
            {call: zlib.decompress(told) for call, told in rows if told is not None},
        )

    def remove(self, connection: Connection, comparison: str) -> None:
        """Remove a comparison."""
        _remove(connection, [comparison])

    def prune(self, before: datetime) -> int:
        """Forget what was asked for before then; return how many comparisons."""
        with self.database.writing() as connection:
            old = connection.scalars(select(ComparisonRow.id).where(ComparisonRow.at < before))
            return _remove(connection, old.all())

    def _chosen(
        self, allowed: Allowed, limit: int, *conditions: ColumnElement[bool]
    ) -> Sequence[Asked]:  # fmt: skip
        row = ComparisonRow
        chosen = (
            select(row.id, row.owner, row.engines, row.left_out, row.at, row.ended_at)
            .where(*conditions, *_seen(allowed))
            .order_by(row.at.desc(), row.id)
            .limit(limit)
        )
        with self.database.reading() as connection:
            found = connection.execute(chosen).all()
            of = _calls(connection, [one.id for one in found])
        return [
            Asked(one.id, one.owner, tuple(one.engines), of[one.id], one.left_out, one.at, one.ended_at)
            for one in found
        ]  # fmt: skip


def add(connection: Connection, asked: Asked) -> None:
    """Keep what was asked for."""
    row = {
        "id": asked.id, "owner": asked.owner, "engines": list(asked.engines),
        "left_out": asked.left_out, "at": asked.at,
    }  # fmt: skip
    connection.execute(insert(ComparisonRow).values(row))
    rows = [
        {"comparison": asked.id, "recording": call, "place": place}
        for place, call in enumerate(asked.calls)
    ]
    connection.execute(insert(ComparisonCallRow), rows)


def keep(connection: Connection, comparison: str, found: Found, at: datetime) -> None:
    """Keep what came of a comparison; of calls that were removed meanwhile nothing is kept.

    Raises:
        Unknown: it was removed meanwhile.
    """
    ended = update(ComparisonRow).where(ComparisonRow.id == comparison)
    body = zlib.compress(found.figures, _LEVEL)
    if not connection.execute(ended.values(body=body, ended_at=at)).rowcount:
        raise Unknown("comparison", "there is none", "list the comparisons")
    for call, told in found.of_calls.items():
        own = update(ComparisonCallRow).where(
            ComparisonCallRow.comparison == comparison, ComparisonCallRow.recording == call
        )
        connection.execute(own.values(body=zlib.compress(told, _LEVEL)))


def forget(connection: Connection, recording: str) -> None:
    """Delete all that was heard in a call, in whatever comparison."""
    row = ComparisonCallRow
    connection.execute(delete(row).where(row.recording == recording))


def _remove(connection: Connection, ids: Sequence[str]) -> int:
    connection.execute(delete(ComparisonCallRow).where(ComparisonCallRow.comparison.in_(ids)))
    return connection.execute(delete(ComparisonRow).where(ComparisonRow.id.in_(ids))).rowcount


def _calls(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the calls of comparisons, in their order."""
    row = ComparisonCallRow
    chosen = select(row.comparison, row.recording).where(row.comparison.in_(ids))
    found: dict[str, list[str]] = {one: [] for one in ids}
    for comparison, recording in connection.execute(chosen.order_by(row.comparison, row.place)):
        found[comparison].append(recording)
    return {comparison: tuple(own) for comparison, own in found.items()}


def _seen(allowed: Allowed) -> tuple[ColumnElement[bool], ...]:
    """Say that all calls of a comparison may be seen, and that any is left."""
    if not allowed:
        return ()
    own = ComparisonCallRow.comparison == ComparisonRow.id
    visible = select(RecordingRow.id).where(*calls.seen(allowed))
    return (
        exists().where(own),
        ~exists().where(own, ComparisonCallRow.recording.not_in(visible)),
    )
