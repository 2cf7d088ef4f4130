"""What every detector of sounds promises, whatever it is made of."""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.app import wiring
from huiting.app.settings import Settings
from huiting.core.ports import SoundTagger
from huiting.core.types import Audio, Event, Span
from huiting.engines import audio_tagging, sounds
from network_tones import RATE, hiss, melody, still

Samples = NDArray[np.float32]


def bare(_: Path) -> SoundTagger:
    return sounds.build()


def with_yamnet(_: Path) -> SoundTagger:
    yamnet = wiring.yamnet_of(Settings())
    if yamnet is None:
        pytest.skip("yamnet is not installed: huiting setup --with yamnet")
    return sounds.build(yamnet=yamnet)


def drawn_ced(folder: Path) -> SoundTagger:
    return _drawn(folder, "ced")


def drawn_zipformer(folder: Path) -> SoundTagger:
    return _drawn(folder, "zipformer")


def _drawn(folder: Path, kind: str) -> SoundTagger:
    for package in ("sherpa_onnx", "onnx"):
        pytest.importorskip(package, reason="needs sherpa-onnx: ./dev test")
    import tiny_ced

    return audio_tagging.build(weights=tiny_ced.write(folder, kind=kind))


@pytest.fixture(
    params=[
        pytest.param(bare, id="no network of laughter"),
        pytest.param(with_yamnet, id="yamnet", marks=pytest.mark.model),
        pytest.param(drawn_ced, id="ced of no weights"),
        pytest.param(drawn_zipformer, id="zipformer of no weights"),
    ],
    scope="module",
)
def ears(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SoundTagger:
    made: SoundTagger = request.param(tmp_path_factory.mktemp("weights"))
    return made


def tone(frequency: float, seconds: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def track(seed: int = 0) -> Audio:
    return Audio(
        np.concatenate((
            still(2), tone(900, 1.5), still(3), hiss(2 + seed % 2, -30), melody(8), still(1.5),
            tone(1700, 0.4), still(2), tone(3000, 3.03),
        )),
        RATE,
    )  # fmt: skip


def holds(found: list[Event], audio: Audio) -> None:
    assert [e.span for e in found] == sorted(e.span for e in found)
    assert all(0 <= e.span.start < e.span.end <= audio.duration for e in found)
    assert all(e.channel == 1 for e in found)
    assert all(e.score is None or 0 <= e.score <= 1 for e in found)


def test_events_are_in_order_and_inside_the_track(ears: SoundTagger) -> None:
    audio = track()
    found = list(ears.events(audio, 1, [Span(6, 8)]))

    assert found
    holds(found, audio)


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 512, 1600, 16_000, 31_999, 32_001])
@pytest.mark.parametrize("level", [0.0, 0.3])
def test_tracks_of_any_length_are_taken(ears: SoundTagger, samples: int, level: float) -> None:
    rng = np.random.default_rng(1)
    audio = Audio(rng.normal(0, level, samples).astype(np.float32), RATE)

    holds(list(ears.events(audio, 1, [])), audio)


@pytest.mark.parametrize("seconds", [0.0, 0.5, 70.0])
def test_silence_sounds_like_nothing(ears: SoundTagger, seconds: float) -> None:
    silent = Audio(np.zeros(round(seconds * RATE), np.float32), RATE)

    assert list(ears.events(silent, 1, [])) == []


def test_the_track_is_not_changed(ears: SoundTagger) -> None:
    audio = track()
    before = audio.samples.copy()
    ears.events(audio, 1, [])

    assert np.array_equal(audio.samples, before)


def test_another_rate_is_refused(ears: SoundTagger) -> None:
    with pytest.raises(ValueError, match="16000 Hz, not 8000"):
        ears.events(Audio(np.zeros(8000, np.float32), 8000), 0, [])


def test_threads_may_share_it(ears: SoundTagger) -> None:
    tracks = [track(seed) for seed in range(4)]
    alone = [list(ears.events(audio, 1, [])) for audio in tracks]
    with ThreadPoolExecutor(3) as pool:
        shared = list(pool.map(lambda audio: list(ears.events(audio, 1, [])), tracks))

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
        return Audio(still(span.duration), RATE)

    def blocks(self, size: float, /) -> Iterator[Audio]:
        part = np.concatenate((tone(900, 0.3), still(11.7)))
        at = 0.0
        while at < self.seconds:
            taken = min(size, self.seconds - at)
            yield Audio(np.resize(part, round(taken * RATE)), RATE)
            at += taken


def test_memory_does_not_grow_with_the_track(ears: SoundTagger) -> None:
    def peak(seconds: int) -> int:
        tracemalloc.start()
        ears.events(Endless(seconds), 1, [])
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    short = peak(60)

    # What other threads allocate meanwhile passes; what grows does so every time.
    assert any(peak(600) < short + 4_000_000 for _ in range(2))
