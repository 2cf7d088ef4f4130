"""Note that calls changed, so that what they were counted as is known to be out of date.

Each change gets a number of its own. Writers queue, so numbers are given out in the order in
which changes are seen: who reads the clock and then the calls misses no change up to it.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, literal, select, update

from huiting.store.schema import ClockRow, MarkRow, RecordingRow, TotalRow


def changed(connection: Connection, which: ColumnElement[bool]) -> None:
    """Note that recordings changed: their analyses, their verdicts, or whether they are there."""
    stamp = _tick(connection)
    keys = select(RecordingRow.key).where(which)
    connection.execute(delete(MarkRow).where(MarkRow.recording.in_(keys)))
    rows = select(RecordingRow.key, RecordingRow.began, literal(stamp)).where(which)
    connection.execute(insert(MarkRow).from_select(["recording", "began", "stamp"], rows))


def left(connection: Connection, began: datetime) -> None:
    """Forget the total of a day that a call is no longer of; nothing of the call is left in it."""
    connection.execute(delete(TotalRow).where(TotalRow.since <= began, TotalRow.until > began))
    _tick(connection)  # the next total of that day is not taken for the one that somebody read


def _tick(connection: Connection) -> int:
    tick = update(ClockRow).values(now=ClockRow.now + 1).returning(ClockRow.now)
    stamp: int = connection.execute(tick).scalar_one()
    return stamp
