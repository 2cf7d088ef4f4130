"""Turn one recording into one analysis: decode, listen, recognize, write down, understand.

Knows no model and no store: it is given objects (`Kit`) and returns a value. Memory does
not grow with the length of the call but for its transcript: audio is read from the
decoder's spool in bounded pieces.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huiting.audio.bleed import without_bleed
from huiting.audio.clips import (
    Cutting,
    Piece,
    clips_of,
    on_recording,
    parted,
    pieces_of,
    place_of,
    sound_of,
)
from huiting.audio.decode import Decoded, Limits, decode, from_samples
from huiting.audio.raw import RawFormat
from huiting.audio.spool import SpooledTrack
from huiting.core.analysis import Analysis, MadeBy
from huiting.core.errors import EngineError
from huiting.core.meaning import Document, Meaning
from huiting.core.ports import (
    Clip,
    Diarizer,
    EmotionTagger,
    Hints,
    Hypothesis,
    MeaningStage,
    Recognizer,
    RoleDecider,
    SoundTagger,
    TextStage,
    VoiceDetector,
)
from huiting.core.types import (
    Call,
    Channel,
    Condition,
    ConditionKind,
    Event,
    Party,
    Recording,
    Region,
    Rejected,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.core.watch import Watch
from huiting.quality.derived import attributed, derived, in_time
from huiting.quality.metrics import measure
from huiting.quality.roles import swapped
from huiting.text.language import refine

log = logging.getLogger(__name__)

SWAPPED_AT = 0.9
"""Confidence from which given roles are taken to be swapped; measured in decisions/0006."""
BATCH = 600.0
"""Seconds of speech handed to the recognizer at once: 38 MB, and enough to sort by length."""
PROBES = 2
"""Clips of one voice whose language is detected before its other clips are asked."""
HEARD = 2.0
"""Seconds of speech from which a voice's own language is believed."""
STANDS_OUT = 0.7
"""Share of the odds that its language must have."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Audio that is in memory already."""

    values: ArrayLike
    """Shape (n,) or (channels, n); floats in [-1, 1] or 16-bit integers."""
    rate: int
    """Hz."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording to analyze and what is known about it."""

    audio: Path | bytes | Samples
    name: str
    """As shown to people; a path or a label."""
    roles: tuple[Role, ...] = ()
    """By channel, where known."""
    started_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    raw: RawFormat | None = None
    """How headerless audio is to be read."""


@dataclass(frozen=True, slots=True)
class Kit:
    """The parts an analysis is made with."""

    vad: VoiceDetector
    asr: Recognizer
    roles: RoleDecider
    made_by: MadeBy
    text: tuple[TextStage, ...] = ()
    diarizer: Diarizer | None = None
    emotion: EmotionTagger | None = None
    sounds: SoundTagger | None = None
    meaning: tuple[MeaningStage, ...] = ()
    documents: Callable[[Analysis], tuple[Document, ...]] | None = None
    """Says which documents of the team's fit a call of which all else is known."""
    speakers: int = 2
    """Voices on a mono recording; 0 to estimate, 1 to leave it whole."""
    cutting: Cutting = field(default_factory=Cutting)
    limits: Limits = field(default_factory=Limits)
    languages: tuple[str, ...] = ("zh", "en", "ja", "ko")
    """Among which a language is detected; a few likely ones make far fewer errors than all."""


Tracks = Mapping[int, SpooledTrack]
"""By channel of the file; without those that carry nothing, or a copy of another."""
Voice = tuple[int, int | None]
"""Channel and speaker: what a `Party` is before it has a role."""


def analyze(source: Source, kit: Kit, hints: Hints, watch: Watch | None = None) -> Analysis:
    """Turn one recording into one analysis.

    Pure but for reading the file: the same recording, kit and hints give the same
    analysis, so work that died may simply be done again.

    Raises:
        UndecodableAudio: the file cannot be read; no stage after "decode" ran.
        EngineError: a model failed.
    """
    watch = watch or Watch()
    with watch("decode"):
        decoded = _decode(source, kit, watch)
    with decoded:
        return _analyze(source, decoded, kit, hints, watch)


def _decode(source: Source, kit: Kit, watch: Watch) -> Decoded:
    if isinstance(source.audio, Samples):
        audio = source.audio
        return from_samples(audio.values, audio.rate, to_rate=kit.asr.rate, limits=kit.limits)
    return decode(
        source.audio,
        rate=kit.asr.rate,
        raw=source.raw,
        limits=kit.limits,
        called=source.name,
        advance=watch.advance,
    )


def _analyze(source: Source, decoded: Decoded, kit: Kit, hints: Hints, watch: Watch) -> Analysis:
    tracks: Tracks = {track.channel: track for track in decoded.alive}
    with watch("vad"):
        cleaned = without_bleed(
            list(tracks.values()), [kit.vad.speech(track) for track in tracks.values()]
        )
        speech = dict(zip(tracks, cleaned.speech, strict=True))
    with watch("speakers"):
        regions = who_speaks(tracks, speech, kit)
    with watch("language"):
        languages = detect(tracks, regions, kit, hints)
    with watch("asr"):
        heard = recognize(tracks, regions, kit, hints, languages, watch)
    with watch("text"):
        written = [reduce(lambda s, stage: stage(s), kit.text, s) for s in heard.segments]
        segments, impressions = in_order(written, heard.impressions)
    with watch("sounds"):
        sounds = [*heard.events, *sounds_in(tracks, speech, kit.sounds)]
    call = Call(
        recording=recording_of(source, decoded),
        parties=assumed(source, decoded, regions),
        regions=tuple(regions),
        segments=segments,
        events=tuple(sounds),
        rejected=tuple(heard.rejected),
        conditions=(
            *decoded.conditions,
            *cleaned.conditions,
            *left_out(heard.rejected),
            *heard_by_others(heard),
        ),
        language=_most_spoken(segments),
    )
    with watch("roles"):
        call = with_roles(call, kit.roles)
    with watch("emotion"):
        felt = with_emotion(call.segments, impressions, kit.emotion)
        call = replace(call, segments=felt)
    with watch("metrics"):
        metrics = measure(call)
        events = in_time([*attributed(call), *derived(call, metrics)])
        call = replace(call, events=events)
    made_by = replace(kit.made_by, settings=digest(source, kit, hints))
    return understand(Analysis(call=call, metrics=metrics, made_by=made_by), kit, watch)


def understand(analysis: Analysis, kit: Kit, watch: Watch | None = None) -> Analysis:
    """Tell what a call is about, from what was heard before.

    Called again when a team has changed its lists: the audio is not needed. A stage that
    fails leaves the rest as it is, and `made_by.meaning` empty, so that the next run tells
    it again; the error is among the problems of `watch`.
    """
    watch = watch or Watch()
    told, whole = Meaning(), True
    with watch("meaning"):
        for stage in kit.meaning:
            try:
                told = stage(analysis.call, told)
            except EngineError as error:
                whole = False
                watch.problems.append(error)
                recording = analysis.call.recording.id
                log.warning("meaning not whole", extra={"recording": recording, "code": error.code})
        made_by = replace(analysis.made_by, meaning=kit.made_by.meaning if whole else "")
        found = replace(analysis, meaning=told, made_by=made_by)
        if kit.documents is not None:
            found = replace(found, meaning=replace(told, documents=kit.documents(found)))
    return found


def digest(source: Source, kit: Kit, hints: Hints) -> str:
    """Return what identifies everything but the audio that can change the analysis.

    What is known of the call counts: a name read by another pattern is another result.
    """
    known = (source.roles, source.started_at, sorted(source.metadata.items()), source.raw)
    by = kit.made_by  # not its version: an update alone is no reason to hear every call again
    model = (by.engine, sorted(by.models.items()), by.settings)
    made = (*model, kit.speakers, kit.cutting, kit.limits, kit.languages)
    return sha256(repr((made, hints, known)).encode(errors="backslashreplace")).hexdigest()[:16]


def recording_of(source: Source, decoded: Decoded) -> Recording:
    """Return what is known of the file."""
    given = dict(enumerate(source.roles)) if len(source.roles) == decoded.channels else {}
    return Recording(
        id=decoded.id,
        path=source.name,
        size=decoded.size,
        duration=decoded.duration,
        rate=decoded.file_rate,
        codec=decoded.codec,
        channels=tuple(Channel(i, given.get(i, Role.UNKNOWN)) for i in range(decoded.channels)),
        started_at=source.started_at,
        metadata=source.metadata,
    )


def who_speaks(tracks: Tracks, speech: Mapping[int, Sequence[Span]], kit: Kit) -> list[Region]:
    """Return every stretch of speech of every voice, by start.

    A recording with several tracks has one voice a track; a single track is diarized.
    """
    if len(tracks) != 1 or kit.diarizer is None or kit.speakers == 1 or not any(speech.values()):
        regions = [Region(i, None, span) for i, spans in speech.items() for span in spans]
    else:
        [(channel, track)] = tracks.items()
        turns = kit.diarizer.turns(track, speech[channel], kit.speakers or None)
        regions = [Region(channel, speaker, span) for speaker, span in turns]
    return sorted(regions, key=lambda r: (r.span, r.channel, r.speaker or 0))


def detect(
    tracks: Tracks, regions: Sequence[Region], kit: Kit, hints: Hints
) -> dict[Voice, str | None]:
    """Return the language of each voice: the one given, or the one its longest speech is in.

    A voice that says little takes the language of the others: two short words tell a
    detector next to nothing, and people on one call mostly share a language.
    """
    voices = _by_voice(regions)
    if hints.language is not None:
        return dict.fromkeys(voices, hints.language)
    odds: dict[Voice, dict[str, float]] = {}
    for voice, spans in voices.items():
        longest = sorted(spans, key=lambda s: -s.duration)[:PROBES]
        probes = [tracks[voice[0]].cut(Span(s.start, min(s.end, s.start + 10))) for s in longest]
        odds[voice] = defaultdict(float)
        for probe, found in zip(probes, kit.asr.languages(probes), strict=True):
            total = sum(found.get(code, 0.0) for code in kit.languages) or 1.0
            for code in kit.languages:
                odds[voice][code] += found.get(code, 0.0) / total * min(probe.duration, 5.0)
    together: dict[str, float] = defaultdict(float)
    for one in odds.values():
        for code, weight in one.items():
            together[code] += weight
    return {voice: _sure(one) or _best(together) for voice, one in odds.items()}


def _sure(odds: Mapping[str, float]) -> str | None:
    """Return the best language when it was heard for long enough and stands out."""
    total = sum(odds.values())
    best = _best(odds)
    sure = best is not None and total >= HEARD and odds[best] >= STANDS_OUT * total
    return best if sure else None


def _best(odds: Mapping[str, float]) -> str | None:
    """Return the likeliest; None where the recognizer had nothing to say of any."""
    best = max(odds, key=lambda code: odds[code], default=None)
    return best if best is not None and odds[best] > 0 else None


def recognize(
    tracks: Tracks,
    regions: Sequence[Region],
    kit: Kit,
    hints: Hints,
    languages: Mapping[Voice, str | None],
    watch: Watch,
) -> "Heard":
    """Recognize all speech, in batches of bounded length; words are on the recording's clock.

    Emotion is listened for on the way, while the sound and what the recognizer's encoder
    made of it are in memory.
    """
    found = Heard()
    total = sum(r.span.duration for r in regions) or 1.0
    done = 0.0
    for language, voices in _by_language(languages).items():
        said = replace(hints, language=language)
        clips = chain.from_iterable(
            clips_of(tracks[channel], channel, speaker, spans, kit.cutting)
            for (channel, speaker), spans in _by_voice(regions).items()
            if (channel, speaker) in voices
        )
        for batch in _batches(clips):
            for clip, hypothesis in _placed(batch, kit, said, tracks):
                found.take(clip, hypothesis, tracks[clip.channel], kit.emotion)
                done += sum(span.duration for span in clip.spans)
                watch.advance(done / total)
    return found


def _placed(
    batch: Sequence[Clip], kit: Kit, hints: Hints, tracks: Tracks
) -> Iterator[tuple[Clip, Hypothesis]]:
    """Yield what is heard of clips; one with pauses and no times is heard anew, part by part.

    Most recognizers tell times of words, or say beforehand that they do not; a server, or an
    aligner that failed, shows it by its answer alone.
    """
    timeless: list[Clip] = []
    heard = kit.asr.transcribe([clip.audio for clip in batch], hints)
    for clip, hypothesis in zip(batch, heard, strict=True):
        if hypothesis.gate is None and hypothesis.text and not hypothesis.words:
            parts = parted(clip, tracks[clip.channel], kit.cutting.pad)
            if len(parts) > 1:
                timeless += parts
                continue
        yield clip, hypothesis
    for part in _batches(timeless):
        again = kit.asr.transcribe([clip.audio for clip in part], hints)
        yield from zip(part, again, strict=True)


@dataclass(slots=True)
class Heard:
    """What the recognizer made of the clips of a call."""

    segments: list[Segment] = field(default_factory=list)
    impressions: list[NDArray[np.float32]] = field(default_factory=list)
    """Of each segment; empty when nobody listens for emotion."""
    rejected: list[Rejected] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    elsewhere: dict[int, float] = field(default_factory=dict)
    """Seconds of speech of each channel that a fallback recognized."""
    again: dict[int, float] = field(default_factory=dict)
    """Seconds of speech of each channel that a second engine heard too."""

    def take(
        self,
        clip: Clip,
        hypothesis: Hypothesis,
        track: SpooledTrack,
        emotion: EmotionTagger | None,
    ) -> None:
        """Add what was heard in a clip; of its sound only impressions are kept."""
        self.events += [
            replace(event, span=on_recording(clip, event.span), channel=clip.channel)
            for event in hypothesis.events
        ]
        seconds = sum(span.duration for span in clip.spans)
        if hypothesis.fallback is not None:
            self.elsewhere[clip.channel] = self.elsewhere.get(clip.channel, 0.0) + seconds
        if hypothesis.again:
            self.again[clip.channel] = self.again.get(clip.channel, 0.0) + seconds
        if hypothesis.gate is not None:
            self.rejected += [Rejected(clip.channel, s, hypothesis.gate) for s in clip.spans]
            return
        pieces = pieces_of(clip, hypothesis)
        self.segments += _segments(clip, pieces, hypothesis, track.gain)
        if emotion is None:
            return
        for piece in pieces:
            states = hypothesis.states and hypothesis.states.cut(place_of(clip, piece.span))
            self.impressions.append(emotion.listen(sound_of(clip, piece.span), states))


def left_out(rejected: Iterable[Rejected]) -> list[Condition]:
    """Say of each channel how much of its speech the recognizer does not survive."""
    seconds: dict[int, float] = defaultdict(float)
    for stretch in rejected:
        if stretch.gate == ConditionKind.UNPROCESSABLE:
            seconds[stretch.channel] += stretch.span.duration
    return [Condition(ConditionKind.UNPROCESSABLE, i, seconds[i]) for i in sorted(seconds)]


def heard_by_others(heard: Heard) -> list[Condition]:
    """Say of each channel how much of its speech a fallback, or a second engine, recognized."""
    found = ((ConditionKind.FALLBACK, heard.elsewhere), (ConditionKind.HEARD_AGAIN, heard.again))
    return [Condition(kind, i, seconds[i]) for kind, seconds in found for i in sorted(seconds)]


def _segments(
    clip: Clip, pieces: Iterable[Piece], hypothesis: Hypothesis, gain: float
) -> Iterator[Segment]:
    for piece in pieces:
        yield Segment(
            channel=clip.channel,
            speaker=clip.speaker,
            role=Role.UNKNOWN,
            span=piece.span,
            spoken=piece.text,
            text=piece.text,
            words=piece.words,
            language=refine(hypothesis.language, piece.text),
            confidence=piece.confidence,
            loudness=_loudness(clip, piece, gain),
            emotion=hypothesis.emotion,
        )


def _loudness(clip: Clip, piece: Piece, gain: float) -> float | None:
    """Return the RMS of a piece as recorded, in dBFS; None for digital silence."""
    samples = sound_of(clip, piece.span).samples
    power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
    return round(10 * float(np.log10(power)) - gain, 2) if power > 0 else None


def _batches(clips: Iterable[Clip]) -> Iterator[list[Clip]]:
    batch: list[Clip] = []
    length = 0.0
    for clip in clips:
        batch.append(clip)
        length += clip.audio.duration
        if length >= BATCH:
            yield batch
            batch, length = [], 0.0
    if batch:
        yield batch


def _by_voice(regions: Iterable[Region]) -> dict[Voice, list[Span]]:
    voices: dict[Voice, list[Span]] = {}
    for region in regions:
        voices.setdefault((region.channel, region.speaker), []).append(region.span)
    return voices


def _by_language(languages: Mapping[Voice, str | None]) -> dict[str | None, list[Voice]]:
    found: dict[str | None, list[Voice]] = {}
    for voice, language in languages.items():
        found.setdefault(language, []).append(voice)
    return found


def with_emotion(
    segments: Sequence[Segment],
    impressions: Sequence[NDArray[np.float32]],
    tagger: EmotionTagger | None,
) -> tuple[Segment, ...]:
    """Give each segment the emotion heard in it; what the engine itself tagged stays.

    A voice is judged as a whole, since anger is a departure from how it usually sounds, and
    with its role: an agent's words of regret or thanks are part of the job.

    Args:
        segments: of a call, in order, with their final text and roles.
        impressions: of each, from `EmotionTagger.listen`.
        tagger: None when nobody wants to know.
    """
    if tagger is None:
        return tuple(segments)
    voices: dict[Voice, list[int]] = {}
    for i, segment in enumerate(segments):
        voices.setdefault((segment.channel, segment.speaker), []).append(i)
    found = list(segments)
    for own in voices.values():
        judged = tagger.judge([segments[i] for i in own], [impressions[i] for i in own])
        for i, emotion in zip(own, judged, strict=True):
            if segments[i].emotion is None:
                found[i] = replace(segments[i], emotion=emotion)
    return tuple(found)


def sounds_in(
    tracks: Tracks, speech: Mapping[int, Sequence[Span]], tagger: SoundTagger | None
) -> list[Event]:
    """Return what sounds besides words, channel by channel."""
    if tagger is None:
        return []
    return [e for i, track in tracks.items() for e in tagger.events(track, i, speech[i])]


def in_order(
    segments: Sequence[Segment], impressions: Sequence[NDArray[np.float32]]
) -> tuple[tuple[Segment, ...], list[NDArray[np.float32]]]:
    """Sort by start, then by channel: the order in which people read a call.

    Impressions, where there are any, go with their segments.
    """
    key = lambda i: (segments[i].span, segments[i].channel, segments[i].speaker or 0)  # noqa: E731
    order = sorted(range(len(segments)), key=key)
    return tuple(segments[i] for i in order), [impressions[i] for i in order if impressions]


def _most_spoken(segments: Iterable[Segment]) -> str | None:
    spoken: dict[str, float] = defaultdict(float)
    for segment in segments:
        if segment.language is not None:
            spoken[segment.language] += segment.span.duration
    return _best(spoken)


def assumed(source: Source, decoded: Decoded, regions: Sequence[Region]) -> tuple[Party, ...]:
    """Return the parties before anything they said was looked at.

    Roles are given by channel, so they say nothing of a recording that has only one.
    """
    several = len(decoded.tracks) > 1 and len(source.roles) == decoded.channels
    given = dict(enumerate(source.roles)) if several else {}
    voices = list(_by_voice(regions))
    heard = {channel for channel, _ in voices}
    voices += [(t.channel, None) for t in decoded.tracks if t.channel not in heard]
    return tuple(
        Party(
            channel,
            speaker,
            role := given.get(channel, Role.UNKNOWN),
            RoleSource.ASSUMED if role is Role.UNKNOWN else RoleSource.GIVEN,
        )
        for channel, speaker in sorted(voices, key=lambda v: (v[0], v[1] or 0))
    )


def with_roles(call: Call, decide: RoleDecider) -> Call:
    """Give every voice its role, and every segment that of its voice.

    Roles that were given and that what is said plainly contradicts are exchanged: a batch
    of a thousand calls has some recorded with the channels the other way round. The call
    then says so.
    """
    parties = tuple(decide(call))
    wiring = swapped(call, parties)
    conditions = call.conditions
    if wiring is not None and wiring >= SWAPPED_AT:
        parties = tuple(_exchanged(party, wiring) for party in parties)
        conditions = (*conditions, Condition(ConditionKind.SWAPPED, value=wiring))
    role = {(p.channel, p.speaker): p.role for p in parties}
    segments = tuple(replace(s, role=role[s.channel, s.speaker]) for s in call.segments)
    return replace(call, parties=parties, segments=segments, conditions=conditions)


def _exchanged(party: Party, confidence: float) -> Party:
    other = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
    if party.source is not RoleSource.GIVEN or party.role not in other:
        return party
    return replace(party, role=other[party.role], source=RoleSource.HEARD, confidence=confidence)
