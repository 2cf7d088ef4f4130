"""How the matter stands when a call ends: solved, promised, unsolved, or nothing tells.

Told from what both say, the end of the call counting most: what was done, what was
promised, what was refused, whether the customer takes it: in listed words, or as a reader of
wording takes their last lines. Knows no order system: solved
means that the parties parted as if it were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from huiting.core.meaning import Meaning, Outcome, OutcomeKind
from huiting.core.ports import MeaningStage, Sound
from huiting.core.reading import Reader
from huiting.core.types import Call, Role
from huiting.quality._phrases import only_listens
from huiting.quality.said.lines import Line, lines_of, quote
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
BY_READING = 2.5
"""Evidence of a line that surely says it by its wording."""
LAST = {Role.AGENT: 3, Role.CUSTOMER: 2}
"""Lines of each that are read, from the end: reading one takes 20 ms."""
_TELLING = 4
"""Letters from which a line is read."""
_AGREED = 1.0
"""Promises from which thanks are for the promise."""
_MOST_QUOTES = 3
_NAMES = ("settled", "thanks", "promised", "refused", "unsettled")


def outcome_stage(sound: Sound, reader: Reader | None = None) -> MeaningStage:
    """Return the stage that fills `Meaning.outcome`; None where nobody speaks.

    Args:
        sound: how characters sound, so that misheard signs are found.
        reader: for wording that nobody listed; None to do without.
    """
    signs = Signs(_NAMES, sound)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        lines = lines_of(call, sound)
        people = [line for line in lines if line.role is not Role.SYSTEM]
        read = _read(people, reader) if reader is not None else ()
        return replace(meaning, outcome=_outcome(signs.heard(people), read) if people else None)

    return tell


@dataclass(frozen=True, slots=True)
class _Read:
    """What a reader takes a line for."""

    line: Line
    states: Mapping[OutcomeKind, float]
    late: float


def _read(lines: Sequence[Line], reader: Reader) -> list[_Read]:
    """Return what the last lines of both show by their wording."""
    last = max(1, len(lines) - 1)
    found = []
    for role, most in LAST.items():
        telling = [(n, line) for n, line in enumerate(lines) if line.role is role and _tells(line)]
        chosen = telling[-most:]
        readings = reader.read([line.segment.text for _, line in chosen], role)
        found += [
            _Read(line, reading.states, n / last)
            for (n, line), reading in zip(chosen, readings, strict=True)
        ]
    return found


def _tells(line: Line) -> bool:
    return sum(c.isalpha() for c in line.folded) >= _TELLING and not only_listens(line.folded)


def _outcome(heard: Sequence[Heard], read: Sequence[_Read] = ()) -> Outcome:
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
    worded = {kind: _worded(kind, read) for kind in by_kind}
    totals = [_total(hits) + worded[kind][0] for kind, hits in by_kind.items()]
    weights = np.array([*totals, NOTHING])
    chances = np.exp(SLOPE * (weights - weights.max()))
    chances /= chances.sum()
    best = int(chances.argmax())
    if best == len(by_kind):
        return Outcome(OutcomeKind.UNKNOWN)
    kind = list(by_kind)[best]
    score = round(min(SURE, float(chances[best])), 4)
    heaviest = sorted(by_kind[kind], key=lambda h: -_weight(h))[:_MOST_QUOTES]
    heaviest.sort(key=lambda h: h.line.place)
    found = [quote(h.line, h.start, h.end) for h in heaviest]
    shown = worded[kind][1]
    if not found and shown is not None:
        found = [quote(shown, 0, len(shown.folded))]
    quotes = dict.fromkeys(found)
    return Outcome(kind, score, tuple(quotes))


def _worded(kind: OutcomeKind, read: Sequence[_Read]) -> tuple[float, Line | None]:
    """Return the evidence of wording for a kind, and the line that shows it most."""
    weighed = [
        (BY_READING * each.states.get(kind, 0.0) * (EARLY + (1 - EARLY) * each.late), each.line)
        for each in read
    ]
    weighed.sort(key=lambda pair: -pair[0])
    total = sum(weight * FADING**n for n, (weight, _) in enumerate(weighed))
    return total, weighed[0][1] if weighed else None


def _named(heard: Sequence[Heard], name: str) -> list[Heard]:
    return [h for h in heard if h.name == name and not h.denied]


def _weight(heard: Heard) -> float:
    return heard.weight * (EARLY + (1 - EARLY) * heard.late)


def _total(heard: Sequence[Heard]) -> float:
    weights = sorted((_weight(h) for h in heard), reverse=True)
    return sum(weight * FADING**n for n, weight in enumerate(weights))
