"""What there is to choose from: rules, intents, scorecards that calls have.

Each value is found by skipping over all rows of the one before, along an index: the cost
grows with the number of values, not with that of calls.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from huiting.store import calls
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store._narrow import Kind, narrowest
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import FieldRow, FindingRow, IntentRow, RecordingRow, ScoreRow

Shown = TypeVar("Shown", int, str)
MOST = 500
"""Values of one kind."""
_FEW = 2_000
"""Calls that are sorted rather than gone through in order."""
_OWN = 500
"""Calls that are looked at for somebody who may not see all: the latest of theirs."""


@dataclass(frozen=True, slots=True)
class Known:
    """What calls have; also values that no call has any more which is not in the bin."""

    rules: tuple[str, ...]
    """Ids."""
    intents: tuple[str, ...]
    scorecards: tuple[str, ...]
    fields: tuple[str, ...]
    """Names of metadata entries."""


def known(database: Database, most: int = MOST, *, allowed: Allowed = ALL) -> Known:
    """Return what there is to choose from, each sorted, at most so many.

    Args:
        database: where calls are kept.
        most: values of one kind.
        allowed: for somebody who is limited so, what the latest calls have that they may see.
    """
    with database.reading() as connection:
        own = list(connection.scalars(_own(connection, allowed))) if allowed else None
        return Known(
            tuple(_values(connection, FindingRow.rule, FindingRow.recording, own, most)),
            tuple(_values(connection, IntentRow.name, IntentRow.recording, own, most)),
            tuple(_values(connection, ScoreRow.scorecard, ScoreRow.recording, own, most)),
            tuple(_values(connection, FieldRow.name, FieldRow.recording, own, most)),
        )


def judged_last(database: Database, most: int, *, allowed: Allowed = ALL) -> list[str]:
    """Return the ids of the latest calls that rules have judged, of those that may be seen."""
    chosen = select(RecordingRow.id).where(
        RecordingRow.judgement.is_not(None), calls.present(), *calls.seen(allowed)
    )
    with database.reading() as connection:
        return list(connection.scalars(_latest(connection, chosen, allowed).limit(most)))


def _own(connection: Connection, allowed: Allowed) -> Select[int]:
    chosen = select(RecordingRow.key).where(calls.present(), *calls.seen(allowed))
    return _latest(connection, chosen, allowed).limit(_OWN)


def _latest(connection: Connection, chosen: Select[Shown], allowed: Allowed) -> Select[Shown]:
    """Return calls the latest first; where they are few, without going through all others."""
    kinds = (Kind(FieldRow.recording, tuple(_entry(*entry))) for entry in allowed.items())
    among = narrowest(connection, kinds, _FEW)
    if among is None:
        return chosen.order_by(RecordingRow.clock.desc())
    few = chosen.where(RecordingRow.key.in_(among.keys))
    return few.order_by((RecordingRow.clock + 0).desc())


def _entry(name: str, values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    yield FieldRow.name == storable(name)
    yield FieldRow.value.in_(sorted(map(storable, values)))


def _values(
    connection: Connection,
    column: InstrumentedAttribute[str],
    call: InstrumentedAttribute[int],
    own: Sequence[int] | None,
    most: int,
) -> Iterator[str]:
    if own is None:
        yield from _distinct(connection, column, most)
        return
    chosen = select(column).where(call.in_(own)).distinct().order_by(column)
    yield from connection.scalars(chosen.limit(most))


def _distinct(
    connection: Connection, column: InstrumentedAttribute[str], most: int
) -> Iterator[str]:
    """Yield the values of a column in order, each the least that is greater than the one before."""
    values = select(func.min(column).label("value")).cte("values_of", recursive=True)
    following = select(func.min(column)).where(column > values.c.value).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    there = select(values.c.value).where(values.c.value.is_not(None))
    yield from connection.scalars(there.limit(most))
