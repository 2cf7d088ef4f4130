"""What people decided about verdicts, and how well the rules did by that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, case, func, insert, or_, select

from huiting.core.judgement import Verdict
from huiting.store import calls
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import RecordingRow, ReviewItemRow, ReviewRow


class Decision(StrEnum):
    """What somebody makes of a verdict."""

    CONFIRMED = "confirmed"
    """The verdict is right."""
    WRONG = "wrong"
    """误命中: the rule failed or passed the call, and should not have."""
    MISSED = "missed"
    """漏检: the rule should have failed the call, and did not."""
    UNSURE = "unsure"
    """Nobody could say."""


@dataclass(frozen=True, slots=True)
class Review:
    """One decision."""

    call: str
    """Id of the recording."""
    rule: str
    rule_version: int
    verdict: Verdict
    """The machine's."""
    decision: Decision
    by: str
    at: datetime
    drawn: bool = False
    """The call was drawn by chance."""
    comment: str = ""
    seconds: float | None = None
    key: int = 0
    item: int | None = None
    """Of the queue; None for what was decided outside of it."""
    moment: float | None = None
    """Second in which the rule is broken, of what was missed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a version of a rule was decided about, each call once."""

    rule: str
    rule_version: int
    verdict: Verdict
    decision: Decision
    drawn: bool
    count: int
    weight: float = 0.0
    """Calls that they stand for: where few of many were drawn, each stands for several."""
    squares: float = 0.0
    """Sum of the squares of those weights."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What counts of the decisions about a verdict."""

    call: str
    version: int
    """Of the rule."""
    verdict: Verdict
    decision: Decision
    at: datetime
    moment: float | None
    comment: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """All decisions. Every method may raise `StoreError`; nothing was changed then."""

    database: Database

    def add(self, connection: Connection, review: Review) -> Review:
        """Keep a decision. The ones before about the same verdict stay, and count no longer.

        Raises:
            UnknownCall: there is no such call.
        """
        found = calls.find(connection, review.call)
        key = connection.scalar(select(RecordingRow.key).where(RecordingRow.id == found.id))
        row = {
            "recording": key,
            "rule": storable(review.rule),
            "rule_version": review.rule_version,
            "verdict": review.verdict.value,
            "decision": review.decision.value,
            "drawn": review.drawn,
            "comment": storable(review.comment),
            "by": review.by,
            "at": review.at,
            "seconds": review.seconds,
            "item": review.item,
            "moment": review.moment,
        }
        made = connection.execute(insert(ReviewRow).values(row).returning(ReviewRow.key))
        return replace(review, call=found.id, key=made.scalar_one())

    def page(
        self,
        *,
        call: str | None = None,
        rule: str | None = None,
        by: str | None = None,
        allowed: Mapping[str, frozenset[str]] | None = None,
        after: int | None = None,
        limit: int = 50,
    ) -> list[Review]:
        """Return decisions, the latest first.

        Args:
            call: id of a recording.
            rule: id of a rule.
            by: `Principal.id` of who decided.
            allowed: metadata entries that a call must have to be seen.
            after: `Review.key` of the last of the page before.
            limit: most that are returned.
        """
        chosen = (
            select(
                RecordingRow.id, ReviewRow.rule, ReviewRow.rule_version, ReviewRow.verdict,
                ReviewRow.decision, ReviewRow.by, ReviewRow.at, ReviewRow.drawn,
                ReviewRow.comment, ReviewRow.seconds, ReviewRow.key, ReviewRow.item,
                ReviewRow.moment,
            )
            .join(RecordingRow, RecordingRow.key == ReviewRow.recording)
            .where(*calls.Which(allowed=allowed or {}).conditions())
            .order_by(ReviewRow.key.desc())
        )  # fmt: skip
        for column, value in (
            (RecordingRow.id, call), (ReviewRow.rule, rule), (ReviewRow.by, by),
        ):  # fmt: skip
            if value is not None:
                chosen = chosen.where(column == value)
        if after is not None:
            chosen = chosen.where(ReviewRow.key < after)
        with self.database.reading() as connection:
            rows = connection.execute(chosen.limit(limit)).all()
        return [
            Review(
                call, rule, version, Verdict(verdict), Decision(decision), who, at, drawn, comment,
                *rest,
            )
            for call, rule, version, verdict, decision, who, at, drawn, comment, *rest in rows
        ]  # fmt: skip

    def tallies(
        self, rule: str | None = None, allowed: Mapping[str, frozenset[str]] | None = None
    ) -> list[Tally]:
        """Count decisions, the latest of each call, by rule, version, verdict and decision.

        What was drawn by chance stays so when somebody decides about it again.
        """
        made = _latest().where(*calls.Which(allowed=allowed or {}).conditions())
        if rule is not None:
            made = made.where(ReviewRow.rule == rule)
        one = made.subquery().c
        kinds = (one.rule, one.rule_version, one.verdict, one.decision, one.by_chance)
        weight = func.sum(one.weight), func.sum(one.weight * one.weight)
        chosen = (
            select(*kinds, func.count(), *weight)
            .group_by(*kinds)
            .order_by(one.rule, one.rule_version)
        )
        with self.database.reading() as connection:
            return [
                Tally(name, version, Verdict(verdict), Decision(decision), bool(drawn), *counts)
                for name, version, verdict, decision, drawn, *counts in connection.execute(chosen)
            ]

    def latest(
        self,
        rule: str,
        *,
        since: datetime,
        allowed: Mapping[str, frozenset[str]] | None = None,
        limit: int = 20_000,
    ) -> list[Judged]:
        """Return what counts of the decisions about a rule since a time, the latest first."""
        one = (
            _latest()
            .where(
                ReviewRow.rule == rule,
                ReviewRow.at >= since,
                *calls.Which(allowed=allowed or {}).conditions(),
            )
            .subquery()
            .c
        )
        chosen = select(
            one.id, one.rule_version, one.verdict, one.decision, one.at, one.moment, one.comment
        )
        with self.database.reading() as connection:
            rows = connection.execute(chosen.order_by(one.key.desc()).limit(limit)).all()
        return [
            Judged(call, version, Verdict(verdict), Decision(decision), at, moment, comment)
            for call, version, verdict, decision, at, moment, comment in rows
        ]


def _latest() -> Select[*tuple[Any, ...]]:
    """Select the latest decision about each verdict, and how many calls it stands for."""
    keys = (
        select(func.max(ReviewRow.key).label("key"))
        .group_by(ReviewRow.recording, ReviewRow.rule, ReviewRow.rule_version)
        .subquery()
    )
    weight = (
        select(func.max(ReviewItemRow.weight))
        .where(
            ReviewItemRow.recording == ReviewRow.recording,
            ReviewItemRow.rule.in_(["", ReviewRow.rule]),
            ReviewItemRow.drawn,
            ReviewItemRow.decided.is_not(None),
        )
        .correlate(ReviewRow)
        .scalar_subquery()
    )
    return (
        select(
            RecordingRow.id, ReviewRow.key, ReviewRow.rule, ReviewRow.rule_version,
            ReviewRow.verdict, ReviewRow.decision, ReviewRow.at, ReviewRow.moment,
            ReviewRow.comment,
            case((or_(ReviewRow.drawn, weight.is_not(None)), 1), else_=0).label("by_chance"),
            func.coalesce(weight, 1.0).label("weight"),
        )
        .join(keys, keys.c.key == ReviewRow.key)
        .join(RecordingRow, RecordingRow.key == ReviewRow.recording)
    )  # fmt: skip
