"""The voice detector: the real network on made-up sound, in blocks, with bounded memory."""

from collections.abc import Iterator
from inspect import signature

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.speech import OPTIONS, SpeechOptions, SpeechTrack, steps, told
from huiting.core.types import Audio, Span
from huiting.engines import silero
from huiting.engines._hysteresis import Decision

RATE = silero.RATE


def noise(seconds: float, level: float = 0.05) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return rng.normal(0, level, round(seconds * RATE)).astype(np.float32)


def sine(*frequencies: float, seconds: float) -> NDArray[np.float32]:
    t = np.arange(round(seconds * RATE)) / RATE
    waves = [0.1 * np.sin(2 * np.pi * f * t) for f in frequencies]
    return np.asarray(np.sum(waves, axis=0), np.float32)


class Level:
    """A session that takes loudness for speech, and remembers how often and how much."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.states: list[float] = []

    def run(
        self, _names: None, fed: dict[str, NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], ...]:
        self.rows.append(len(fed["input"]))
        self.states.append(float(fed["h"].ravel()[0]))
        heard = (np.abs(fed["input"]).mean(axis=1) > 0.02).astype(np.float32)
        return heard, fed["h"] + 1, fed["c"]


class Broken:
    def run(self, _names: None, _fed: object) -> tuple[NDArray[np.float32], ...]:
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail

        raise Fail("no memory")


def test_regions_are_where_it_is_loud() -> None:
    samples = np.concatenate((noise(1, 0.002), noise(1), noise(1, 0.002)))
    found = silero.Silero(Level(), Decision(pad=0), 0.0).speech(Audio(samples, RATE))

    assert [(round(s.start, 1), round(s.end, 1)) for s in found] == [(1.0, 2.0)]


def test_blocks_do_not_show_in_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.concatenate((noise(1.3), np.zeros(5000, np.float32), noise(2.1)))
    detector = silero.build()
    whole = detector.probabilities(Audio(samples, RATE))
    monkeypatch.setattr(silero, "BLOCK", 0.5)
    monkeypatch.setattr(silero, "FLOOR", 0.0)
    pieces = detector.probabilities(Audio(samples, RATE))

    assert len(whole) == len(pieces) == -(-len(samples) // silero.HOP)
    assert pieces == pytest.approx(whole, abs=1e-4)


def test_state_is_carried_on_and_forgotten_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "BLOCK", 1.024)
    session = Level()
    samples = np.concatenate(
        (noise(2.048), np.zeros(round(1.024 * RATE), np.float32), noise(1.024))
    )
    silero.Silero(session, Decision(), 0.0).speech(Audio(samples, RATE))

    assert session.rows == [32, 32, 32]
    assert session.states == [0, 1, 0]


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.zeros(0, np.float32), id="nothing"),
        pytest.param(np.zeros(RATE * 70, np.float32), id="digital silence"),
        pytest.param(noise(3, 0.005), id="faint noise"),
        pytest.param(sine(450, seconds=4), id="ring-back"),
        pytest.param(sine(770, 1336, seconds=2), id="a DTMF digit"),
    ],
)
def test_what_is_no_speech_gives_no_region(samples: NDArray[np.float32]) -> None:
    assert silero.build().speech(Audio(samples, RATE)) == []


def test_a_track_at_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="wants 16000 Hz, not 8000"):
        silero.build().speech(Audio(np.zeros(8, np.float32), 8000))


def test_a_failing_network_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="the network failed: no memory"):
        silero.Silero(Broken(), Decision(), 0.09).speech(Audio(noise(1), RATE))


class Endless:
    """An hour that is made while it is read; only one block of it exists at a time."""

    rate = RATE
    duration = 3600.0

    def cut(self, span: Span, /) -> Audio:
        raise NotImplementedError

    def blocks(self, size: float, /) -> Iterator[Audio]:
        self.largest = size
        block = noise(size)
        for _ in range(int(self.duration / size)):
            yield Audio(block, RATE)


def test_an_hour_is_read_in_blocks() -> None:
    track, session = Endless(), Level()
    silero.Silero(session, Decision(), 0.0).speech(track)

    assert max(session.rows) == track.largest * RATE / silero.HOP <= 2000


def test_regions_are_a_function_of_probabilities_and_options_alone() -> None:
    samples = np.concatenate((noise(1.3, 0.002), noise(2.1, 0.3), noise(1, 0.002)))
    track = Audio(samples, RATE)
    detector = silero.build(threshold=0.05, release=0.02, min_speech=0.032)
    options = SpeechOptions(threshold=0.05, release=0.02, min_speech=0.032)
    heard = detector.probabilities(track).tolist()

    assert silero.regions_of(heard, track.duration, options) == detector.speech(track)


def test_the_options_of_speech_are_those_that_are_usual_here() -> None:
    usual = {name: p.default for name, p in signature(silero.build).parameters.items()}

    assert told(SpeechOptions()) == {name: usual[name] for name in OPTIONS}
    assert set(usual) - set(OPTIONS) == {"fold"}


def test_bytes_lead_to_the_same_regions_where_thresholds_are_steps() -> None:
    """As with the sliders of the page: multiples of 0.005."""
    chance = np.random.default_rng(5)
    heard = np.clip(np.cumsum(chance.normal(0, 0.08, 4000)) % 1.3, 0, 1).astype(np.float32)
    track = SpeechTrack(0, 128.0, steps(heard), b"")
    for threshold, release in ((0.4, 0.3), (0.555, 0.15), (0.7, 0.695), (1.0, 0.0)):
        options = SpeechOptions(threshold, release)

        exact = silero.regions_of(heard.tolist(), 128.0, options)
        assert silero.regions_of(track.probabilities.tolist(), 128.0, options) == exact
        assert exact or threshold == 1.0
