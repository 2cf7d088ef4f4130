"""How each side felt, at first and at last; and what followed when the customer was upset."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.calming import CalmDown, after_upset
from huiting.core.curves import EmotionCurve
from huiting.service.reading import Seen
from huiting.web.site.call.lanes import felt

CHANGE = 0.15
"""Change of valence from which a mood is said to be better or worse."""


@dataclass(frozen=True, slots=True)
class Outburst:
    """A time that the customer was upset."""

    calm: CalmDown
    text: str
    """What they said."""


@dataclass(frozen=True, slots=True)
class Moods:
    """How a call felt."""

    curves: Sequence[EmotionCurve]
    """Of each side of whose feeling something is known."""
    outbursts: Sequence[Outburst]


def moods(seen: Seen) -> Moods:
    """Return how a call felt; empty where nobody listened for it."""
    segments = seen.analysis.call.segments
    outbursts = [
        Outburst(calm, " ".join(segments[place].text for place in calm.lines))
        for calm in after_upset(segments)
    ]
    return Moods(felt(seen), outbursts)
