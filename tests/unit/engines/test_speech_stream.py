"""A track that arrives has the speech of the whole track, however it is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from huiting.core.ports import StreamingDetector
from huiting.core.types import Span
from huiting.engines._hysteresis import Decision, speech_spans
from huiting.engines._speech_stream import SpeechStream
from huiting.engines._stillness import still_frames

RATE, HOP = 16_000, 512
PIECES = st.lists(st.integers(0, 6_000), max_size=40)


def noise(seconds: float, level: float = 0.05) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return rng.normal(0, level, round(seconds * RATE)).astype(np.float32)


def sine(*frequencies: float, seconds: float) -> NDArray[np.float32]:
    t = np.arange(round(seconds * RATE)) / RATE
    waves = [0.1 * np.sin(2 * np.pi * f * t) for f in frequencies]
    return np.asarray(np.sum(waves, axis=0), np.float32)


def loud(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take loudness for speech."""
    frames = np.abs(samples.reshape(-1, HOP)).mean(axis=1)
    return np.asarray(frames > 0.02, np.float32)


def stream() -> SpeechStream:
    return SpeechStream(loud, Decision(), HOP, RATE)


def whole(samples: NDArray[np.float32]) -> list[Span]:
    frames = np.pad(samples, (0, -len(samples) % HOP)).reshape(-1, HOP)
    likely = np.where(still_frames(frames), 0.0, loud(frames))
    end = len(samples) / RATE
    return speech_spans(likely.tolist(), hop=HOP / RATE, end=end, decision=Decision())


def sound() -> NDArray[np.float32]:
    """Noise taken for speech, with pauses, a click, and tones that stand still."""
    rest = noise(0.5, 0.002)
    parts = [rest, noise(0.7), rest, sine(440.0, 480.0, seconds=0.9), noise(0.25), rest]
    parts += [noise(0.06), rest[:2_000], noise(0.4), rest[:1_111]]
    return np.concatenate(parts)


def streamed(samples: NDArray[np.float32], sizes: list[int]) -> list[Span]:
    arriving: StreamingDetector = stream()
    found: list[Span] = []
    at = 0
    for size in [*sizes, len(samples)]:
        found += arriving.feed(samples[at : at + size])
        at += size
    return [*found, *arriving.finish()]


@settings(max_examples=30)
@given(PIECES)
def test_regions_are_those_of_the_whole_track(sizes: list[int]) -> None:
    assert streamed(sound(), sizes) == whole(sound())


def test_tones_that_stand_still_are_no_speech() -> None:
    tones = np.concatenate((noise(0.5, 0.002), sine(440.0, 480.0, seconds=2)))
    arriving = stream()
    arriving.feed(tones)

    assert arriving.going is None
    assert arriving.finish() == []


def test_what_is_spoken_now_is_going_and_then_a_region() -> None:
    arriving = stream()
    arriving.feed(np.concatenate((noise(0.5, 0.002), noise(0.5))))
    going = arriving.going
    assert going is not None
    assert going.sure
    assert going.span.end == pytest.approx(1.0, abs=0.04)
    [region] = arriving.feed(noise(0.5, 0.002))

    assert arriving.going is None
    assert region.start == going.span.start
    assert region.end == pytest.approx(going.span.end + 0.03, abs=0.04)


def test_no_region_begins_before_what_is_settled() -> None:
    arriving = stream()
    samples = sound()
    settled, last = 0.0, 0.0
    for at in range(0, len(samples), 700):
        before = settled, arriving.going
        for region in arriving.feed(samples[at : at + 700]):
            assert region.start >= before[0] or before[1] is not None
            last = region.end
        assert arriving.settled >= settled
        settled = arriving.settled

    assert settled > last
