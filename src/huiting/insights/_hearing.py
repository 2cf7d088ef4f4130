"""Which few of an agent's calls somebody should hear: the worst, a typical one, the best.

Keeps a bounded sample however many calls come, the same one in whatever order they come.
"""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from huiting.core.judgement import Severity, Verdict
from huiting.insights._shown import Hearing, Why
from huiting.insights.case import Case
from huiting.insights.columns.calls import Calls, Rows, mark_of

SAMPLE = 200
"""Calls from which the typical one is chosen."""
_WEIGHTS = {Severity.MINOR: 1, Severity.MAJOR: 3, Severity.CRITICAL: 10}


@dataclass(frozen=True, slots=True, order=True)
class Heard:
    """A call that may be chosen."""

    worth: tuple[bool, float]
    """Not fatal, then points; without a scorecard, the weighted faults, negative."""
    call: str
    tell: Callable[[], Hearing] = field(compare=False)


class HearingTally:
    """Chooses calls as they come."""

    def __init__(self, scorecard: str | None = None) -> None:
        self._scorecard = scorecard
        self._worst: Heard | None = None
        self._best: Heard | None = None
        self._sample: list[tuple[int, Heard]] = []

    def add(self, case: Case) -> None:
        """Take one more call; one that nothing was judged of is not chosen."""
        found = heard(case, self._scorecard)
        if found is not None:
            self._take(found, mark_of(case.call))

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls at once; of a tally that asks for the first scorecard."""
        worth, fine = calls.number("worth"), calls.flag("untarnished")
        known = np.flatnonzero(rows & ~np.isnan(worth))
        if not len(known):
            return
        marks = calls.whole("mark")
        for row in known[np.argsort(marks[known], kind="stable")[:SAMPLE]].tolist():
            self._sampled(_told(calls, row), int(marks[row]))
        order = known[np.lexsort((worth[known], fine[known]))]
        for end in (order[0], order[-1]):
            # Of calls that are worth the same their ids decide, as with one after another.
            same = known[(worth[known] == worth[end]) & (fine[known] == fine[end])].tolist()
            for row in (min(same, key=calls.ids.__getitem__), max(same, key=calls.ids.__getitem__)):
                self._extreme(_told(calls, row))

    def _take(self, heard: Heard, mark: int) -> None:
        self._extreme(heard)
        self._sampled(heard, mark)

    def _sampled(self, heard: Heard, mark: int) -> None:
        # The lowest hashes are a fair sample that does not hang on the order of the calls.
        if len(self._sample) < SAMPLE or mark < self._sample[-1][0]:
            insort(self._sample, (mark, heard), key=lambda entry: entry[0])
            del self._sample[SAMPLE:]

    def _extreme(self, heard: Heard) -> None:
        self._worst = min(filter(None, (self._worst, heard)))
        self._best = max(filter(None, (self._best, heard)))

    def chosen(self, mean: float | None) -> tuple[Hearing, ...]:
        """Return at most three different calls: the worst, one near `mean`, the best."""
        found: dict[str, Hearing] = {}
        if self._worst is not None:
            why = Why.WORST if self._worst.worth[0] else Why.FATAL
            found[self._worst.call] = _as(self._worst, why)
        best = self._best
        others = [heard for _, heard in self._sample if heard.call not in found and heard != best]
        if others:
            middle = mean if mean is not None else _median([h.worth[1] for h in others])
            typical = min(others, key=lambda h: (abs(h.worth[1] - middle), h.call))
            found[typical.call] = _as(typical, Why.TYPICAL)
        if best is not None and best.call not in found:
            found[best.call] = _as(best, Why.BEST)
        return tuple(found.values())


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _as(heard: Heard, why: Why) -> Hearing:
    return replace(heard.tell(), why=why)


def _told(calls: Calls, row: int) -> Heard:
    def tell() -> Hearing:
        hearing = calls.shown(row).hearing
        assert hearing is not None  # whatever has a worth has one
        return hearing

    worth = bool(calls.flag("untarnished")[row]), float(calls.number("worth")[row])
    return Heard(worth, calls.ids[row], tell)


def heard(case: Case, scorecard: str | None = None) -> Heard | None:
    """Return a call as it may be chosen; None when it cannot."""
    if case.judgement is None:
        return None
    score = case.score(scorecard)
    if score is not None and score.points is None:
        return None
    failed = [f for f in case.findings if f.verdict is Verdict.FAIL]
    failed.sort(key=lambda finding: -_WEIGHTS[finding.severity])
    points = score.points if score else None
    worth = points if points is not None else -float(sum(_WEIGHTS[f.severity] for f in failed))
    proof = next((e for f in failed for e in f.evidence if e.span), None)
    hearing = Hearing(
        case.call,
        case.dialogue.name,
        Why.TYPICAL,
        points,
        tuple(f.name or f.rule for f in failed),
        proof.span if proof else None,
        proof.quote if proof else None,
    )
    return Heard((not (score and score.fatal), worth), case.call, lambda: hearing)
