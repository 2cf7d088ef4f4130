"""Verdicts that several people decided about, and how much each person does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from huiting.store.calls import Allowed, Which
from huiting.store.schema import RecordingRow, ReviewItemRow, ReviewRow


@dataclass(frozen=True, slots=True)
class Worked:
    """How much somebody did."""

    person: str
    items: int
    seconds: float | None
    """Mean of those that were measured; None of nothing."""
    measured: int


def shared(
    connection: Connection, allowed: Allowed, since: datetime, limit: int
) -> list[Mapping[str, str]]:
    """Return for each verdict that several decided about what each made of it, the latest first.

    Only what was decided in the queue, where nobody sees what others decided.

    Args:
        connection: to read with.
        allowed: metadata entries that calls must have.
        since: of when decisions count.
        limit: most decisions that are read.
    """
    row = ReviewRow
    several = (
        select(row.recording, row.rule, row.rule_version)
        .where(row.at >= since, row.item.is_not(None))
        .group_by(row.recording, row.rule, row.rule_version)
        .having(func.count(func.distinct(row.by)) > 1)
        .subquery()
    )
    chosen = (
        select(row.recording, row.rule, row.rule_version, row.by, row.decision)
        .join(
            several,
            (several.c.recording == row.recording)
            & (several.c.rule == row.rule)
            & (several.c.rule_version == row.rule_version),
        )
        .join(RecordingRow, RecordingRow.key == row.recording)
        .where(row.at >= since, row.item.is_not(None), *Which(allowed=allowed).conditions())
        .order_by(row.key.desc())
        .limit(limit)
    )
    found: dict[tuple[int, str, int], dict[str, str]] = {}
    for recording, rule, version, by, decision in connection.execute(chosen):
        found.setdefault((recording, rule, version), {}).setdefault(by, decision)  # the latest
    return list(found.values())


def worked(connection: Connection, since: datetime, allowed: Allowed) -> list[Worked]:
    """Return how much each person did since a time, who did most first."""
    row = ReviewItemRow
    count = func.count()
    chosen = (
        select(row.by, count, func.avg(row.seconds), func.count(row.seconds))
        .join(RecordingRow, RecordingRow.key == row.recording)
        .where(row.decided >= since, *Which(allowed=allowed).conditions())
        .group_by(row.by)
        .order_by(count.desc(), row.by)
    )
    return [
        Worked(by or "", items, None if mean is None else float(mean), measured)
        for by, items, mean, measured in connection.execute(chosen)
    ]
