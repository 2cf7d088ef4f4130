"""How each side feels over a call: smoothed curves, and its first third against its last.

Pure functions of what is said, be it segments of a call or lines of a dialogue: tables,
pages and rules read the same numbers. Where nothing is known of a feeling the curve has no
value: a silence, an unheard stretch and an unsure classifier are not neutral.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import exp
from typing import Protocol

from huiting.core.types import Emotion, EmotionLabel, Role, Seconds, Share, Span

STEP, LEAST_POINTS, MOST_POINTS = 5.0, 24, 120
"""Seconds from point to point, and how many points there are at least and at most."""
WIDTH, PART = 8.0, 12
"""Seconds (standard deviation) over which a curve is smoothed: about two turns. In a short
call such a part of it, or an outburst would vanish."""
REACH = 2.5
"""Widths from the nearest line whose feeling is known, beyond which a curve has no value."""
_VALENCE = {
    EmotionLabel.HAPPY: 0.8,
    EmotionLabel.NEUTRAL: 0.0,
    EmotionLabel.SURPRISED: 0.0,
    EmotionLabel.SAD: -0.7,
    EmotionLabel.FEARFUL: -0.6,
    EmotionLabel.DISGUSTED: -0.7,
    EmotionLabel.ANGRY: -0.8,
}
"""For sources that give a label and no valence."""


class Spoken(Protocol):
    """A segment of a call, or a line of a dialogue."""

    @property
    def role(self) -> Role:
        """Who says it."""
        ...

    @property
    def span(self) -> Span:
        """When."""
        ...

    @property
    def text(self) -> str:
        """What; empty where no words were understood."""
        ...

    @property
    def emotion(self) -> Emotion | None:
        """How it sounds; None when nobody listened for it."""
        ...


@dataclass(frozen=True, slots=True)
class Feeling:
    """How somebody feels, as far as it is known; each None where it is not."""

    valence: Share | None = None
    """From unpleasant, -1, to pleasant, 1."""
    arousal: Share | None = None
    """From calm, -1, to excited, 1."""
    anger: Share | None = None
    """Probability of anger, in [0, 1]."""

    @property
    def known(self) -> bool:
        """Tell whether anything is known."""
        return (self.valence, self.arousal, self.anger) != (None, None, None)


NOTHING = Feeling()


@dataclass(frozen=True, slots=True)
class Point:
    """A curve at one moment."""

    time: Seconds
    feeling: Feeling
    segments: int = 0
    """Whose feeling counts here."""


@dataclass(frozen=True, slots=True)
class Thirds:
    """How one role feels at the beginning and at the end of a call."""

    first: Feeling
    """Over the first third of the call, weighted by how long each line is."""
    last: Feeling
    """Over the last third."""

    @property
    def rise(self) -> float | None:
        """Valence of the last third less that of the first: above 0 the call ended better."""
        return _less(self.last.valence, self.first.valence)

    @property
    def cooled(self) -> float | None:
        """Anger of the first third less that of the last: above 0 it cooled down."""
        return _less(self.first.anger, self.last.anger)


@dataclass(frozen=True, slots=True)
class EmotionCurve:
    """How one role feels over a call."""

    role: Role
    points: tuple[Point, ...]
    """At even steps from the first second to the last; empty when nothing is known at all."""
    thirds: Thirds
    known: int
    """Lines whose feeling is known."""
    lines: int
    """Lines with words in all."""


def feeling_of(emotion: Emotion | None) -> Feeling:
    """Return what an emotion says; nothing for one that is unknown.

    A label without a valence has the usual one of its kind, weakened by its score.
    """
    if emotion is None:
        return NOTHING
    if emotion.label is EmotionLabel.UNKNOWN and not emotion.odds and emotion.valence is None:
        return NOTHING
    valence = emotion.valence
    if valence is None and emotion.label in _VALENCE:
        valence = _VALENCE[emotion.label] * (1.0 if emotion.score is None else emotion.score)
    return Feeling(valence, emotion.arousal, _anger(emotion))


def _anger(emotion: Emotion) -> float | None:
    if emotion.odds:
        return emotion.odds.get(EmotionLabel.ANGRY, 0.0)
    if emotion.label is EmotionLabel.ANGRY:
        return 1.0 if emotion.score is None else emotion.score
    if emotion.label is EmotionLabel.UNKNOWN:
        return None
    # what is left when the label is right so often, shared by six others
    return 0.0 if emotion.score is None else (1 - emotion.score) / 6


def curves(
    said: Iterable[Spoken], duration: Seconds, roles: Sequence[Role] | None = None
) -> tuple[EmotionCurve, ...]:
    """Return the curve of each role that says something; pure, the same call the same curves.

    Args:
        said: in the call, by start.
        duration: of the call.
        roles: whose; by default the customer's and the agent's, and unknown voices'.
    """
    wanted = roles or (Role.CUSTOMER, Role.AGENT, Role.UNKNOWN)
    by_role: dict[Role, list[Spoken]] = {role: [] for role in wanted}
    for spoken in said:
        if spoken.text and spoken.role in by_role:
            by_role[spoken.role].append(spoken)
    return tuple(_curve(role, own, duration) for role, own in by_role.items() if own)


def thirds(said: Iterable[Spoken], role: Role, duration: Seconds) -> Thirds:
    """Return how `role` feels over the first third of a call and over the last."""
    return _thirds(_felt(s for s in said if s.role is role and s.text), duration)


def _felt(said: Iterable[Spoken]) -> list[tuple[Span, Feeling]]:
    return [(s.span, feeling) for s in said if (feeling := feeling_of(s.emotion)).known]


def _thirds(felt: Sequence[tuple[Span, Feeling]], duration: float) -> Thirds:
    third = duration / 3
    return Thirds(
        _mean(felt, lambda span: span.overlap(Span(0, third))),
        _mean(felt, lambda span: span.overlap(Span(2 * third, duration))),
    )


def _curve(role: Role, said: Sequence[Spoken], duration: float) -> EmotionCurve:
    felt = _felt(said)
    return EmotionCurve(
        role,
        tuple(_points(felt, duration)) if felt else (),
        _thirds(felt, duration),
        known=len(felt),
        lines=len(said),
    )


def _points(felt: Sequence[tuple[Span, Feeling]], duration: float) -> list[Point]:
    step = max(min(STEP, duration / LEAST_POINTS), duration / MOST_POINTS)
    width = min(WIDTH, duration / PART)
    found, first = [], 0
    for number in range(round(duration / step) + 1 if step else 0):
        time = min(number * step, duration)
        # both ends move on with time, so that a long call costs no more a point than a short one
        while first < len(felt) and felt[first][0].end < time - REACH * width:
            first += 1
        near = []
        for span, feeling in felt[first:]:
            if span.start > time + REACH * width:
                break
            if _weight(span, time, width) > 0:
                near.append((span, feeling))
        mean = _mean(near, partial(_weight, time=time, width=width))
        found.append(Point(time, mean, len(near)))
    return found


def _weight(span: Span, time: float, width: float) -> float:
    """Return how much a line counts at a moment: by its length and its distance."""
    away = max(span.start - time, time - span.end, 0.0)
    if away > REACH * width:
        return 0.0
    return exp(-0.5 * (away / width) ** 2) * min(span.duration, width)


def _mean(felt: Sequence[tuple[Span, Feeling]], weight: Callable[[Span], float]) -> Feeling:
    weighted = [(weight(span), feeling) for span, feeling in felt]
    return Feeling(
        _average([(w, f.valence) for w, f in weighted]),
        _average([(w, f.arousal) for w, f in weighted]),
        _average([(w, f.anger) for w, f in weighted]),
    )


def _average(values: Sequence[tuple[float, float | None]]) -> float | None:
    known = [(weight, value) for weight, value in values if value is not None and weight > 0]
    total = sum(weight for weight, _ in known)
    return sum(weight * value for weight, value in known) / total if total else None


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
