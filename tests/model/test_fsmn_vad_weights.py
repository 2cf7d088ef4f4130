"""The published network of FSMN-VAD, as numpy computes it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from huiting.audio.decode import decode
from huiting.core.types import Audio, Span
from huiting.engines import fsmn_vad
from huiting.engines._frame_detector import FrameDetector

RATE = 16_000
SAMPLE = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"
TURNS = {
    0: [(0.766, 2.756), (7.345, 11.235), (12.646, 14.486), (22.076, 27.186), (30.133, 34.213)],
    1: [(3.398, 7.038), (11.554, 12.244), (27.791, 29.791)],
}
"""Of the sample, by channel: seconds at which each begins and ends. Music on hold is between."""
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def detector(published: Callable[[str], Path]) -> FrameDetector:
    return fsmn_vad.build(weights=published("fsmn-vad"))


@pytest.mark.parametrize("channel", TURNS)
def test_the_turns_of_a_call_are_found_and_end_a_little_late(
    detector: FrameDetector, channel: int
) -> None:
    with decode(SAMPLE, rate=RATE) as decoded:
        found = detector.speech(decoded.tracks[channel])

    for turn in (Span(*turn) for turn in TURNS[channel]):
        own = [region for region in found if region.overlap(turn) > 0]
        assert own[0].start == pytest.approx(turn.start, abs=0.1)
        assert -0.1 < own[-1].end - turn.end < 0.3
    inside = sum(region.overlap(Span(*turn)) for region in found for turn in TURNS[channel])
    assert sum(region.duration for region in found) - inside < 0.1 * inside


def test_a_call_that_arrives_is_heard_as_one_that_is_there(detector: FrameDetector) -> None:
    with decode(SAMPLE, rate=RATE) as decoded:
        track = decoded.tracks[0].cut(Span(0.0, decoded.duration))
    stream, parts = detector.stream(), np.array_split(track.samples, 50)
    found = [region for part in parts for region in stream.feed(part)] + stream.finish()

    assert found == list(detector.speech(track))


@pytest.mark.parametrize("level", [1e-4, 1e-2, 0.1])
def test_nobody_speaks_in_white_noise(detector: FrameDetector, level: float) -> None:
    noise = np.random.default_rng(5).normal(0, level, 10 * RATE).astype(np.float32)

    assert detector.speech(Audio(noise, RATE)) == []
