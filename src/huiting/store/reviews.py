"""What people decided about verdicts, and how well the rules did by that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, case, func, insert, or_, select
from sqlalchemy.orm import aliased

from huiting.core.judgement import Verdict
from huiting.store import calls
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.calls import Allowed
from huiting.store.schema import BinRow, RecordingRow, ReviewItemRow, ReviewRow


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
        one = _latest(rule, allowed or {}).subquery().c
        kinds = (one.rule, one.rule_version, one.verdict, one.decision, one.by_chance)
        weight = func.sum(one.weight), func.sum(one.weight * one.weight)
        chosen = select(*kinds, func.count(), *weight).group_by(*kinds)
        with self.database.reading() as connection:
            found = [
                Tally(name, version, Verdict(verdict), Decision(decision), bool(drawn), *counts)
                for name, version, verdict, decision, drawn, *counts in connection.execute(chosen)
            ]
        # Sorted here: so that the database need not sort what it counts.
        return sorted(found, key=lambda tally: (tally.rule, tally.rule_version))

    def latest(
        self,
        rule: str,
        *,
        since: datetime,
        allowed: Mapping[str, frozenset[str]] | None = None,
        limit: int = 20_000,
    ) -> list[Judged]:
        """Return what counts of the decisions about a rule since a time, the latest first."""
        one = _latest(rule, allowed or {}).subquery().c
        chosen = (
            select(
                RecordingRow.id, one.rule_version, one.verdict, one.decision, one.at, one.moment,
                one.comment,
            )
            .join(RecordingRow, RecordingRow.key == one.recording)
            .where(one.at >= since)
        )  # fmt: skip
        with self.database.reading() as connection:
            rows = connection.execute(chosen.order_by(one.key.desc()).limit(limit)).all()
        return [
            Judged(call, version, Verdict(verdict), Decision(decision), at, moment, comment)
            for call, version, verdict, decision, at, moment, comment in rows
        ]


def _latest(rule: str | None, allowed: Allowed) -> Select[*tuple[Any, ...]]:
    """Select the latest decision about each verdict, and how many calls it stands for.

    Args:
        rule: whose verdicts; None for all.
        allowed: metadata entries that a call must have.
    """
    row = ReviewRow
    # Found in the index alone, then read: half the work of a window over whole rows.
    newest = select(func.max(row.key).label("key"))
    if rule is not None:
        newest = newest.where(row.rule == rule)
    counts = newest.group_by(row.recording, row.rule, row.rule_version).subquery()
    columns = (
        row.recording, row.key, row.rule, row.rule_version, row.verdict, row.decision, row.at,
        row.moment, row.comment, row.drawn,
    )  # fmt: skip
    last = select(*columns).join(counts, counts.c.key == row.key).subquery()
    # Joined, not looked up: the database would do so for each column that is made of it.
    of, own = last.c.recording, _own_weights(rule)
    whole = aliased(ReviewItemRow)
    drawn = and_(
        whole.recording == of, whole.rule == "", whole.version == 0, whole.reader == 1,
        whole.drawn, whole.decided.is_not(None),
    )  # fmt: skip
    most = func.coalesce(whole.weight, 0.0)
    weight = case((own.c.weight > most, own.c.weight), else_=whole.weight)
    chosen = (
        select(
            *(column for column in last.c if column.name != "drawn"),
            case((or_(last.c.drawn, weight.is_not(None)), 1), else_=0).label("by_chance"),
            func.coalesce(weight, 1.0).label("weight"),
        )
        .outerjoin(whole, drawn)
        .outerjoin(own, and_(own.c.recording == of, own.c.rule == last.c.rule))
        .where(of.not_in(select(BinRow.recording)))
    )
    if allowed:
        seen = select(RecordingRow.key).where(*calls.seen(allowed))
        chosen = chosen.where(of.in_(seen))
    return chosen


def _own_weights(rule: str | None) -> Subquery:
    """Select verdicts that were drawn by chance and decided, and how many calls each stands for.

    Only the first reader's items have a weight.
    """
    row = ReviewItemRow
    of = row.rule != "" if rule is None else row.rule == rule
    return (
        select(row.recording, row.rule, func.max(row.weight).label("weight"))
        .where(of, row.drawn, row.decided.is_not(None))
        .group_by(row.recording, row.rule)
        .subquery()
    )
