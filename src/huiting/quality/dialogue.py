"""An analysis made flat for rules and reports: `Dialogue` out of `Analysis`.

Judges nothing and reads no audio. How characters sound is given as an argument: the
quality layer knows no pronunciation.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from pathlib import PurePath

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue, Line, Unclear
from huiting.core.ports import Sound
from huiting.core.rewrite import written_words
from huiting.core.timeline import timeline
from huiting.core.types import Call, EventLabel, Rejected, Role, Segment, Span, Word

_NOBODY_SPEAKS = frozenset(
    {EventLabel.MUSIC, EventLabel.RINGBACK, EventLabel.BUSY, EventLabel.DTMF}
)
_MOSTLY = 0.5
"""Share of a rejected stretch from which a sound explains why no words were found in it."""


def dialogue_of(analysis: Analysis, sound: Sound) -> Dialogue:
    """Return a call as rules and reports read it; pure; the time it takes grows with its length.

    Args:
        analysis: of which events, derived ones included, are taken as they are.
        sound: says how each character of a text sounds; called once a segment.

    Raises:
        ValueError: `sound` does not return one entry for each character.
    """
    call = analysis.call
    rates = chain(analysis.metrics.rates, repeat(None))
    return Dialogue(
        call=call.recording.id,
        name=PurePath(call.recording.path).name,
        duration=call.recording.duration,
        metrics=analysis.metrics,
        lines=tuple(
            _line(place, segment, rate, sound)
            for place, (segment, rate) in enumerate(zip(call.segments, rates, strict=False))
        ),
        events=call.events,
        unclear=tuple(_unclear(call)),
        meaning=analysis.meaning,
        language=call.language,
        started_at=call.recording.started_at,
        metadata=call.recording.metadata,
    )


def _line(place: int, segment: Segment, rate: float | None, sound: Sound) -> Line:
    sounds = tuple(sound(segment.text))
    if len(sounds) != len(segment.text):
        raise ValueError(f"{len(sounds)} sounds for {len(segment.text)} characters")
    starts, ends = _edges(segment)
    return Line(
        segment=place,
        channel=segment.channel,
        speaker=segment.speaker,
        role=segment.role,
        span=segment.span,
        text=segment.text,
        spoken=segment.spoken,
        sound=sounds,
        starts=tuple(starts),
        ends=tuple(ends),
        language=segment.language,
        confidence=segment.confidence,
        loudness=segment.loudness,
        rate=rate,
        emotion=segment.emotion,
    )


def character_times(segment: Segment) -> tuple[Span, ...]:
    """Return when each character of the written text is said; empty without word times.

    The time of a word is shared evenly by its letters, digits and characters. What has
    no sound of its own (punctuation, spaces) takes no time, where it stands.
    """
    return tuple(map(Span, *_edges(segment)))


def _edges(segment: Segment) -> tuple[list[float], list[float]]:
    """Return when each character begins and ends; see `character_times`."""
    starts: list[float] = []
    ends: list[float] = []
    for word in written_words(segment):
        at = segment.text.index(word.text, len(starts))
        now = ends[-1] if ends else word.span.start
        starts += [now] * (at - len(starts))
        ends += [now] * (at - len(ends))
        _share(word, starts, ends)
    rest = [ends[-1]] * (len(segment.text) - len(ends)) if ends else []
    return starts + rest, ends + rest


def _share(word: Word, starts: list[float], ends: list[float]) -> None:
    """Add when each character of a word begins and ends."""
    begin = word.span.start
    if len(word.text) == 1:
        starts.append(begin)
        ends.append(begin + word.span.duration)
        return
    voiced = [char.isalnum() for char in word.text]
    if not any(voiced):
        voiced = [True] * len(voiced)
    step = word.span.duration / sum(voiced)
    passed = 0
    for speaks in voiced:
        starts.append(begin + passed * step)
        passed += speaks
        ends.append(begin + passed * step)


def _unclear(call: Call) -> Iterator[Unclear]:
    """Yield what was taken for speech and not understood, unless a sound explains it."""
    if not call.rejected:
        return
    explained, who = _explains(call), _knows(call)
    for rejected in sorted(call.rejected, key=lambda r: (r.span, r.channel)):
        if not explained(rejected):
            yield Unclear(who(rejected), rejected.channel, rejected.span)


def _explains(call: Call) -> Callable[[Rejected], bool]:
    """Return what tells whether a sound fills most of a rejected stretch."""
    sounds = timeline((e for e in call.events if e.label in _NOBODY_SPEAKS), lambda e: e.span)

    def explained(rejected: Rejected) -> bool:
        heard = sounds.over(rejected.span)
        here = (e.span for e in heard if e.channel in (None, rejected.channel))
        covered = sum(span.overlap(rejected.span) for span in here)
        return covered > _MOSTLY * rejected.span.duration

    return explained


def _knows(call: Call) -> Callable[[Rejected], Role]:
    """Return what tells whose voice it is: the channel's only one, or who spoke there most."""
    regions = timeline(call.regions, lambda region: region.span)

    @cache
    def roles_on(channel: int) -> dict[int | None, Role]:
        return {p.speaker: p.role for p in call.parties if p.channel == channel}

    def who(rejected: Rejected) -> Role:
        roles = roles_on(rejected.channel)
        if len(set(roles.values())) == 1:
            return next(iter(roles.values()))
        spoke = dict.fromkeys(roles, 0.0)
        for region in regions.over(rejected.span):
            if region.channel == rejected.channel and region.speaker in spoke:
                spoke[region.speaker] += region.span.overlap(rejected.span)
        best = max(spoke, key=lambda speaker: spoke[speaker], default=None)
        return roles[best] if spoke.get(best) else Role.UNKNOWN

    return who


def silent(text: str) -> Sequence[str]:
    """Return no sounds: a `Sound` for readers that do not compare by sound."""
    return ("",) * len(text)
