"""What stands beside the calls of a store: how each was handed in, and what reviewers made of some.

`fill` and `multiply` write calls alone; pages that list what was handed in, or what is to be
reviewed, would find nothing. Written by the database from the rows of the calls, in seconds.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from huiting.store import Store
from huiting.store.schema import (
    FindingRow,
    JobRow,
    ReceivedRow,
    RecordingFileRow,
    RecordingRow,
    ReviewItemRow,
    ReviewPlanRow,
    ReviewRow,
)

EVERY = 20
"""One call of so many is to be reviewed."""
_WEEKS, _OPEN = 24, 18
"""Weeks by which items are spread; from which on nobody has decided about them."""
_TWICE = 6
"""One item of so many has a second reader."""
_DIGEST = "0123456789abcdef"


def do_paperwork(store: Store, now: datetime) -> None:
    """Write what is missing beside the calls; nothing where anything was handed in already.

    Args:
        store: holds calls that rules have judged.
        now: the time; what reviewers did lies before it.
    """
    with store.database.writing() as connection:
        if connection.scalar(sa.select(ReceivedRow.key).limit(1)) is None:
            _hand_in(connection)
            _review(connection, now)


def _hand_in(connection: sa.Connection) -> None:
    """Say of each call that its recording was handed in, and its job is done."""
    call, job = RecordingRow, JobRow
    subject = call.id + f":{_DIGEST}"
    _insert(
        connection, job, sa.select(call.key).order_by(call.key),
        kind="analyze", subject=subject, payload={}, rank=0, attempts=3, owner="user:1",
        state="done", attempt=1, share=1.0, put_at=call.began, begun_at=call.began,
        ended_at=call.began, cancelling=False, held=False, fence=1, beat=1,
    )  # fmt: skip
    _insert(
        connection, RecordingFileRow, sa.select(call.key),
        id=call.id, size=call.size, name=call.name, fields=call.fields, roles=[],
        started_at=call.started_at, owner="user:1", at=call.began,
    )  # fmt: skip
    _insert(
        connection, ReceivedRow,
        sa.select(call.key).join(job, job.subject == subject).order_by(call.key),
        name=call.name, recording=call.id, digest=_DIGEST, job=job.id, owner="user:1",
        at=call.began,
    )  # fmt: skip


def _review(connection: sa.Connection, now: datetime) -> None:
    plan = {
        "name": "all agents", "fatal": True, "failed": False, "uncertain": False, "each": 5,
        "second": 1 / _TWICE, "weeks": 13, "most": 2_000, "seed": 1, "reviewers": [],
        "allowed": {}, "paused": False, "by": "user:1", "at": now,
    }  # fmt: skip
    made = connection.execute(
        sa.insert(ReviewPlanRow).values(plan).returning(ReviewPlanRow.key)
    ).scalar_one()
    for week in range(_WEEKS):
        at = now - timedelta(weeks=week, hours=1)
        for reader in (1, 2):
            _items(connection, made, week, reader, at, decided=week < _OPEN)


def _items(
    connection: sa.Connection, plan: int, week: int, reader: int, at: datetime, *, decided: bool
) -> None:
    """Write the items of a week for its first or second readers, and what they decided."""
    call, item = RecordingRow, ReviewItemRow
    number = call.key // EVERY
    share = 1 if reader == 1 else _TWICE
    person = f"user:{2 + (week + reader) % 5}" if decided else None
    _insert(
        connection, item,
        sa.select(call.key)
        .where(call.key % EVERY == 0, number % _WEEKS == week, number // _WEEKS % share == 0),
        plan=plan, recording=call.key, rule="", version=0, reader=reader, why="random",
        drawn=True, agent="", week=at.date().isoformat(), weight=4.0, reviewer=person, at=at,
        by=person, decided=at if decided else None, seconds=20.0 if decided else None,
    )  # fmt: skip
    if not decided:
        return
    wrong = sa.case((item.key % (8 + reader) == 0, "wrong"), else_="confirmed")
    _insert(
        connection, ReviewRow,
        sa.select(item.key)
        .join(FindingRow, FindingRow.recording == item.recording)
        .where(item.reader == reader, item.decided == at, FindingRow.verdict == "fail"),
        recording=item.recording, rule=FindingRow.rule, rule_version=FindingRow.version,
        verdict=FindingRow.verdict, decision=wrong, drawn=True, comment="", by=person, at=at,
        item=item.key,
    )  # fmt: skip


def _insert(connection: sa.Connection, row: type, of: sa.Select[int], **values: object) -> None:
    """Insert a row for each that is selected; values are its columns, or the same for all."""
    columns = row.__mapper__.columns  # type: ignore[attr-defined]  # each of ours has one
    chosen = [
        value if isinstance(value, sa.orm.InstrumentedAttribute | sa.ColumnElement)
        else sa.literal(value, columns[name].type)
        for name, value in values.items()
    ]  # fmt: skip
    names = [columns[name].name for name in values]
    connection.execute(sa.insert(row).from_select(names, of.with_only_columns(*chosen)))
