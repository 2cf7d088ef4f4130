"""What people decided about verdicts, and how well the rules did by that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from huiting.core.judgement import Verdict
from huiting.store import calls
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import RecordingRow, ReviewRow


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


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a version of a rule was decided about, each call once."""

    rule: str
    rule_version: int
    verdict: Verdict
    decision: Decision
    drawn: bool
    count: int


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
        }
        made = connection.execute(insert(ReviewRow).values(row).returning(ReviewRow.key))
        return Review(
            found.id, review.rule, review.rule_version, review.verdict, review.decision, review.by,
            review.at, review.drawn, review.comment, review.seconds, made.scalar_one(),
        )  # fmt: skip

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
                ReviewRow.comment, ReviewRow.seconds, ReviewRow.key,
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
                seconds, key,
            )
            for call, rule, version, verdict, decision, who, at, drawn, comment, seconds, key in rows
        ]  # fmt: skip

    def tallies(
        self, rule: str | None = None, allowed: Mapping[str, frozenset[str]] | None = None
    ) -> list[Tally]:
        """Count decisions, the latest of each call, by rule, version, verdict and decision."""
        latest = (
            select(func.max(ReviewRow.key).label("key"))
            .group_by(ReviewRow.recording, ReviewRow.rule, ReviewRow.rule_version)
            .subquery()
        )
        kinds = (
            ReviewRow.rule, ReviewRow.rule_version, ReviewRow.verdict, ReviewRow.decision,
            ReviewRow.drawn,
        )  # fmt: skip
        chosen = (
            select(*kinds, func.count())
            .join(latest, latest.c.key == ReviewRow.key)
            .join(RecordingRow, RecordingRow.key == ReviewRow.recording)
            .where(*calls.Which(allowed=allowed or {}).conditions())
            .group_by(*kinds)
            .order_by(ReviewRow.rule, ReviewRow.rule_version)
        )
        if rule is not None:
            chosen = chosen.where(ReviewRow.rule == rule)
        with self.database.reading() as connection:
            return [
                Tally(name, version, Verdict(verdict), Decision(decision), drawn, count)
                for name, version, verdict, decision, drawn, count in connection.execute(chosen)
            ]
