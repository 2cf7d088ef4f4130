"""What there is to choose from: rules, intents, scorecards that calls have.

Each value is found by skipping over all rows of the one before, along an index: the cost
grows with the number of values, not with that of calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import InstrumentedAttribute

from huiting.store import calls
from huiting.store._connect import Database
from huiting.store.schema import FieldRow, FindingRow, IntentRow, RecordingRow, ScoreRow

MOST = 500
"""Values of one kind."""


@dataclass(frozen=True, slots=True)
class Known:
    """What calls have; also values that no call has any more which is not in the bin."""

    rules: tuple[str, ...]
    """Ids."""
    intents: tuple[str, ...]
    scorecards: tuple[str, ...]
    fields: tuple[str, ...]
    """Names of metadata entries."""


def known(database: Database, most: int = MOST) -> Known:
    """Return what there is to choose from, each sorted, at most so many."""
    with database.reading() as connection:
        return Known(
            tuple(_distinct(connection, FindingRow.rule, most)),
            tuple(_distinct(connection, IntentRow.name, most)),
            tuple(_distinct(connection, ScoreRow.scorecard, most)),
            tuple(_distinct(connection, FieldRow.name, most)),
        )


def judged_last(database: Database, most: int) -> list[str]:
    """Return the ids of the latest calls that rules have judged."""
    chosen = (
        select(RecordingRow.id)
        .where(RecordingRow.judgement.is_not(None), calls.present())
        .order_by(RecordingRow.clock.desc())
    )
    with database.reading() as connection:
        return list(connection.scalars(chosen.limit(most)))


def _distinct(
    connection: Connection, column: InstrumentedAttribute[str], most: int
) -> Iterator[str]:
    after: str | None = None
    for _ in range(most):
        chosen = select(column).order_by(column).limit(1)
        if after is not None:
            chosen = chosen.where(column > after)
        after = connection.scalar(chosen)
        if after is None:
            return
        yield after
