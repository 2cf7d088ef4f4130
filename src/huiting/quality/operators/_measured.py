"""What operators that measure have in common: candidates, of which some are hits."""

from collections.abc import Callable, Iterable
from enum import StrEnum

from huiting.core.dialogue import Dialogue
from huiting.core.types import Role, Span
from huiting.quality.operators._bounds import Bounds
from huiting.quality.rules.asked import NOTHING, Found, Hit, Scope

_MOSTLY = 0.5
"""Share of a stretch that makes it lie in a window in which it does not begin."""


class Measure(StrEnum):
    """What was measured, as the note of a hit says it. Units are in parentheses."""

    SILENCE = "silence"
    """(seconds)"""
    ANNOUNCED = "announced silence"
    """(seconds)"""
    OVERLAP = "overlap"
    """(seconds)"""
    INTERRUPTION = "interruption"
    """(seconds both speak)"""
    RATE = "speaking rate"
    """(units a minute)"""
    AVERAGE_RATE = "average speaking rate"
    """(units a minute)"""
    PEAK_RATE = "peak speaking rate"
    """(units a minute)"""
    LOUDNESS = "loudness"
    """(dBFS)"""
    LOUDNESS_JUMP = "loudness jump"
    """(dB)"""
    TALK_RATIO = "share of talk time"
    """(0 to 1)"""
    DURATION = "duration"
    """(seconds)"""
    TURNS = "turns"
    """(how many)"""
    MEDIAN_RESPONSE = "median response time"
    """(seconds)"""
    LONGEST_RESPONSE = "longest response time"
    """(seconds)"""
    SOUND = "sound"
    """(seconds)"""
    AROUSAL = "change of arousal"
    """(of a scale from -1 to 1)"""
    VALENCE = "change of valence"
    """(of a scale from -1 to 1)"""
    ANGER = "change of anger"
    """(of a scale from 0 to 1)"""


def whole(dialogue: Dialogue) -> Span:
    """Return the span of what concerns the whole call."""
    return Span(0.0, dialogue.duration)


def is_whole(dialogue: Dialogue, scope: Scope) -> bool:
    """Tell whether no window narrows the scope."""
    return any(w.start <= 0 and w.end >= dialogue.duration for w in scope.windows)


def lies(scope: Scope, span: Span) -> bool:
    """Tell whether a stretch begins in a window, or most of it lies in one.

    A silence begins where speech ends, which may be a moment before the last word of an
    anchor does.
    """
    return scope.covers(span) or any(
        w.overlap(span) > _MOSTLY * span.duration for w in scope.windows
    )


def role_of(dialogue: Dialogue, channel: int | None) -> Role | None:
    """Return the only role that speaks on a channel; None when there are several or none."""
    roles = {party.role for party in dialogue.metrics.parties if party.channel == channel}
    return next(iter(roles)) if len(roles) == 1 else None


def compare(bounds: Bounds, candidates: Iterable[Hit], doubts: Iterable[Hit] = ()) -> Found:
    """Return as hits the candidates whose value is as it must be, or what comes nearest.

    Args:
        bounds: what the value must be; the one that decided becomes the limit.
        candidates: with a value; one without is left out.
        doubts: passed on.
    """
    measured = [(hit, hit.value) for hit in candidates if hit.value is not None]
    unclear = _in_order(doubts)
    if not measured:
        return Found(doubts=unclear) if unclear else NOTHING
    hits = [limited(hit, bounds.limit(value)) for hit, value in measured if bounds.holds(value)]
    if hits:
        return Found(_in_order(hits), None, unclear)
    near, value = min(measured, key=lambda pair: bounds.short_of(pair[1]))
    return Found((), limited(near, bounds.limit(value)), unclear)


def limited(hit: Hit, limit: float) -> Hit:
    """Return a hit with what its value was compared with."""
    return Hit(
        hit.span,
        hit.kind,
        hit.channel,
        hit.role,
        hit.segment,
        hit.quote,
        hit.match,
        hit.score,
        hit.value,
        limit,
        hit.note,
    )


def found(
    hits: Iterable[Hit],
    missed: Iterable[Hit],
    distance: Callable[[Hit], float],
    doubts: Iterable[Hit] = (),
) -> Found:
    """Return what was found, by start; without a hit also what missed by the least distance."""
    in_order = _in_order(hits)
    nearest = None if in_order else min(missed, key=distance, default=None)
    return Found(in_order, nearest, _in_order(doubts))


def _in_order(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    found = tuple(hits)
    return tuple(sorted(found, key=lambda hit: hit.span)) if len(found) > 1 else found
