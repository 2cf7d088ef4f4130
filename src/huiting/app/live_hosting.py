"""The model host of live calls, and what its child runs: a stretch of speech becomes segments.

It is another process than that of recordings, so that a call that runs never waits for a
batch; it is begun with the first live call and let go when there was none for a while.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial, reduce

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from huiting.app.hosting import Kits, Made
from huiting.app.logs import start_logging
from huiting.app.settings import Settings
from huiting.audio.clips import place_of, sound_of
from huiting.core.ports import EmotionTagger
from huiting.core.types import Role, Segment, Span
from huiting.core.watch import Progress
from huiting.engines.careful import at_once_with_care
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.live.hearing import segments_of
from huiting.service.live.hearing import LISTEN, Earlier, Heard, HostListener, Listen

FACTORY = "huiting.app.live_hosting:build"
_settings = TypeAdapter(Settings)


def listener_of(settings: Settings, parallel: int) -> tuple[HostListener, ModelHost]:
    """Return what hears live calls, and the host to be closed at the end."""
    payload = _settings.dump_json(small(settings))
    limits = Limits(parallel=parallel, watchdog=30.0)
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
        yield {LISTEN: partial(listen, kits=kits, timeless=set())}


def listen(
    payload: bytes, _progress: Callable[[Progress], None], *, kits: Kits, timeless: set[str]
) -> bytes:
    """Return what is said in a stretch of a call.

    Args:
        payload: a `Listen`.
        kits: to hear with.
        timeless: options with which words were heard to have no times; added to.

    Raises:
        InputError: what is wanted makes no sense.
        EngineError: a model failed.
    """
    asked = Listen.read(payload)
    return heard(asked, kits.of(asked.options, whole=True), timeless).packed()


def heard(asked: Listen, made: Made, timeless: set[str]) -> Heard:
    """Hear a stretch as the pipeline would; how it sounds, too, when it is complete.

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
    said = [replace(s, role=asked.role) for s in segments_of(ask, hypothesis)]
    written = tuple(reduce(lambda s, stage: stage(s), kit.text, segment) for segment in said)
    if kit.emotion is None or not asked.complete:
        return Heard(written, (), odds)
    impressions = []
    for segment in written:
        states = hypothesis.states and hypothesis.states.cut(place_of(ask.clip, segment.span))
        impressions.append(kit.emotion.listen(sound_of(ask.clip, segment.span), states))
    return Heard(_felt(written, impressions, asked, kit.emotion), tuple(impressions), odds)


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
