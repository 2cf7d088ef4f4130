"""How the matter stands when a call ends: solved, promised, unsolved, or nothing tells.

Told from what both say, the end of the call counting most: what was done, what was
promised, what was refused, whether the customer takes it. Knows no order system: solved
means that the parties parted as if it were.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from huiting.core.meaning import Meaning, Outcome, OutcomeKind
from huiting.core.ports import MeaningStage, Sound
from huiting.core.types import Call, Role
from huiting.quality.said.lines import lines_of, quote
from huiting.quality.said.signs import Heard, Signs

EARLY = 0.3
"""What is said in the first line counts this much of what is said in the last."""
FADING = 0.6
"""Each further sign counts this much of the one before."""
SLOPE = 1.1
"""Log odds of one unit of evidence."""
NOTHING = 0.6
"""Evidence for `unknown`, before any sign."""
SURE = 0.95
_AGREED = 1.0
"""Promises from which thanks are for the promise."""
_MOST_QUOTES = 3
_NAMES = ("settled", "thanks", "promised", "refused", "unsettled")


def outcome_stage(sound: Sound) -> MeaningStage:
    """Return the stage that fills `Meaning.outcome`; None where nobody speaks."""
    signs = Signs(_NAMES, sound)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        lines = lines_of(call, sound)
        people = [line for line in lines if line.role is not Role.SYSTEM]
        return replace(meaning, outcome=_outcome(signs.heard(people)) if people else None)

    return tell


def _outcome(heard: Sequence[Heard]) -> Outcome:
    stated = [h for h in heard if not h.asked]
    promises = _named(stated, "promised")
    thanks = _named(stated, "thanks")
    agreed = _total(promises) >= _AGREED
    # What is said to be not settled is unsettled; a promise that is denied is none.
    undone = [h for h in stated if h.denied and h.name == "settled"]
    by_kind = {
        OutcomeKind.SOLVED: _named(stated, "settled") + ([] if agreed else thanks),
        OutcomeKind.PROMISED: promises + (thanks if agreed else []),
        OutcomeKind.UNSOLVED: _named(stated, "refused") + _named(stated, "unsettled") + undone,
    }
    weights = np.array([*(_total(hits) for hits in by_kind.values()), NOTHING])
    chances = np.exp(SLOPE * (weights - weights.max()))
    chances /= chances.sum()
    best = int(chances.argmax())
    if best == len(by_kind):
        return Outcome(OutcomeKind.UNKNOWN)
    kind = list(by_kind)[best]
    score = round(min(SURE, float(chances[best])), 4)
    heaviest = sorted(by_kind[kind], key=lambda h: -_weight(h))[:_MOST_QUOTES]
    heaviest.sort(key=lambda h: h.line.place)
    quotes = dict.fromkeys(quote(h.line, h.start, h.end) for h in heaviest)
    return Outcome(kind, score, tuple(quotes))


def _named(heard: Sequence[Heard], name: str) -> list[Heard]:
    return [h for h in heard if h.name == name and not h.denied]


def _weight(heard: Heard) -> float:
    return heard.weight * (EARLY + (1 - EARLY) * heard.late)


def _total(heard: Sequence[Heard]) -> float:
    weights = sorted((_weight(h) for h in heard), reverse=True)
    return sum(weight * FADING**n for n, weight in enumerate(weights))
