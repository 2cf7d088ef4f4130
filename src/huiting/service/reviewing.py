"""People look at verdicts, and their decisions measure the rules.

Precision: of the calls that a rule failed and somebody decided about, the share that was
rightly failed. Recall needs calls that were drawn by chance, whatever the rule said of them: of
those in which the rule should have failed, the share in which it did.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiting.access.principal import Actor
from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.insights.rates import Rate, Weighted
from huiting.store import Store
from huiting.store.audit import Action, Audit, Entry
from huiting.store.reviews import Decision, Review, Reviews, Tally

LONGEST = 2_000
"""Characters of a comment."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a version of a rule did, by people's decisions."""

    rule: str
    version: int
    precision: Rate
    recall: Weighted
    """From calls drawn by chance, each for those of its agent and week that were not drawn."""
    unsure: int
    """Decisions that nobody could make."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Takes decisions. May be used from several threads."""

    store: Store
    reviews: Reviews
    audit: Audit
    now: Callable[[], datetime]

    def decide(
        self,
        call: str,
        rule: str,
        decision: Decision,
        by: Actor,
        *,
        drawn: bool = False,
        comment: str = "",
        seconds: float | None = None,
        person: str | None = None,
    ) -> Review:
        """Keep what somebody decided about the current verdict of a rule on a call.

        Args:
            call: its id.
            rule: id of the rule.
            decision: what is made of the verdict.
            by: who decides, for the audit log.
            drawn: the call was drawn by chance.
            comment: why.
            seconds: it took.
            person: `Principal.person` of who decides; None for the same as `by`.

        Raises:
            UnknownCall: there is no such call.
            InputError: the rule has not judged it, or the decision does not fit the verdict.
        """
        if len(comment) > LONGEST:
            raise InputError("comment", f"more than {LONGEST} characters", "shorten it")
        judgement = self.store.judgement(call)
        found = next((f for f in judgement.findings if f.rule == rule), None) if judgement else None
        if found is None:
            raise InputError(f"rule {rule}", "it says nothing of this call", "judge it first")
        if decision is Decision.MISSED and found.verdict is Verdict.FAIL:
            raise InputError("decision", "the rule did fail the call", "choose confirmed or wrong")
        review = Review(
            call, rule, found.version, found.verdict, decision, person or by.id, self.now(), drawn,
            comment, seconds,
        )  # fmt: skip
        with self.store.database.writing() as connection:
            kept = self.reviews.add(connection, review)
            entry = Entry(
                by.id, by.name, Action.REVIEWED, f"call:{kept.call}", by.address,
                detail={"rule": rule, "verdict": found.verdict.value},
            )  # fmt: skip
            self.audit.note(connection, entry)
        return kept

    def measured(
        self, rule: str | None = None, allowed: Mapping[str, frozenset[str]] | None = None
    ) -> list[Measured]:
        """Return how well each version of each rule did, by rule and version."""
        found: defaultdict[tuple[str, int], list[Tally]] = defaultdict(list)
        for tally in self.reviews.tallies(rule, allowed):
            found[tally.rule, tally.rule_version].append(tally)
        return [_measured(*key, tallies) for key, tallies in found.items()]


def _measured(rule: str, version: int, tallies: Sequence[Tally]) -> Measured:
    def count(verdict: Verdict | None, decision: Decision) -> int:
        return sum(
            t.count
            for t in tallies
            if t.decision is decision and (verdict is None or t.verdict is verdict)
        )

    right = count(Verdict.FAIL, Decision.CONFIRMED)
    wrong = count(Verdict.FAIL, Decision.WRONG)
    drawn = [t for t in tallies if t.drawn]
    caught = [t for t in drawn if t.verdict is Verdict.FAIL and t.decision is Decision.CONFIRMED]
    broken = [*caught, *(t for t in drawn if t.decision is Decision.MISSED)]
    recall = Weighted(
        sum(t.weight for t in caught), sum(t.weight for t in broken),
        sum(t.squares for t in broken), sum(t.count for t in broken),
    )  # fmt: skip
    return Measured(
        rule, version, Rate(right, right + wrong), recall, count(None, Decision.UNSURE)
    )  # fmt: skip
