"""Who holds the floor: spurts, turns, overlaps and silences out of regions of speech.

Works on numbered parties and spans alone; it knows neither text nor roles. All of it is
linear in the number of regions, but for one sort.

Source:
    Sacks, Schegloff & Jefferson (1974), "A simplest systematics for the organization of
    turn-taking for conversation"; Heldner & Edlund (2010), "Pauses, gaps and overlaps in
    conversations", whose gap, between-speaker overlap and within-speaker overlap these are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from huiting.core.types import Span


@dataclass(frozen=True, slots=True)
class Spurt:
    """Speech of one party without a pause that would end it."""

    party: int
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """Consecutive spurts of the party that holds the floor."""

    party: int
    span: Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which the same parties speak; none of them in a silence."""

    span: Span
    active: frozenset[int]


def joined(spans: Sequence[Span], pause: float = 0.0) -> list[Span]:
    """Return the spans in order, those that overlap or lie at most `pause` apart made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start - found[-1].end <= pause:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def stretches(speech: Sequence[Sequence[Span]], duration: float) -> list[Stretch]:
    """Cut [0, duration] wherever a party begins or stops.

    Args:
        speech: spans of each party, in order and apart, inside [0, duration].
        duration: of the call.
    """
    changes: dict[float, list[int]] = {}
    for party, spans in enumerate(speech):
        for span in spans:
            if span.end > span.start:
                changes.setdefault(span.start, []).append(party)
                changes.setdefault(span.end, []).append(party)
    found: list[Stretch] = []
    active: frozenset[int] = frozenset()
    at = 0.0
    for time in sorted(changes):
        if time > at:
            found.append(Stretch(Span(at, time), active))
        # a party's spans are apart, so it never stops and begins at the same time
        active = active.symmetric_difference(changes[time])
        at = time
    if duration > at:
        found.append(Stretch(Span(at, duration), active))
    return found


def spurts(speech: Sequence[Sequence[Span]], pause: float) -> list[Spurt]:
    """Return the spurts of all parties by start; pauses up to `pause` do not end one."""
    found = [
        Spurt(party, span) for party, spans in enumerate(speech) for span in joined(spans, pause)
    ]
    return sorted(found, key=lambda spurt: (spurt.span, spurt.party))


def turns(by_start: Sequence[Spurt], longest_pause: float = inf) -> list[Turn]:
    """Return the turns. Speech wholly inside another party's does not take the floor.

    A party that goes on after silence of `longest_pause` or more begins a new turn.
    """
    found: list[Turn] = []
    reach = -1.0
    for spurt in by_start:
        if spurt.span.end <= reach:  # of another party: a party's own spurts are apart
            continue
        goes_on = spurt.span.start - reach < longest_pause
        reach = spurt.span.end
        if found and found[-1].party == spurt.party and goes_on:
            found[-1] = Turn(spurt.party, Span(found[-1].span.start, reach))
        else:
            found.append(Turn(spurt.party, spurt.span))
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """A party begins to speak while another is speaking."""

    first: Spurt
    second: Spurt

    @property
    def together(self) -> float:
        """Seconds until one of them stops."""
        return self.first.span.overlap(self.second.span)

    @property
    def outlasts(self) -> bool:
        """The one who came in still speaks when the other has stopped."""
        return self.second.span.end > self.first.span.end


def entries(by_start: Sequence[Spurt]) -> list[Entry]:
    """Return, for each spurt that begins inside another, who was speaking longest of them."""
    found: list[Entry] = []
    speaking: list[Spurt] = []
    for spurt in by_start:
        speaking = [s for s in speaking if s.span.end > spurt.span.start]
        if speaking:
            found.append(Entry(speaking[0], spurt))
        speaking.append(spurt)
    return found
