"""Calls of history that a plan may choose: what is read of them to choose by.

Reads a bounded stretch of history: some weeks that are over. What was chosen before is told
apart, so that drawing again adds only what is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select
from sqlalchemy.orm import aliased

from huiting.core.judgement import Verdict
from huiting.store.calls import Which
from huiting.store.schema import FindingRow, RecordingRow, ReviewItemRow, ReviewRow, ScoreRow

WHOLE = ""
"""Rule of an item that is a whole call."""
_WHOLE = aliased(ReviewItemRow)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call, or a verdict on one, that may be chosen."""

    recording: int
    """Key of the row."""
    call: str
    """Id."""
    began: datetime
    fields: Mapping[str, str]
    """Metadata."""
    version: int = 0
    """Of the rule; 0 for the whole call."""
    rule: str = WHOLE
    item: int | None = None
    """Key of the item that it already is; None for what was never chosen."""
    drawn: bool = False
    """It was drawn by chance already."""


def judged(connection: Connection, which: Which, rule: str | None) -> list[Candidate]:
    """Return all calls that were judged, or that one rule has judged, whatever it said."""
    if rule is None:
        conditions = [RecordingRow.judgement.is_not(None)]
        return list(_calls(connection, which, conditions))
    return list(_verdicts(connection, which, [FindingRow.rule == rule]))


def fatal(connection: Connection, which: Which, limit: int) -> list[Candidate]:
    """Return calls with a fatal item that failed and that are no items yet, the latest first."""
    failed = exists().where(ScoreRow.recording == RecordingRow.key, ScoreRow.fatal)
    return list(_calls(connection, which, [failed, ReviewItemRow.key.is_(None)], limit))


def verdicts(
    connection: Connection, which: Which, verdict: Verdict, rule: str | None, limit: int
) -> list[Candidate]:
    """Return verdicts of a kind that nobody has looked at or is to, the latest calls first."""
    same = (
        ReviewRow.recording == FindingRow.recording,
        ReviewRow.rule == FindingRow.rule,
        ReviewRow.rule_version == FindingRow.version,
    )
    wanted = [
        FindingRow.verdict == verdict.value,
        ~exists().where(*same),
        ReviewItemRow.key.is_(None),
    ]
    if verdict is Verdict.FAIL:  # all that failed is decided where the whole call is looked at
        whole = (_WHOLE.recording == FindingRow.recording, _WHOLE.rule == WHOLE)
        wanted.append(~exists().where(*whole))
    if rule is not None:
        wanted.append(FindingRow.rule == rule)
    return list(_verdicts(connection, which, wanted, limit))


def _calls(
    connection: Connection,
    which: Which,
    wanted: Sequence[ColumnElement[bool]],
    limit: int | None = None,
) -> Iterator[Candidate]:
    chosen = (
        select(
            RecordingRow.key, RecordingRow.id, RecordingRow.began, RecordingRow.fields,
            ReviewItemRow.key, ReviewItemRow.drawn,
        )
        .outerjoin(
            ReviewItemRow,
            (ReviewItemRow.recording == RecordingRow.key)
            & (ReviewItemRow.rule == WHOLE)
            & (ReviewItemRow.reader == 1),
        )
        .where(*which.conditions(), *wanted)
        .order_by(RecordingRow.clock.desc())
        .limit(limit)
    )  # fmt: skip
    for key, call, began, fields, item, drawn in connection.execute(chosen):
        yield Candidate(key, call, began, fields, item=item, drawn=bool(drawn))


def _verdicts(
    connection: Connection,
    which: Which,
    wanted: Sequence[ColumnElement[bool]],
    limit: int | None = None,
) -> Iterator[Candidate]:
    chosen = (
        select(
            RecordingRow.key, RecordingRow.id, RecordingRow.began, RecordingRow.fields,
            FindingRow.version, FindingRow.rule, ReviewItemRow.key, ReviewItemRow.drawn,
        )
        .join(RecordingRow, RecordingRow.key == FindingRow.recording)
        .outerjoin(
            ReviewItemRow,
            (ReviewItemRow.recording == FindingRow.recording)
            & (ReviewItemRow.rule == FindingRow.rule)
            & (ReviewItemRow.version == FindingRow.version)
            & (ReviewItemRow.reader == 1),
        )
        .where(*which.conditions(), *wanted)
        .order_by(RecordingRow.clock.desc(), FindingRow.rule)
        .limit(limit)
    )  # fmt: skip
    for key, call, began, fields, version, rule, item, drawn in connection.execute(chosen):
        yield Candidate(key, call, began, fields, version, rule, item, bool(drawn))


def among(connection: Connection, which: Which, limit: int) -> list[Candidate]:
    """Return judged calls that are no items yet."""
    wanted = [RecordingRow.judgement.is_not(None), ReviewItemRow.key.is_(None)]
    return list(_calls(connection, which, wanted, limit))


def open_of(connection: Connection, people: Sequence[str]) -> dict[str, int]:
    """Return how many items wait for each of these people."""
    row = ReviewItemRow
    chosen = (
        select(row.reviewer, func.count())
        .where(row.decided.is_(None), row.reviewer.in_(people))
        .group_by(row.reviewer)
    )
    counts = dict.fromkeys(people, 0)
    return counts | {person: count for person, count in connection.execute(chosen) if person}
