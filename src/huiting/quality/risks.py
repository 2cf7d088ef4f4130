"""Whether a customer may leave, and whether the matter is urgent, from what they say.

Listed signs, and for leaving what a reader takes a line for by its wording. Signs add up as independent chances do. What is denied (我不急, I won't cancel) does not
count, nor does what is only asked for. Nothing heard is no sign, which is not the same as
no risk.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from huiting.core.meaning import Meaning, OutcomeKind, Quote, Sign
from huiting.core.ports import MeaningStage, Sound
from huiting.core.reading import Reader
from huiting.core.types import Call, Role
from huiting.quality.said.lines import Line, lines_of, quote
from huiting.quality.said.signs import Heard, Signs

UNSOLVED = 0.2
"""Chance that a customer leaves over a matter left unsolved, beside what they say of it."""
SURE = 0.95
MEANT = 0.25
"""Chance by wording from which a line is taken for a sign."""
TELLING = 4
"""Letters from which a line is read."""
_MOST_QUOTES = 3


def churn_stage(sound: Sound, reader: Reader | None = None) -> MeaningStage:
    """Return the stage that fills `Meaning.churn`; after `outcome_stage`, which it looks at.

    Args:
        sound: how characters sound, so that misheard signs are found.
        reader: for wording that nobody listed; None to do without.
    """
    signs = Signs(("churn",), sound)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        heard = _stated(signs, call, sound)
        if reader is not None:
            listed = {h.line.place for h in heard}
            worded = _worded(lines_of(call, sound), reader)
            heard += [h for h in worded if h.line.place not in listed]
        outcome = meaning.outcome
        if outcome is None or outcome.kind is not OutcomeKind.UNSOLVED:
            return replace(meaning, churn=_sign(heard))
        left = UNSOLVED * (outcome.score or 0.0)
        complaints = tuple(q for q in outcome.quotes if q.role is Role.CUSTOMER)
        return replace(meaning, churn=_sign(heard, left, complaints))

    return tell


def urgency_stage(sound: Sound) -> MeaningStage:
    """Return the stage that fills `Meaning.urgency`."""
    signs = Signs(("urgency",), sound)

    def tell(call: Call, meaning: Meaning) -> Meaning:
        return replace(meaning, urgency=_sign(_stated(signs, call, sound)))

    return tell


def _worded(lines: Sequence[Line], reader: Reader) -> list[Heard]:
    """Return the customer's lines that say by their wording that they leave."""
    asked = [
        line
        for line in lines
        if line.role in {Role.CUSTOMER, Role.UNKNOWN}
        and sum(c.isalpha() for c in line.folded) >= TELLING
    ]
    readings = reader.read([line.segment.text for line in asked], Role.CUSTOMER)
    return [
        Heard("churn", line, 0, len(line.folded), reading.leaves, 0.0, denied=False, asked=False)
        for line, reading in zip(asked, readings, strict=True)
        if reading.leaves >= MEANT
    ]


def _stated(signs: Signs, call: Call, sound: Sound) -> list[Heard]:
    heard = signs.heard(lines_of(call, sound))
    return [h for h in heard if not h.denied]


def _sign(heard: Sequence[Heard], left: float = 0.0, more: Sequence[Quote] = ()) -> Sign | None:
    """Return the chance that at least one sign is meant; None where there is none.

    The same words said again count once.
    """
    said: dict[str, Heard] = {}
    for hit in heard:
        words = hit.line.folded[hit.start : hit.end]
        if words not in said or hit.weight > said[words].weight:
            said[words] = hit
    quotes = [quote(h.line, h.start, h.end) for h in sorted(said.values(), key=lambda h: -h.weight)]
    if not quotes and not more:
        return None
    none = (1 - left) * prod(1 - h.weight for h in said.values())
    unique = tuple(dict.fromkeys([*quotes, *more]))[:_MOST_QUOTES]
    return Sign(round(min(SURE, 1 - none), 4), unique)
