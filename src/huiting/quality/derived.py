"""Events that follow from who speaks when, and what is said: silence, hold, cross-talk.

Each is named as derived (`EventSource.DERIVED`); none is heard by a model. They rest on the
metrics of the call, whose limits decide what counts as silence or as an interruption, and on
its segments. How each is defined stands in docs/reference/events.md.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite
from statistics import median

from huiting.core.metrics import Metrics, Silence
from huiting.core.types import Call, Event, EventLabel, EventSource, Role, Segment, Span
from huiting.quality._phrases import asks_to_wait
from huiting.quality._questions import asks
from huiting.quality.metrics import USUAL as USUAL_LIMITS


@dataclass(frozen=True, slots=True)
class Limits:
    """Where something becomes worth an event."""

    silence_from: float = USUAL_LIMITS.dead_air_from
    """Seconds between speech."""
    crosstalk_from: float = 0.3
    """Seconds; turns usually change with less of it."""
    louder_by: float = 6.0
    """dB above the segment before: twice the amplitude."""
    loudest_by: float = 4.0
    """dB above the voice's own median, so that a return from a murmur is no jump."""
    faster_by: float = 1.35
    """Times the voice's own median rate."""
    spread: float = 2.5
    """Robust standard deviations above the voice's own median; for both."""
    measured_from: int = 4
    """Segments from which a voice has a median rate to speak of."""


USUAL = Limits()
_DEVIATIONS = 1.4826
"""Median absolute deviations in a standard deviation, for normal values."""
_SHORTEST = 0.5
"""Seconds of a segment whose loudness means something."""
_HUMAN = frozenset(
    {EventLabel.LAUGHTER, EventLabel.CRY, EventLabel.COUGH, EventLabel.SNEEZE, EventLabel.BREATH}
)
_NEAR = 2.0
"""Seconds around a laugh in which whoever laughs also speaks."""


def derived(call: Call, metrics: Metrics, limits: Limits = USUAL) -> tuple[Event, ...]:
    """Return the derived events of a call, by start; pure, and linear but for one sort.

    Args:
        call: with its final text and roles; its events are not looked at.
        metrics: of the same call.
        limits: where something becomes worth an event.
    """
    said = _Said.of(call)
    found = [
        *_silences(metrics, said, limits),
        *_overlaps(metrics, said, limits),
        *(event for voice in _voices(call) for event in _louder(call, voice, limits)),
        *(event for voice in _voices(call) for event in _faster(call, metrics, voice, limits)),
    ]
    return tuple(sorted(found, key=lambda e: (e.span, e.label)))


def in_time(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events by start, those that say the same of the same time made one.

    Two events are the same when label, channel and role agree and they overlap. The one
    with the higher score stays, over the time of both.
    """
    found: list[Event] = []
    last: dict[tuple[EventLabel, int | None, Role | None], int] = {}
    for event in sorted(events, key=lambda e: (e.span, e.label, e.channel or 0)):
        key = (event.label, event.channel, event.role)
        place = last.get(key)
        if place is not None and found[place].span.overlap(event.span) > 0:
            found[place] = _merged(found[place], event)
        else:
            last[key] = len(found)
            found.append(event)
    return tuple(found)


def _merged(one: Event, other: Event) -> Event:
    better = max(one, other, key=lambda e: -1.0 if e.score is None else e.score)
    return replace(better, span=Span(one.span.start, max(one.span.end, other.span.end)))


def attributed(call: Call) -> tuple[Event, ...]:
    """Return the call's events; laughs, coughs and the like with the role of whose they are.

    That is the channel's only role, or on a shared channel the voice that speaks nearest
    to it, within two seconds.
    """
    roles: dict[int, set[Role]] = defaultdict(set)
    for party in call.parties:
        roles[party.channel].add(party.role)
    return tuple(
        replace(event, role=_whose(event, call, roles[event.channel]))
        if event.label in _HUMAN and event.role is None and event.channel is not None
        else event
        for event in call.events
    )


def _whose(event: Event, call: Call, roles: set[Role]) -> Role | None:
    if len(roles) == 1:
        return next(iter(roles))
    role = {(p.channel, p.speaker): p.role for p in call.parties}
    near = [
        (max(r.span.start - event.span.end, event.span.start - r.span.end), r)
        for r in call.regions
        if r.channel == event.channel
    ]
    distance, region = min(near, key=lambda pair: pair[0], default=(_NEAR, None))
    if region is None or distance >= _NEAR:
        return None
    return role.get((region.channel, region.speaker))


def _silences(metrics: Metrics, said: "_Said", limits: Limits) -> Iterator[Event]:
    for silence in metrics.silences:
        long = silence.span.duration >= limits.silence_from
        if not long or silence.before is None or silence.after is None:
            continue
        if silence.announced:
            yield _event(EventLabel.HOLD, silence.span, Role.AGENT)
        else:
            yield _event(EventLabel.SILENCE, silence.span, _expected(silence, said))


def _event(label: EventLabel, span: Span, role: Role | None) -> Event:
    return Event(label, span, EventSource.DERIVED, role=role, value=span.duration)


@dataclass(frozen=True, slots=True)
class _Said:
    """The segments of each role, by start."""

    by_role: dict[Role, list[Segment]]

    @classmethod
    def of(cls, call: Call) -> "_Said":
        by_role: dict[Role, list[Segment]] = defaultdict(list)
        for segment in sorted(call.segments, key=lambda s: s.span):
            by_role[segment.role].append(segment)
        return cls(by_role)

    def last(self, role: Role, moment: float) -> str:
        """Return what a role said last before a moment; empty when nothing."""
        segments = self.by_role.get(role, [])
        place = bisect_left(segments, moment, key=lambda s: s.span.start)
        return segments[place - 1].text if place else ""

    def anything(self, role: Role, span: Span) -> bool:
        """Tell whether a role says something then; without any text nobody can tell."""
        if not self.by_role:
            return True
        segments = self.by_role.get(role, [])
        place = bisect_left(segments, span.end, key=lambda s: s.span.start)
        return any(s.text and s.span.overlap(span) > 0 for s in segments[max(0, place - 4) : place])


def _expected(silence: Silence, said: _Said) -> Role | None:
    """Return who was expected to speak; None where roles do not tell.

    After the customer's words the agent, unless the customer asked to wait; after a
    question of the agent the customer; after anything else the agent says, the agent, who
    holds the floor and serves. A menu or announcement that is silent owes the next word.
    """
    assert silence.before is not None
    words = said.last(silence.before, silence.span.start)
    match silence.before:
        case Role.CUSTOMER:
            return Role.CUSTOMER if asks_to_wait(words) else Role.AGENT
        case Role.AGENT:
            return Role.CUSTOMER if asks(words) else Role.AGENT
        case Role.SYSTEM:
            return Role.SYSTEM
        case _:
            return None


def _overlaps(metrics: Metrics, said: _Said, limits: Limits) -> Iterator[Event]:
    for overlap in metrics.overlaps:
        if overlap.interruption:
            yield _event(EventLabel.INTERRUPTION, overlap.span, overlap.second)
        long = overlap.span.duration >= limits.crosstalk_from
        # babble behind a speaker may pass for speech, but has no words
        with_words = all(said.anything(r, overlap.span) for r in (overlap.first, overlap.second))
        if overlap.interruption or (long and with_words):
            yield _event(EventLabel.CROSSTALK, overlap.span, overlap.second)


def _voices(call: Call) -> list[list[int]]:
    """Return the places of each voice's segments, by start."""
    voices: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for place in sorted(range(len(call.segments)), key=lambda i: call.segments[i].span):
        segment = call.segments[place]
        voices[segment.channel, segment.speaker].append(place)
    return list(voices.values())


def _louder(call: Call, voice: Sequence[int], limits: Limits) -> Iterator[Event]:
    loud = [
        (segment, segment.loudness)
        for segment in (call.segments[place] for place in voice)
        if segment.loudness is not None
        and isfinite(segment.loudness)
        and segment.span.duration >= _SHORTEST
    ]
    usual, spread = _usual([level for _, level in loud])
    least = usual + max(limits.loudest_by, limits.spread * spread)
    for (_, before), (segment, level) in pairwise(loud):
        if level - before >= limits.louder_by and level >= least:
            yield _jump(EventLabel.LOUDNESS_JUMP, segment, level - before)


def _faster(call: Call, metrics: Metrics, voice: Sequence[int], limits: Limits) -> Iterator[Event]:
    rates = [
        (call.segments[place], rate)
        for place in voice
        if place < len(metrics.rates) and (rate := metrics.rates[place]) is not None
    ]
    if len(rates) < limits.measured_from:
        return
    usual, spread = _usual([rate for _, rate in rates])
    least = max(usual * limits.faster_by, usual + limits.spread * spread)
    for segment, rate in rates:
        if rate >= least:
            yield _jump(EventLabel.RATE_SPIKE, segment, rate)


def _jump(label: EventLabel, segment: Segment, value: float) -> Event:
    return Event(
        label,
        segment.span,
        EventSource.DERIVED,
        channel=segment.channel,
        role=segment.role,
        value=value,
    )


def _usual(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and a robust standard deviation; zeros when there is nothing."""
    if not values:
        return 0.0, 0.0
    middle = median(values)
    return middle, _DEVIATIONS * median(abs(value - middle) for value in values)
