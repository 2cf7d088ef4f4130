"""What can be asked of a call, by name: a share (was the customer angry?) or a number.

A measure gives None for a call of which it says nothing: a rule that did not apply, an
emotion nobody listened for. Such calls are left out, not counted as no.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.errors import InputError
from huiting.core.judgement import Score, Verdict
from huiting.core.meaning import OutcomeKind, Sign
from huiting.core.metrics import PartyMetrics
from huiting.core.types import EmotionLabel, Role
from huiting.insights._nearest import nearest
from huiting.insights.case import Case, emotions_known, felt
from huiting.insights.rates import ANYWHERE, NEVER_BELOW_0, SHARE, Interval

LIKELY = 0.5
"""From which score on a sign (churn, urgency) is counted."""


class Kind(StrEnum):
    """What the values of a measure are."""

    SHARE = "share"
    """1 or 0 for each call."""
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to ask of a call."""

    name: str
    """As `measure` reads it."""
    kind: Kind
    value: Callable[[Case], float | None]
    within: Callable[[Case], Interval] = lambda _case: SHARE
    """Between what the value of a call must lie."""
    usual: Interval = SHARE
    """The same, where it hangs on no call."""


LOW_SCORE = re.compile(r"score(?::(?P<card>[\w.-]+))?<(?P<least>\d+(?:\.\d+)?)")
"""How a share of low scores is written."""


def measure(name: str) -> Measure:
    """Return the measure called `name`; `NAMES` lists them.

    Raises:
        InputError: there is none.
    """
    if name in _NUMBERS:
        return Measure(name, Kind.NUMBER, _NUMBERS[name], _within(name), _ends(name))
    if name in _SHARES:
        return Measure(name, Kind.SHARE, _SHARES[name])
    kind, _, rest = name.partition(":")
    below = LOW_SCORE.fullmatch(name)
    if below:
        return Measure(name, Kind.SHARE, _low_score(below["card"], float(below["least"])))
    if kind == "score" and re.fullmatch(r"[\w.-]+", rest):
        return Measure(name, Kind.NUMBER, _points(rest), _scored_within(rest))
    if rest and kind in _NAMED:
        return Measure(name, Kind.SHARE, _NAMED[kind](rest))
    raise InputError(
        f"measure {name!r}", "not known", f"choose one of {nearest(name, NAMES, len(NAMES))}"
    )


def _feeling(label: EmotionLabel) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        return float(any(felt(case, label))) if emotions_known(case) else None

    return value


def _failed(rule: str) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        found = next((f.verdict for f in case.findings if f.rule == rule), None)
        # Uncertain is neither: it is for a person to listen to, not for a rate.
        return {Verdict.FAIL: 1.0, Verdict.PASS: 0.0}.get(found) if found else None

    return value


def _intent(name: str) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        intents = case.dialogue.meaning.intents
        if not intents:
            return None
        return float(intents[0].name == name or intents[0].name.startswith(f"{name}/"))

    return value


def _points(card: str | None) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        found = case.score(card)
        return found.points if found else None

    return value


def range_of(score: Score) -> Interval:
    """Return between what the points lie; with a bonus they may be above the most."""
    return Interval(0.0, max(score.most, score.points or 0.0))


def _scored_within(card: str | None) -> Callable[[Case], Interval]:
    def within(case: Case) -> Interval:
        found = case.score(card)
        return range_of(found) if found else NEVER_BELOW_0

    return within


def _within(name: str) -> Callable[[Case], Interval]:
    if name == "score":
        return _scored_within(None)
    ends = _ends(name)
    return lambda _case: ends


def _ends(name: str) -> Interval:
    # An answer that begins before the question has ended comes after less than no time.
    return SHARE if name.endswith("ratio") else ANYWHERE if name == "response" else NEVER_BELOW_0


def _low_score(card: str | None, least: float) -> Callable[[Case], float | None]:
    points = _points(card)

    def value(case: Case) -> float | None:
        found = points(case)
        return None if found is None else float(found < least)

    return value


def _fatal(case: Case) -> float | None:
    scores = case.judgement.scores if case.judgement else ()
    return float(any(score.fatal for score in scores)) if scores else None


def _unsolved(case: Case) -> float | None:
    outcome = case.dialogue.meaning.outcome
    if outcome is None or outcome.kind is OutcomeKind.UNKNOWN:
        return None
    return float(outcome.kind is OutcomeKind.UNSOLVED)


def _sign(of: Callable[[Case], Sign | None]) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        meaning = case.dialogue.meaning
        if meaning.outcome is None and not meaning.intents:
            return None  # nobody asked what the call means
        sign = of(case)
        return float(sign is not None and sign.score >= LIKELY)

    return value


def _said(phrase: str) -> Callable[[Case], float | None]:
    lowered = phrase.casefold()

    def value(case: Case) -> float | None:
        return float(any(lowered in line.text.casefold() for line in case.dialogue.lines))

    return value


def party(case: Case, role: Role) -> PartyMetrics | None:
    """Return the numbers of the party with `role`; of several, the one that talks most."""
    found = [p for p in case.dialogue.metrics.parties if p.role is role]
    return max(found, key=lambda p: p.talk_time, default=None)


def _agent(of: Callable[[PartyMetrics], float | None]) -> Callable[[Case], float | None]:
    def value(case: Case) -> float | None:
        found = party(case, Role.AGENT)
        return of(found) if found else None

    return value


_SHARES: dict[str, Callable[[Case], float | None]] = {
    "angry": _feeling(EmotionLabel.ANGRY),
    "sad": _feeling(EmotionLabel.SAD),
    "happy": _feeling(EmotionLabel.HAPPY),
    "fatal": _fatal,
    "unsolved": _unsolved,
    "churn": _sign(lambda case: case.dialogue.meaning.churn),
    "urgent": _sign(lambda case: case.dialogue.meaning.urgency),
}
_NUMBERS: dict[str, Callable[[Case], float | None]] = {
    "duration": lambda case: case.dialogue.duration,
    "silence-ratio": lambda case: case.dialogue.metrics.silence_ratio,
    "longest-silence": lambda case: case.dialogue.metrics.longest_silence,
    "dead-air": lambda case: case.dialogue.metrics.dead_air,
    "hold": lambda case: case.dialogue.metrics.hold,
    "overlap-ratio": lambda case: case.dialogue.metrics.overlap_ratio,
    "turns": lambda case: case.dialogue.metrics.turns,
    "talk-ratio": _agent(lambda party: party.talk_ratio),
    "rate": _agent(lambda party: party.rate),
    "response": _agent(lambda party: party.response_median),
    "interruptions": _agent(lambda party: party.interruptions),
    "score": _points(None),
}
_NAMED: dict[str, Callable[[str], Callable[[Case], float | None]]] = {
    "rule": _failed,
    "intent": _intent,
    "said": _said,
}
NAMES = (
    *_SHARES,
    *_NUMBERS,
    "rule:ID (failed)",
    "intent:NAME",
    "said:WORDS",
    "score:CARD",
    "score<POINTS",
    "score:CARD<POINTS",
)
"""What `measure` reads."""
