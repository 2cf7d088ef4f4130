"""Which few of an agent's calls somebody should hear: the worst, a typical one, the best.

Keeps a bounded sample however many calls come, the same one in whatever order they come.
"""

from bisect import insort
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from huiting.core.judgement import Severity, Verdict
from huiting.core.types import Span
from huiting.insights.case import Case

SAMPLE = 200
"""Calls from which the typical one is chosen."""
_WEIGHTS = {Severity.MINOR: 1, Severity.MAJOR: 3, Severity.CRITICAL: 10}


class Why(StrEnum):
    """Why a call is worth hearing."""

    FATAL = "fatal"
    """A fatal item failed."""
    WORST = "worst"
    TYPICAL = "typical"
    """Nearest to the mean."""
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Hearing:
    """A call to listen to."""

    call: str
    name: str
    why: Why
    points: float | None
    """By the scorecard; None where there is none."""
    faults: tuple[str, ...]
    """Names of the rules that failed, the gravest first."""
    moment: Span | None
    """Where to begin."""
    quote: str | None


@dataclass(frozen=True, slots=True, order=True)
class _Heard:
    worth: tuple[bool, float]
    """Not fatal, then points; without a scorecard, the weighted faults, negative."""
    call: str
    hearing: Hearing = field(compare=False)


class HearingTally:
    """Chooses calls as they come."""

    def __init__(self, scorecard: str | None = None) -> None:
        self._scorecard = scorecard
        self._worst: _Heard | None = None
        self._best: _Heard | None = None
        self._sample: list[tuple[bytes, _Heard]] = []

    def add(self, case: Case) -> None:
        """Take one more call; one that nothing was judged of is not chosen."""
        if case.judgement is None:
            return
        heard = _heard(case, self._scorecard)
        if heard is None:
            return
        self._worst = min(filter(None, (self._worst, heard)))
        self._best = max(filter(None, (self._best, heard)))
        # The lowest hashes are a fair sample that does not hang on the order of the calls.
        mark = blake2b(case.call.encode(), digest_size=8).digest()
        if len(self._sample) < SAMPLE or mark < self._sample[-1][0]:
            insort(self._sample, (mark, heard), key=lambda entry: entry[0])
            del self._sample[SAMPLE:]

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


def _as(heard: _Heard, why: Why) -> Hearing:
    old = heard.hearing
    return Hearing(old.call, old.name, why, old.points, old.faults, old.moment, old.quote)


def _heard(case: Case, scorecard: str | None) -> _Heard | None:
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
    return _Heard((not (score and score.fatal), worth), case.call, hearing)
