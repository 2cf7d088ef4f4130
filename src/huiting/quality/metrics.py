"""Conversation metrics of a call, each as docs/metrics.md defines it.

Times come from the raw regions of speech, never from segments, whose ends say how the
recognizer was fed; text is read only to count what was said and to know a 请稍等 or a
嗯 when it is one. Roles need not be known. Nothing here judges: a rule does.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import fsum, isfinite, log10
from statistics import median
from typing import NamedTuple

from huiting.core.metrics import Metrics, Overlap, PartyMetrics, Silence
from huiting.core.timeline import Timeline, timeline
from huiting.core.types import (
    Call,
    Event,
    EventLabel,
    Party,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.quality._floor import (
    Entry,
    Spurt,
    Stretch,
    Turn,
    entries,
    joined,
    spurts,
    stretches,
    turns,
)
from huiting.quality._phrases import asks_to_wait, only_listens


@dataclass(frozen=True, slots=True)
class Limits:
    """Where one thing ends and another begins, in seconds. docs/metrics.md gives the sources."""

    silence_from: float = 0.2
    """Shorter ones are part of speaking, and not listed."""
    dead_air_from: float = 3.0
    """Shorter silences between speech are neither dead air nor a hold."""
    spurt_pause: float = 0.5
    """The longest pause that does not end a spurt of speech."""
    interruption_from: float = 0.5
    """Speaking at once for less is how turns usually change."""
    listening_to: float = 1.0
    """Shorter speech into another's turn, of which no text is known, is taken for a 嗯."""
    rate_from: float = 2.0
    """Segments with less speech have no speaking rate of their own."""
    click_to: float = 0.3
    """Shorter speech in which no word was recognized is a click: about one syllable long."""
    word_reach: float = 0.3
    """How far from where a word was placed it may really have been said."""


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class _Edges:
    """When spans begin and end, to be searched: of a voice, by start."""

    starts: list[float]
    ends: list[float]

    @classmethod
    def of(cls, spans: Sequence[Span]) -> "_Edges":
        """Take spans by start."""
        return cls([span.start for span in spans], [span.end for span in spans])

    def around(self, span: Span) -> tuple[int, int]:
        """Return the places of the spans that share some time with `span`."""
        return bisect_right(self.ends, span.start), bisect_left(self.starts, span.end)


@dataclass(frozen=True, slots=True)
class _Voice:
    """A party with all that is known of it."""

    party: Party
    speech: list[Span]
    """In order and apart, inside the call."""
    segments: list[Segment]
    """By start."""
    heard: tuple[list[float], list[float]] | None
    """When its words begin and end; None when that is not known of all of them."""
    speaks: "_Edges"
    says: "_Edges"

    @classmethod
    def of(cls, party: Party, speech: list[Span], segments: list[Segment]) -> "_Voice":
        """Take a party with its speech and what it says."""
        said = _Edges.of([segment.span for segment in segments])
        return cls(party, speech, segments, _heard(segments), _Edges.of(speech), said)

    def voiced(self, span: Span) -> float:
        """Return how many seconds of `span` the party speaks."""
        first, last = self.speaks.around(span)
        return fsum([s.overlap(span) for s in self.speech[first:last]])

    def said(self, span: Span) -> list[Segment]:
        """Return the segments that share some time with `span`."""
        first, last = self.says.around(span)
        return self.segments[first:last]

    def has_words(self, span: Span, reach: float) -> bool:
        """Tell whether it says words in `span`: within `reach` where their times are known."""
        if self.heard is None:
            return any(segment.spoken for segment in self.said(span))
        starts, ends = self.heard
        after = bisect_left(ends, span.start - reach)
        return after < len(starts) and starts[after] <= span.end + reach


def measure(call: Call, limits: Limits = USUAL) -> Metrics:
    """Return the metrics of a call; pure, and linear in its regions and segments."""
    voices = _voices(call, limits)
    duration = call.recording.duration
    roles = [voice.party.role for voice in voices]
    pieces = stretches([voice.speech for voice in voices], duration)
    by_start = spurts([voice.speech for voice in voices], limits.spurt_pause)
    cut_in = [entry for entry in entries(by_start) if _interrupts(entry, voices, limits)]
    silences = _silences(pieces, by_start, voices, limits)
    overlaps = _overlaps(pieces, by_start, cut_in, roles)
    held = turns(by_start)
    between = [s for s in silences if s.before is not None and s.after is not None]
    told = {id(s): _Told(units(s.spoken), v.voiced(s.span)) for v in voices for s in v.segments}
    speech = _total(piece.span for piece in pieces if piece.active)
    overlap = _total(item.span for item in overlaps)
    silence = max(0.0, duration - speech)
    return Metrics(
        duration=duration,
        speech=speech,
        silence=silence,
        silence_ratio=silence / duration if duration else None,
        longest_silence=max((s.span.duration for s in between), default=0.0),
        dead_air=_total(s.span for s in between if _is_dead_air(s, limits)),
        hold=_total(s.span for s in between if s.announced),
        overlap=overlap,
        overlap_ratio=overlap / speech if speech else None,
        turns=len(held),
        parties=_parties(voices, pieces, held, cut_in, told, limits),
        silences=silences,
        overlaps=overlaps,
        rates=tuple(told[id(s)].rate(limits) for s in call.segments),
    )


def _total(spans: Iterable[Span]) -> float:
    return fsum(span.duration for span in spans)


def _voices(call: Call, limits: Limits) -> list[_Voice]:
    """Return the parties of the call, and whoever speaks in it without being listed there."""
    parties = {(p.channel, p.speaker): p for p in call.parties}
    heard = [(s.channel, s.speaker, s.role) for s in call.segments]
    heard += [(r.channel, r.speaker, Role.UNKNOWN) for r in call.regions]
    for channel, speaker, role in heard:
        party = Party(channel, speaker, role, RoleSource.ASSUMED)
        parties.setdefault((channel, speaker), party)
    speech: dict[tuple[int, int | None], list[Span]] = {key: [] for key in parties}
    said: dict[tuple[int, int | None], list[Segment]] = {key: [] for key in parties}
    for segment in sorted(call.segments, key=lambda s: s.span):
        said[segment.channel, segment.speaker].append(segment)
    end = call.recording.duration
    for region in call.regions:
        if region.span.start < end:
            inside = Span(region.span.start, min(region.span.end, end))
            speech[region.channel, region.speaker].append(inside)
    voices = [_Voice.of(p, joined(speech[key]), said[key]) for key, p in parties.items()]
    if not call.segments:
        return voices
    tones = timeline((e for e in call.events if e.label in _NOBODY_SPEAKS), lambda e: e.span)
    return [_without_noise(voice, tones, limits) for voice in voices]


def _without_noise(voice: _Voice, tones: Timeline[Event], limits: Limits) -> _Voice:
    speech = [span for span in voice.speech if _is_speech(span, voice, tones, limits)]
    return replace(voice, speech=speech, speaks=_Edges.of(speech))


_NOBODY_SPEAKS = frozenset(
    {EventLabel.MUSIC, EventLabel.RINGBACK, EventLabel.BUSY, EventLabel.DTMF}
)
_MOSTLY = 0.5
"""Share of a wordless stretch from which a sound explains it."""


def _is_speech(span: Span, voice: _Voice, tones: Timeline[Event], limits: Limits) -> bool:
    """Tell speech from music, tones and clicks that the voice detector took for it."""
    if any(segment.spoken for segment in voice.said(span)):
        return True
    if span.duration < limits.click_to:
        return False
    heard = tones.over(span)
    here = (e.span for e in heard if e.channel in (None, voice.party.channel))
    return fsum(tone.overlap(span) for tone in here) <= _MOSTLY * span.duration


def _heard(segments: Sequence[Segment]) -> tuple[list[float], list[float]] | None:
    if not all(segment.words for segment in segments if segment.spoken):
        return None
    words = sorted(word.span for segment in segments for word in segment.words)
    # Running maximum: ends are searched like starts, and a word may lie inside another.
    return [w.start for w in words], list(accumulate((w.end for w in words), max))


def _interrupts(entry: Entry, voices: Sequence[_Voice], limits: Limits) -> bool:
    """Tell whether the second party took the turn, or talked over the first at length."""
    first, second = voices[entry.first.party], voices[entry.second.party]
    start = entry.second.span.start
    began_in_speech = start > entry.first.span.start and first.voiced(Span(start, start + 1e-6)) > 0
    if not began_in_speech or entry.together < limits.interruption_from:
        return False
    at_once = Span(start, start + limits.interruption_from)
    if any(voice.segments for voice in voices) and not (
        first.has_words(at_once, limits.word_reach)
        and second.has_words(entry.second.span, limits.word_reach)
    ):
        return False  # noise may pass for speech, but has no words
    text = _text_of(entry.second, second)
    if text is not None and only_listens(text):
        return False
    long = entry.second.span.duration > limits.listening_to
    return long or (text is not None and entry.outlasts)


def _text_of(spurt: Spurt, voice: _Voice) -> str | None:
    """Return what was said in the spurt; None when that cannot be told from what was around it."""
    segments = voice.said(spurt.span)
    if len(segments) > 0 and all(segment.words for segment in segments):
        words = [word for segment in segments for word in segment.words]
        inside = [w.text for w in words if w.span.overlap(spurt.span) * 2 >= w.span.duration]
        return " ".join(inside) or None
    around = Span(max(0.0, spurt.span.start - 0.5), spurt.span.end + 0.5)
    if all(around.start <= s.span.start and s.span.end <= around.end for s in segments):
        return "".join(s.spoken for s in segments) or None
    return None


def _overlaps(
    pieces: Sequence[Stretch],
    by_start: Sequence[Spurt],
    cut_in: Sequence[Entry],
    roles: Sequence[Role],
) -> tuple[Overlap, ...]:
    """Return each stretch with two or more voices, by who of them has spoken longest."""
    interruptions = {(entry.second.party, entry.second.span.start) for entry in cut_in}
    began = [0.0] * len(roles)
    waiting = iter(by_start)
    coming = next(waiting, None)
    found = []
    for piece in pieces:
        while coming is not None and coming.span.start <= piece.span.start:
            began[coming.party] = coming.span.start
            coming = next(waiting, None)
        if len(piece.active) > 1:
            first, *_, second = sorted(piece.active, key=lambda party: (began[party], party))
            interruption = (second, piece.span.start) in interruptions
            found.append(Overlap(piece.span, roles[first], roles[second], interruption))
    return tuple(found)


def _silences(
    pieces: Sequence[Stretch],
    by_start: Sequence[Spurt],
    voices: Sequence[_Voice],
    limits: Limits,
) -> tuple[Silence, ...]:
    asked = _Asked.of(by_start, voices, limits)
    found = []
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        if piece.active or piece.span.duration < limits.silence_from:
            continue
        # min: when two stop or begin at once, the one who is listed first
        before = min(pieces[place - 1].active) if place > 0 else None
        after = min(pieces[place + 1].active) if place < last else None
        counts = piece.span.duration >= limits.dead_air_from
        between = before is not None and after is not None
        found.append(
            Silence(
                span=piece.span,
                before=None if before is None else voices[before].party.role,
                after=None if after is None else voices[after].party.role,
                announced=counts and between and asked.before(piece.span.start),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Knows whether the agent's last turn before a moment asked to wait."""

    speakers: list[_Voice]
    turns: list[tuple[_Voice, Turn]]
    """Of those who may announce a hold, by start."""

    @classmethod
    def of(cls, by_start: Sequence[Spurt], voices: Sequence[_Voice], limits: Limits) -> "_Asked":
        """Take the agent's and the system's turns; those of unknown parties without an agent."""
        known = any(voice.party.role is Role.AGENT for voice in voices)
        may = {Role.SYSTEM, Role.AGENT if known else Role.UNKNOWN}
        held = turns(by_start, limits.dead_air_from)
        return cls(
            [voice for voice in voices if voice.party.role in may],
            [(voices[t.party], t) for t in held if voices[t.party].party.role in may],
        )

    def before(self, moment: float) -> bool:
        """Tell whether the last turn that began before `moment`, or any last words, asked."""
        said: list[Segment] = []
        place = bisect_left(self.turns, moment, key=lambda pair: pair[1].span.start)
        if place:
            voice, turn = self.turns[place - 1]
            said += voice.said(turn.span)
        for voice in self.speakers:  # said into the other's speech, it is no turn
            place = bisect_left(voice.segments, moment, key=lambda s: s.span.start)
            said += voice.segments[max(0, place - 1) : place]
        return any(asks_to_wait(segment.text) for segment in said)


def _is_dead_air(silence: Silence, limits: Limits) -> bool:
    """Leave out what the caller was told of, and waiting in a queue or a voice menu."""
    queue = Role.SYSTEM in (silence.before, silence.after)
    return silence.span.duration >= limits.dead_air_from and not silence.announced and not queue


# A CJK character, a digit, or a word of any other script. Recognizers write some numbers in
# digits even in their raw text; a digit then stands for the one syllable or word it is said with.
_UNIT = re.compile(
    r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|\d|[^\W\d_\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
    r"(?:['’][^\W\d_]+)*"
)


def units(spoken: str) -> int:
    """Count what is said: characters of Chinese and Japanese, digits, and words of the rest."""
    return len(_UNIT.findall(spoken))


class _Told(NamedTuple):
    """What one segment says, and the talk time in which it does."""

    units: int
    voiced: float

    def rate(self, limits: Limits) -> float | None:
        """Return units a minute; None where too little is said to tell."""
        long = self.units and self.voiced >= limits.rate_from
        return self.units / self.voiced * 60 if long else None


def _parties(
    voices: Sequence[_Voice],
    pieces: Sequence[Stretch],
    held: Sequence[Turn],
    cut_in: Sequence[Entry],
    told: dict[int, _Told],
    limits: Limits,
) -> tuple[PartyMetrics, ...]:
    talk = [_total(voice.speech) for voice in voices]
    total = fsum(talk)
    shared = [0.0] * len(voices)
    for piece in pieces:
        for party in piece.active if len(piece.active) > 1 else ():
            shared[party] += piece.span.duration
    answers = _answers(held, voices)
    found = []
    for number, voice in enumerate(voices):
        said = [told[id(s)] for s in voice.segments]
        count, voiced = sum(one.units for one in said), sum(one.voiced for one in said if one.units)
        fastest = [rate for one in said if (rate := one.rate(limits)) is not None]
        found.append(
            PartyMetrics(
                role=voice.party.role,
                channel=voice.party.channel,
                speaker=voice.party.speaker,
                talk_time=talk[number],
                talk_ratio=talk[number] / total if total else None,
                turns=sum(turn.party == number for turn in held),
                segments=len(voice.segments),
                units=count,
                rate=count / voiced * 60 if voiced else None,
                rate_max=max(fastest, default=None),
                response_median=median(answers[number]) if answers[number] else None,
                response_max=max(answers[number], default=None),
                interruptions=sum(entry.second.party == number for entry in cut_in),
                overlap=shared[number],
                loudness=_loudness(voice.segments),
                loudness_jump=_loudness_jump(voice.segments),
            )
        )
    return tuple(found)


def _answers(held: Sequence[Turn], voices: Sequence[_Voice]) -> list[list[float]]:
    """Return for each party the floor transfer offsets of its answers; a menu is not answered."""
    found: list[list[float]] = [[] for _ in voices]
    for before, after in pairwise(held):
        system = Role.SYSTEM in (voices[before.party].party.role, voices[after.party].party.role)
        if before.party != after.party and not system:
            found[after.party].append(after.span.start - before.span.end)
    return found


def _loudness(segments: Iterable[Segment]) -> float | None:
    """Return the mean power in dBFS, each segment weighted by its length."""
    known = [(s.span.duration, s.loudness) for s in segments if s.loudness is not None]
    total = fsum(length for length, _ in known)
    power = fsum(length * 10 ** (level / 10) for length, level in known)
    return 10 * log10(power / total) if power else None


def _loudness_jump(segments: Iterable[Segment]) -> float | None:
    levels = [s.loudness for s in segments if s.loudness is not None and isfinite(s.loudness)]
    rises = [after - before for before, after in pairwise(levels)]
    return max(0.0, *rises) if rises else None
