"""Appeals: what an agent has against a verdict, and what a second person made of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, select, update

from huiting.core.errors import Conflict, Unknown
from huiting.core.judgement import Verdict
from huiting.store import calls
from huiting.store._fold import storable
from huiting.store.calls import ALL, Allowed, Which
from huiting.store.reviews import Decision
from huiting.store.schema import (
    AppealRow,
    FindingRow,
    JudgementRow,
    RecordingRow,
    ReviewRow,
)


class AppealState(StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"
    """The verdict was wrong."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Appeal:
    """What an agent has against a verdict."""

    call: str
    """Id of the recording."""
    rule: str
    version: int
    """Of the rule."""
    reason: str
    by: str
    """`Principal.person` of the agent."""
    name: str
    at: datetime
    state: AppealState = AppealState.OPEN
    decided_by: str | None = None
    decided: datetime | None = None
    answer: str = ""
    key: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What people decided about a verdict."""

    first: str | None
    """`Principal.person` of who decided first; None where nobody has."""
    people: frozenset[str]
    """All who decided."""
    decision: Decision | None
    """The one that counts."""
    drawn: bool = False


def add(connection: Connection, appeal: Appeal) -> Appeal:
    """Keep an appeal; return it with its key.

    Raises:
        Conflict: somebody has appealed against this verdict before.
    """
    row = AppealRow
    key = select(RecordingRow.key).where(RecordingRow.id == appeal.call).scalar_subquery()
    same = exists().where(
        row.recording == key, row.rule == appeal.rule, row.version == appeal.version
    )
    if connection.scalar(select(same)):
        raise Conflict("appeal", "there is one against this verdict", "wait for its outcome")
    values = {
        "recording": key, "rule": storable(appeal.rule), "version": appeal.version,
        "reason": storable(appeal.reason), "by": appeal.by, "name": storable(appeal.name),
        "at": appeal.at, "state": appeal.state.value, "answer": "",
    }  # fmt: skip
    made = connection.execute(insert(row).values(values).returning(row.key)).scalar_one()
    return find(connection, made)


def find(connection: Connection, key: int, allowed: Allowed = ALL) -> Appeal:
    """Return an appeal.

    Raises:
        Unknown: there is none that may be seen.
    """
    chosen = _chosen().where(AppealRow.key == key, *Which(allowed=allowed).conditions())
    found = connection.execute(chosen).first()
    if found is None:
        raise Unknown("appeal", "there is none with this number", "list the appeals")
    return _appeal(*found)


def page(
    connection: Connection,
    state: AppealState | None,
    allowed: Allowed,
    before: int | None,
    limit: int,
) -> list[Appeal]:
    """Return appeals, the latest first; those that are open the oldest first."""
    chosen = _chosen().where(*Which(allowed=allowed).conditions()).limit(limit)
    if state is not None:
        chosen = chosen.where(AppealRow.state == state.value)
    if before is not None:
        chosen = chosen.where(AppealRow.key < before)
    return [_appeal(*row) for row in connection.execute(chosen.order_by(AppealRow.key.desc()))]


def of_calls(connection: Connection, ids: Sequence[str]) -> list[Appeal]:
    """Return the appeals against verdicts on calls."""
    return [_appeal(*row) for row in connection.execute(_chosen().where(RecordingRow.id.in_(ids)))]


def against(connection: Connection, call: str) -> bool:
    """Tell whether an appeal against a verdict on a call waits or was decided."""
    chosen = _chosen().where(RecordingRow.id == call).limit(1)
    return connection.execute(chosen).first() is not None


def waiting(connection: Connection, allowed: Allowed) -> int:
    """Return how many appeals wait."""
    chosen = (
        select(func.count())
        .select_from(AppealRow)
        .join(RecordingRow, RecordingRow.key == AppealRow.recording)
        .where(AppealRow.state == AppealState.OPEN.value, *Which(allowed=allowed).conditions())
    )
    return connection.scalar(chosen) or 0


def close(connection: Connection, appeal: Appeal) -> None:
    """Keep what became of an appeal.

    Raises:
        Conflict: it was decided before.
    """
    row = AppealRow
    values = {
        "state": appeal.state.value, "decided_by": appeal.decided_by, "decided": appeal.decided,
        "answer": storable(appeal.answer),
    }  # fmt: skip
    still = and_(row.key == appeal.key, row.state == AppealState.OPEN.value)
    if not connection.execute(update(row).where(still).values(values)).rowcount:
        raise Conflict("appeal", "it was decided meanwhile", "see its outcome")


def judged(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """Return when the current verdicts on calls were made."""
    chosen = (
        select(RecordingRow.id, JudgementRow.at)
        .join(RecordingRow, RecordingRow.key == JudgementRow.recording)
        .where(RecordingRow.id.in_(ids), JudgementRow.rules == RecordingRow.judgement)
    )
    return {call: at for call, at in connection.execute(chosen)}  # noqa: C416  (a row is no pair)


def failed(connection: Connection, ids: Sequence[str]) -> list[tuple[str, str, int]]:
    """Return call, rule and the rule's version of each verdict on calls that failed."""
    chosen = (
        select(RecordingRow.id, FindingRow.rule, FindingRow.version)
        .join(RecordingRow, RecordingRow.key == FindingRow.recording)
        .where(RecordingRow.id.in_(ids), FindingRow.verdict == Verdict.FAIL.value)
        .order_by(FindingRow.effect, FindingRow.rule)
    )
    return [(call, rule, version) for call, rule, version in connection.execute(chosen)]


def standing(connection: Connection, call: str, rule: str, version: int) -> Standing:
    """Return what people decided about a verdict."""
    row = ReviewRow
    chosen = (
        select(row.by, row.decision, row.drawn)
        .join(RecordingRow, RecordingRow.key == row.recording)
        .where(RecordingRow.id == call, row.rule == rule, row.rule_version == version)
        .order_by(row.key)
    )
    found = connection.execute(chosen).all()
    if not found:
        return Standing(None, frozenset(), None)
    people = frozenset(by for by, _, _ in found)
    drawn = any(by_chance for _, _, by_chance in found)
    return Standing(found[0][0], people, Decision(found[-1][1]), drawn)


def decisions(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str, int], Decision]:
    """Return what counts of the decisions about verdicts on calls."""
    row = ReviewRow
    chosen = (
        select(RecordingRow.id, row.rule, row.rule_version, row.decision)
        .join(RecordingRow, RecordingRow.key == row.recording)
        .where(RecordingRow.id.in_(ids), calls.present())
        .order_by(row.key)
    )
    return {
        (call, rule, version): Decision(decision)
        for call, rule, version, decision in connection.execute(chosen)
    }


def _chosen() -> Any:  # noqa: ANN401  (a select of many columns)
    row = AppealRow
    return select(
        RecordingRow.id, row.rule, row.version, row.reason, row.by, row.name, row.at, row.state,
        row.decided_by, row.decided, row.answer, row.key,
    ).join(RecordingRow, RecordingRow.key == row.recording)  # fmt: skip


def _appeal(*values: Any) -> Appeal:  # noqa: ANN401  (columns of several types)
    made = Appeal(*values)
    return replace(made, state=AppealState(made.state))
