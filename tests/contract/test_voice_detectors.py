"""What every voice detector promises, whatever it is made of."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.app.choices import Detector
from huiting.audio.decode import decode
from huiting.core.types import Audio, Span
from huiting.engines import fsmn_vad, silero, ten_vad

RATE = 16_000
CALLS = Path(__file__).resolve().parents[2].parent / "shared" / "calls" / "open"


Published = Callable[[str], Path]


def real(_folder: Path, _published: Published) -> Detector:
    return silero.build()


def real_fsmn_vad(_folder: Path, published: Published) -> Detector:
    return fsmn_vad.build(weights=published("fsmn-vad"))


def drawn_ten_vad(folder: Path, _published: Published) -> Detector:
    pytest.importorskip("onnx", reason="needs onnx: ./dev test")
    import tiny_ten_vad

    return ten_vad.build(weights=tiny_ten_vad.write(folder, loud=-4.0))


def drawn_fsmn_vad(folder: Path, _published: Published) -> Detector:
    import tiny_fsmn_vad

    return fsmn_vad.build(weights=tiny_fsmn_vad.write(folder))


@pytest.fixture(
    params=[
        pytest.param(real, id="silero"),
        pytest.param(real_fsmn_vad, id="fsmn-vad", marks=pytest.mark.model),
        pytest.param(drawn_ten_vad, id="ten-vad of no weights"),
        pytest.param(drawn_fsmn_vad, id="fsmn-vad of no weights"),
    ],
    scope="module",
)
def detector(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, published: Published
) -> Detector:
    made: Detector = request.param(tmp_path_factory.mktemp("weights"), published)
    return made


REAL = {"silero", "fsmn-vad"}
"""Ids of those with weights that were trained."""


def voiced(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Return what a network of tones or a real one may take for speech: a gliding buzz."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = 140 + 30 * np.sin(2 * np.pi * 0.7 * time + seed)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 30))
    loud = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * time)
    return np.asarray(0.2 * loud * buzz, np.float32)


def faint(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1e-5, round(seconds * RATE)).astype(np.float32)


def track(seed: int = 0) -> Audio:
    parts = [faint(1.3), voiced(1.7, seed), faint(0.9), voiced(0.8, seed + 1), faint(1.1)]
    return Audio(np.concatenate(parts), RATE)


def holds(found: list[Span], duration: float) -> None:
    assert all(0 <= span.start < span.end <= duration for span in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, 1600, 16_000])
@pytest.mark.parametrize("level", [0.0, 0.3])
def test_tracks_of_any_length_are_taken(detector: Detector, samples: int, level: float) -> None:
    rng = np.random.default_rng(1)
    audio = Audio(rng.normal(0, level, samples).astype(np.float32), RATE)

    holds(list(detector.speech(audio)), audio.duration)
    assert len(detector.probabilities(audio)) == -(-samples // detector.hop)


@pytest.mark.parametrize("seconds", [0.1, 5.0, 70.0])
def test_nobody_speaks_in_silence(detector: Detector, seconds: float) -> None:
    assert detector.speech(Audio(np.zeros(round(seconds * RATE), np.float32), RATE)) == []


def test_regions_are_in_order_apart_and_inside_the_track(detector: Detector) -> None:
    parts = [part for seed in range(6) for part in (voiced(0.7, seed), faint(0.5, seed))]
    audio = Audio(np.concatenate(parts), RATE)

    holds(list(detector.speech(audio)), audio.duration)


def test_probabilities_are_probabilities(detector: Detector) -> None:
    found = detector.probabilities(track())

    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_track_that_arrives_is_heard_as_one_that_is_there(detector: Detector, seed: int) -> None:
    audio, stream = track(seed), detector.stream()
    rng = np.random.default_rng(seed)
    found: list[Span] = []
    at = 0
    while at < len(audio.samples):
        size = int(rng.integers(1, 8000))
        found += stream.feed(audio.samples[at : at + size])
        at += size
    found += stream.finish()

    assert found == list(detector.speech(audio))


def test_another_rate_is_refused(detector: Detector) -> None:
    with pytest.raises(ValueError, match="wants 16000 Hz, not 8000"):
        detector.speech(Audio(np.zeros(800, np.float32), 8000))


def test_threads_may_share_it(detector: Detector) -> None:
    tracks = [track(seed) for seed in range(6)]
    alone = [list(detector.speech(audio)) for audio in tracks]
    with ThreadPoolExecutor(3) as pool:
        shared = [list(found) for found in pool.map(detector.speech, tracks)]

    assert shared == alone


@dataclass(frozen=True)
class Endless:
    """A track that is made when it is read."""

    seconds: int
    rate = RATE

    @property
    def duration(self) -> float:
        return float(self.seconds)

    def cut(self, span: Span, /) -> Audio:
        return Audio(faint(span.duration), RATE)

    def blocks(self, size: float, /) -> Iterator[Audio]:
        part = np.concatenate((voiced(1.0), faint(1.0)))
        left = self.seconds
        while left > 0:
            taken = min(left, size)
            yield Audio(np.resize(part, round(taken * RATE)), RATE)
            left -= round(taken)


def test_memory_does_not_grow_with_the_track(
    detector: Detector, request: pytest.FixtureRequest
) -> None:
    """An hour takes no more than ten minutes, but for what is told of it."""
    if request.node.callspec.id in REAL:
        pytest.skip("half a minute; tests of its own hold it to a block")

    def peak(seconds: int) -> int:
        tracemalloc.start()
        detector.speech(Endless(seconds))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    short = peak(600)

    # What other threads allocate meanwhile passes; what grows does so every time.
    assert any(peak(3600) < short + 20_000_000 for _ in range(2))


@pytest.mark.model
@pytest.mark.shared
@pytest.mark.skipif(not CALLS.is_dir(), reason="no ../shared/calls here")
def test_speech_of_real_calls_is_found(detector: Detector, request: pytest.FixtureRequest) -> None:
    """Only where real weights are; of drawn ones, that regions hold."""
    call = next(told for told in sorted(CALLS.glob("*.json")) if _stereo(told))
    told = json.loads(call.read_text(encoding="utf-8"))
    with decode(CALLS / told["file"], rate=RATE) as decoded:
        for one in decoded.alive:
            found = list(detector.speech(one))
            holds(found, one.duration)
            if request.node.callspec.id not in REAL:
                continue
            turns = [t for t in told["turns"] if t["channel"] == one.channel]
            said = [Span(t["start"], t["end"]) for t in turns]
            missed = [s for s in said if not any(s.overlap(region) > 0 for region in found)]

            assert len(missed) <= len(said) // 20


def _stereo(told: Path) -> bool:
    return bool(json.loads(told.read_text(encoding="utf-8"))["channels"] > 1)
