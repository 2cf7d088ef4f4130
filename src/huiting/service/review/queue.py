"""The queue: what somebody is to look at next, and what they decide.

An item is decided once, as a whole: all verdicts of it in one transaction. A call is done when
each verdict that failed is decided; what else the rules should have found is added (漏检).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, InputError, UnknownCall
from huiting.core.judgement import Finding, Severity, Verdict
from huiting.service.reading import Reading, Seen
from huiting.service.reviewing import LONGEST
from huiting.service.views import View
from huiting.store.audit import Action, Audit, Entry
from huiting.store.reviewing import appeals, items
from huiting.store.reviewing.items import Item, Waiting
from huiting.store.reviews import Decision, Review, Reviews

UNDO = timedelta(minutes=10)
"""How long the last decision can be taken back."""
LONGEST_LOOK = 3_600.0
"""Seconds beyond which nobody was looking: counted as not measured."""
_WEIGHT = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2}
_TRIES = 20
"""Items of calls that were removed meanwhile, that are passed over."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody makes of one verdict."""

    rule: str
    decision: Decision
    moment: float | None = None
    """Second in which the rule is broken, of what was missed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What somebody makes of an item."""

    marks: Sequence[Mark]
    comment: str = ""
    seconds: float | None = None
    """That it was on a screen that could be seen."""


@dataclass(frozen=True, slots=True)
class Task:
    """An item, and what is to be looked at."""

    item: Item
    seen: Seen
    asked: tuple[Finding, ...]
    """Verdicts that must be decided; what matters most first."""
    others: tuple[Finding, ...]
    """All other verdicts on the call."""

    @property
    def rules(self) -> frozenset[str]:
        """Ids of the rules that must be decided about."""
        return frozenset(finding.rule for finding in self.asked)


@dataclass(frozen=True, slots=True)
class Queue:
    """Gives items out, and takes decisions. May be used from several threads."""

    reading: Reading
    reviews: Reviews
    audit: Audit
    now: Callable[[], datetime]
    zone: tzinfo | None

    def next(self, view: View, by: Actor, without: Sequence[int] = ()) -> Task | None:
        """Return what somebody is to look at next; it is theirs for an hour.

        Args:
            view: who asks.
            by: the same, for the audit log.
            without: keys of items that they have before them.
        """
        me, passed = view.principal, list(without)
        for _ in range(_TRIES):
            with self.reviews.database.writing() as connection:
                now = self.now()
                item = items.next_of(connection, me.person, me.only, now, passed)
                if item is None:
                    return None
                items.take(connection, item.key, me.person, now)
            try:
                task = self._task(item, view)
            except UnknownCall:  # removed meanwhile
                passed.append(item.key)
                continue
            self._note(None, by, Action.SAW, item)
            return task
        return None

    def task(self, key: int, view: View) -> Task:
        """Return an item.

        Raises:
            Unknown: there is none that may be seen.
        """
        with self.reviews.database.reading() as connection:
            item = items.find(connection, key, view.principal.only)
        return self._task(item, view)

    def decide(self, key: int, outcome: Outcome, principal: Principal, by: Actor) -> None:
        """Keep what somebody makes of an item that is theirs.

        Raises:
            Unknown: there is no such item that may be seen.
            Conflict: it is not theirs, or was decided before.
            InputError: a verdict is not decided, or a decision does not fit it.
        """
        if len(outcome.comment) > LONGEST:
            raise InputError("comment", f"more than {LONGEST} characters", "shorten it")
        task = self.task(key, View(principal))
        found = {finding.rule: finding for finding in (*task.asked, *task.others)}
        _check(task, outcome.marks, found)
        seconds = outcome.seconds
        if seconds is not None and not 0 <= seconds <= LONGEST_LOOK:
            seconds = None
        now = self.now()
        with self.reviews.database.writing() as connection:
            items.decide(connection, key, principal.person, now, seconds)
            for mark in outcome.marks:
                finding = found[mark.rule]
                self.reviews.add(
                    connection,
                    Review(
                        task.item.call, mark.rule, finding.version, finding.verdict, mark.decision,
                        principal.person, now, task.item.drawn, outcome.comment,
                        seconds if len(outcome.marks) == 1 else None, item=key, moment=mark.moment,
                    ),
                )  # fmt: skip
                detail = {"rule": mark.rule[:100], "verdict": finding.verdict.value}
                detail["new"] = mark.decision.value
                self._note(connection, by, Action.REVIEWED, task.item, **detail)
            if not outcome.marks:
                self._note(connection, by, Action.REVIEWED, task.item)

    def skip(self, key: int, principal: Principal) -> None:
        """Put an item behind all others.

        Raises:
            Conflict: it is not theirs.
        """
        with self.reviews.database.writing() as connection:
            items.skip(connection, key, principal.person, self.now())

    def undo(self, view: View, by: Actor) -> Task:
        """Take back what somebody decided last, and give it to them again.

        Raises:
            Conflict: there is nothing, it was long ago, or an appeal against it is there.
        """
        me, now = view.principal, self.now()
        with self.reviews.database.writing() as connection:
            item = items.last(connection, me.person, now - UNDO, me.only)
            if item is None:
                raise Conflict("undo", "nothing was decided in the last minutes", "decide anew")
            if appeals.against(connection, item.call):
                raise Conflict("undo", "an appeal against it is there", "decide the appeal")
            items.reopen(connection, item.key, now)
            self._note(connection, by, Action.CHANGED, item, new="undone")
        return self.task(item.key, view)

    def waiting(self, principal: Principal) -> Waiting:
        """Return how much there is to do, and what was done today."""
        now = self.now()
        today = now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        with self.reviews.database.reading() as connection:
            return items.waiting(connection, principal.person, principal.only, now, today)

    def _task(self, item: Item, view: View) -> Task:
        seen = self.reading.call(item.call, view)
        all_ = seen.judgement.findings if seen.judgement else ()
        by_weight = sorted(all_, key=lambda f: (_WEIGHT[f.severity], f.effect))
        if item.whole:
            fatal = _fatal(seen)
            asked = [f for f in by_weight if f.verdict is Verdict.FAIL]
            asked.sort(key=lambda f: f.rule not in fatal)
        else:
            asked = [f for f in by_weight if f.rule == item.rule]
        others = [f for f in all_ if f not in asked]
        return Task(item, seen, tuple(asked), tuple(others))

    def _note(
        self, connection: Connection | None, by: Actor, action: str, item: Item, **detail: str
    ) -> None:
        entry = Entry(
            by.id, by.name, action, f"call:{item.call}", by.address,
            detail={"kind": "review", **detail},
        )  # fmt: skip
        self.audit.note(connection, entry)


def _check(task: Task, marks: Sequence[Mark], found: dict[str, Finding]) -> None:
    """Refuse decisions that do not fit.

    Raises:
        InputError: one is lacking, or does not fit its verdict.
    """
    marked = [mark.rule for mark in marks]
    if len(set(marked)) < len(marked):
        raise InputError("decision", "a rule has two decisions", "choose one")
    lacking = task.rules - set(marked)
    if lacking:
        raise InputError(
            f"rule {min(lacking)}", "it is not decided", "decide each verdict that failed"
        )
    for mark in marks:
        finding = found.get(mark.rule)
        if finding is None:
            raise InputError(f"rule {mark.rule}", "it says nothing of this call", "judge it first")
        failed = finding.verdict is Verdict.FAIL
        if failed and mark.decision is Decision.MISSED:
            raise InputError("decision", "the rule did fail the call", "choose confirmed or wrong")
        if not failed and mark.decision is Decision.WRONG:
            raise InputError(
                "decision", "the rule did not fail the call", "choose confirmed or missed"
            )
        if mark.moment is not None and not 0 <= mark.moment <= task.seen.call.duration:
            raise InputError("moment", "outside the call", "give a second of the call")


def _fatal(seen: Seen) -> frozenset[str]:
    """Return the ids of the rules behind the fatal items that failed."""
    scores = seen.judgement.scores if seen.judgement else ()
    return frozenset(
        rule for score in scores for item in score.items if item.fatal for rule in item.rules
    )
