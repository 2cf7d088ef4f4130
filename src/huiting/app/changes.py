"""What judging history again would change: verdicts before and after, with samples.

A tally of some calls can be added to that of others, so that each process counts its own.
Knows neither the store nor how rules judge.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Verdict

Verdicts = Mapping[str, Verdict]
"""Rule id to what it says."""
Change = tuple[str, Verdict | None, Verdict | None]
"""Of a rule, from what it said to what it says; None where it said, or says, nothing."""


@dataclass(frozen=True, slots=True)
class Now:
    """What is said of a call now."""

    call: str
    """Id of the recording."""
    name: str
    """Of the recording."""
    verdicts: Verdicts
    problems: Mapping[str, str]
    """Rule id to why it could not be judged."""
    findings: Mapping[str, Finding]
    """By rule, looked at only where a sample is shown."""


def now_of(judgement: Judgement, name: str) -> Now:
    """Return what a judgement says; `name` is that of the recording."""
    findings = {finding.rule: finding for finding in judgement.findings}
    verdicts = {rule: finding.verdict for rule, finding in findings.items()}
    return Now(judgement.call, name, verdicts, judgement.problems, findings)


@dataclass(frozen=True, slots=True)
class Sample:
    """A call whose verdict changes, and where to listen."""

    call: str
    """Id of the recording."""
    name: str
    at: float | None = None
    """Seconds from the start; None when it concerns the whole call, or nothing shows it."""
    quote: str = ""
    note: str = ""
    """What was looked for or measured."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that a rule gave up for another, over all calls."""

    rule: str
    before: Verdict | None
    """None: the rule had said nothing of these calls."""
    after: Verdict | None
    """None: it says nothing any more."""
    calls: int
    samples: tuple[Sample, ...]
    """Some of them, the latest first."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A rule that could not be judged in some calls."""

    rule: str
    calls: int
    reason: str
    """In one of them."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What judging again changes."""

    calls: int
    """That were judged again."""
    changed: int
    """Calls in which some verdict changes."""
    new: int
    """Calls that had no verdicts before."""
    saved: int
    """Judgements that were written: not of a dry run, nor where the same was said before."""
    totals: Mapping[str, Mapping[Verdict, int]]
    """Rule id to how many calls have each verdict now, in the order of the rules."""
    verdicts: tuple[Changed, ...]
    """By rule, in their order; those that no longer exist last."""
    problems: tuple[Unjudged, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts changes call by call; `samples` of each kind are kept."""

    samples: int
    calls: int = 0
    changed: int = 0
    new: int = 0
    saved: int = 0
    totals: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    counts: Counter[Change] = field(default_factory=Counter)
    shown: dict[Change, list[Sample]] = field(default_factory=dict)
    problems: dict[str, tuple[int, str]] = field(default_factory=dict)

    def count(self, before: Verdicts | None, now: "Now") -> None:
        """Count one call.

        Args:
            before: what was said of it; None when it was not judged before.
            now: what is said of it now.
        """
        old = before or {}
        self.calls += 1
        self.new += before is None
        said = now.verdicts
        changes: list[Change] = [
            (rule, old.get(rule), verdict)
            for rule, verdict in said.items()
            if old.get(rule) is not verdict
        ]
        changes += [(rule, old[rule], None) for rule in old.keys() - said.keys()]
        self.changed += bool(changes) and before is not None
        self.totals.update(said.items())
        self.counts.update(changes)
        for change in changes:
            if self.counts[change] <= self.samples:
                self._show(change, now)
        for rule, reason in now.problems.items():
            self._unjudged(rule, 1, reason)

    def count_unchanged(self, verdicts: Verdicts, problems: Mapping[str, str]) -> None:
        """Count one call of which the same is said as before."""
        self.calls += 1
        self.totals.update(verdicts.items())
        for rule, reason in problems.items():
            self._unjudged(rule, 1, reason)

    def add(self, other: "Tally") -> None:
        """Add what was counted of other, earlier calls."""
        self.calls += other.calls
        self.changed += other.changed
        self.new += other.new
        self.saved += other.saved
        self.counts += other.counts
        self.totals += other.totals
        for change, samples in other.shown.items():
            here = self.shown.setdefault(change, [])
            here += samples[: self.samples - len(here)]
        for rule, (calls, reason) in other.problems.items():
            self._unjudged(rule, calls, reason)

    def changes(self, rules: Iterable[str]) -> Changes:
        """Return all that was counted, by rule in the order of `rules`; others follow."""
        order = {rule: place for place, rule in enumerate(rules)}
        ranked = sorted(
            self.counts, key=lambda c: (order.get(c[0], len(order)), c[0], -self.counts[c])
        )
        return Changes(
            calls=self.calls,
            changed=self.changed,
            new=self.new,
            saved=self.saved,
            totals={rule: self._totals(rule) for rule in order},
            verdicts=tuple(
                Changed(*change, self.counts[change], tuple(self.shown.get(change, ())))
                for change in ranked
            ),
            problems=tuple(Unjudged(rule, *found) for rule, found in self.problems.items()),
        )

    def _totals(self, rule: str) -> dict[Verdict, int]:
        counted = {verdict: self.totals[rule, verdict] for verdict in Verdict}
        return {verdict: calls for verdict, calls in counted.items() if calls}

    def _show(self, change: Change, now: "Now") -> None:
        finding = now.findings.get(change[0])
        self.shown.setdefault(change, []).append(_sample(now.call, now.name, finding))

    def _unjudged(self, rule: str, calls: int, reason: str) -> None:
        before, first = self.problems.get(rule, (0, reason))
        self.problems[rule] = (before + calls, first)


_TELLING = (EvidenceKind.SAID, EvidenceKind.SOUND, EvidenceKind.UNCLEAR, EvidenceKind.NEAREST)
"""Kinds of evidence that somebody would rather hear than read, first of all."""


def _sample(call: str, name: str, finding: Finding | None) -> Sample:
    pieces = () if finding is None else finding.evidence
    if not pieces:
        return Sample(call, name)
    shown = min(pieces, key=_rank)
    at = None if shown.span is None else shown.span.start
    return Sample(call, name, at, shown.quote or "", shown.note or "")


def _rank(piece: Evidence) -> tuple[int, bool]:
    rank = _TELLING.index(piece.kind) if piece.kind in _TELLING else len(_TELLING)
    return rank, piece.quote is None
