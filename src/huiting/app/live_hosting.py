"""The model host of live calls, and what its child runs: a stretch of speech becomes segments.

It is another process than that of recordings, so that a call that runs never waits for a
batch; it is begun with the first live call and let go when there was none for a while.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from huiting.app.hosting import Kits, Made
from huiting.app.logs import start_logging
from huiting.app.recognizers import part
from huiting.app.settings import Settings
from huiting.app.streaming import source_of, streaming
from huiting.audio.clips import place_of, sound_of
from huiting.core.ports import EmotionTagger, Hints, Hypothesis
from huiting.core.types import Role, Segment, Span
from huiting.core.watch import Progress
from huiting.engines.careful import Journal as CarefulJournal
from huiting.engines.careful import at_once_with_care, with_care
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.live.asks import Ask
from huiting.live.hearing import segments_of
from huiting.live.streams import MOST, Key, Streams
from huiting.service.live.hearing import LISTEN, Earlier, Heard, HostListener, Listen

FACTORY = "huiting.app.live_hosting:build"
CHANNELS = 4
"""Streams for each live call that there may be: twice those of two channels."""
_settings = TypeAdapter(Settings)


def listener_of(settings: Settings, parallel: int) -> tuple[HostListener, ModelHost]:
    """Return what hears live calls, and the host to be closed at the end."""
    payload = _settings.dump_json(small(settings))
    limits = Limits(parallel=parallel, watchdog=30.0)
    if settings.live_warm:
        limits = replace(limits, idle=0.0)  # loaded is what they shall be, needed or not
    host = ModelHost(FACTORY, payload, tuple(sys.path), limits)
    return HostListener(host, host.load), host


def small(settings: Settings) -> Settings:
    """Return the settings without what is not heard while a call runs."""
    return replace(settings, sounds=False, speakers=1)


@contextmanager
def build(payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Load the models while inside; give the task of the child. A `child.Factory`.

    Raises:
        ConfigError: a setting is wrong.
        ModelUnavailable: weights are missing or wrong.
    """
    settings = _settings.validate_json(payload)
    start_logging(settings.log, sys.stderr)
    with ExitStack() as stack:
        kits = Kits(settings, journal, stack, at_once_with_care)
        kits.of("{}", whole=True)
        by_stream = _by_stream(settings, kits, stack, journal)
        yield {LISTEN: partial(listen, kits=kits, timeless=set(), by_stream=by_stream)}


def _by_stream(
    settings: Settings, kits: Kits, stack: ExitStack, journal: Journal
) -> "ByStream | None":
    """Load the engine that streams, if any is to; it stays until the child ends."""
    found = streaming(settings)
    if found is None:
        return None
    held = stack.enter_context(kits.held(part(settings, found.engine)))
    most = max(MOST, CHANNELS * settings.live_calls)
    streams = Streams(source_of(held), time.monotonic, most=most)
    return ByStream(streams, journal, finals=found.finals)


@dataclass(frozen=True, slots=True)
class ByStream:
    """What is heard by streams, and what notes it."""

    streams: Streams
    journal: CarefulJournal
    finals: bool
    """Finals, too; else only what is being said."""

    def wanted(self, asked: Listen) -> bool:
        """Tell whether a stretch is heard so. What only seems to be over is not: it may go on."""
        if asked.complete and not (self.finals and asked.final):
            return False
        return bool(asked.call)

    def hear(self, asked: Listen, ask: Ask, hints: Hints) -> Hypothesis:
        """Hear what of a segment was not heard before.

        Raises:
            EngineError: the model failed.
        """
        key = Key(asked.call, asked.channel, asked.number)

        def hear() -> Hypothesis:
            return self.streams.hear(key, ask.audio.samples, hints, over=asked.final)

        return with_care(self.journal, ask.audio, hear)


def listen(
    payload: bytes,
    _progress: Callable[[Progress], None],
    *,
    kits: Kits,
    timeless: set[str],
    by_stream: "ByStream | None" = None,
) -> bytes:
    """Return what is said in a stretch of a call.

    Args:
        payload: a `Listen`.
        kits: to hear with.
        timeless: options with which words were heard to have no times; added to.
        by_stream: hears as the call goes on, if anything does.

    Raises:
        InputError: what is wanted makes no sense.
        EngineError: a model failed.
    """
    asked = Listen.read(payload)
    return heard(asked, kits.of(asked.options, whole=True), timeless, by_stream).packed()


def heard(
    asked: Listen, made: Made, timeless: set[str], by_stream: "ByStream | None" = None
) -> Heard:
    """Hear a stretch as the pipeline would; how it sounds, too, when it is complete."""
    odds: dict[str, float] = {}
    if by_stream is not None and by_stream.wanted(asked):
        ask = asked.ask.lighter(0.0)
        hints = replace(made.hints, language=asked.language or made.hints.language)
        hypothesis = by_stream.hear(asked, ask, hints)
    else:
        ask, hypothesis, odds = _by_clip(asked, made, timeless)
    said = [replace(s, role=asked.role) for s in segments_of(ask, hypothesis)]
    kit = made.kit
    written = tuple(reduce(lambda s, stage: stage(s), kit.text, segment) for segment in said)
    if kit.emotion is None or not asked.complete:
        return Heard(written, (), odds)
    impressions = []
    for segment in written:
        states = hypothesis.states and hypothesis.states.cut(place_of(ask.clip, segment.span))
        impressions.append(kit.emotion.listen(sound_of(ask.clip, segment.span), states))
    return Heard(_felt(written, impressions, asked, kit.emotion), tuple(impressions), odds)


def _by_clip(
    asked: Listen, made: Made, timeless: set[str]
) -> tuple[Ask, Hypothesis, dict[str, float]]:
    """Return what was heard of a stretch, what was said in it, and what languages it may be in.

    Where words have no times nobody can tell what was said before: it is heard without that.
    """
    kit, ask = made.kit, asked.ask
    if asked.options in timeless:
        ask = ask.lighter(0.0)
    odds: dict[str, float] = {}
    language = asked.language or made.hints.language
    if language is None:
        [found] = kit.asr.languages([ask.audio])
        odds = {code: found.get(code, 0.0) for code in kit.languages}
        language = max(odds, key=lambda code: odds[code]) if any(odds.values()) else None
    hints = replace(made.hints, language=language)
    [hypothesis] = kit.asr.transcribe([ask.audio], hints)
    if hypothesis.text and not hypothesis.words and ask.own != ask.spans:
        timeless.add(asked.options)
        ask = ask.lighter(0.0)
        [hypothesis] = kit.asr.transcribe([ask.audio], hints)
    return ask, hypothesis, odds


def _felt(
    segments: Sequence[Segment],
    impressions: Sequence[NDArray[np.float32]],
    asked: Listen,
    tagger: EmotionTagger,
) -> tuple[Segment, ...]:
    """Give segments the emotion heard in them, against what the voice said before."""
    before = [_spoken(earlier, asked.channel, asked.role) for earlier in asked.earlier]
    sounded = [np.frombuffer(earlier.impression, np.float32) for earlier in asked.earlier]
    found = tagger.judge([*before, *segments], [*sounded, *impressions])[len(before) :]
    pairs = zip(segments, found, strict=True)
    return tuple(replace(s, emotion=s.emotion or emotion) for s, emotion in pairs)


def _spoken(earlier: Earlier, channel: int, role: Role) -> Segment:
    """Return an earlier segment as far as it counts for emotion: what was said, and by whom."""
    return Segment(channel, None, role, Span(0.0, 0.0), earlier.text, earlier.text)
