"""What every diarizer promises, whatever it is made of."""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from huiting.app.settings import Settings
from huiting.core.ports import Diarizer
from huiting.core.types import Audio, Span
from huiting.engines import catalogue, diarizer, sherpa_diarizer

RATE = 16_000
A, B = 0.1, 0.2

pytest.importorskip("onnx", reason="needs onnx: ./dev test")
from tiny_speakers import voice  # noqa: E402  (draws with onnx)


def usual(_: Path) -> Diarizer:
    embedding, segmentation = (
        next(iter(catalogue.weights(name, Settings().models).paths.values()))
        for name in ("campplus", "pyannote-segmentation-3.0")
    )
    return diarizer.build(embedding=embedding, segmentation=segmentation)


def drawn_sherpa(folder: Path) -> Diarizer:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: ./dev test")
    import tiny_speakers

    return sherpa_diarizer.build(
        segmentation=tiny_speakers.segmentation(folder),
        embedding=tiny_speakers.embedding(folder),
        stretch=30.0,
    )


def real_sherpa(folder: Path) -> Diarizer:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: ./dev test")
    import real_speakers

    segmentation, embedding = real_speakers.write(Settings().models, folder)
    return sherpa_diarizer.build(segmentation=segmentation, embedding=embedding, stretch=30.0)


@pytest.fixture(
    params=[
        pytest.param(usual, id="voice-prints", marks=pytest.mark.model),
        pytest.param(drawn_sherpa, id="sherpa of no weights"),
        pytest.param(real_sherpa, id="sherpa", marks=pytest.mark.model),
    ],
    scope="module",
)
def who(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Diarizer:
    made: Diarizer = request.param(tmp_path_factory.mktemp("weights"))
    return made


@dataclass(frozen=True)
class Said:
    """A track, and where it is spoken."""

    track: Audio
    speech: list[Span]


def said(*parts: tuple[float, float]) -> Said:
    """Return a track of (voice, seconds); voice 0 is silence."""
    samples = np.concatenate([voice(level, seconds) for level, seconds in parts])
    speech, at = [], 0.0
    for level, seconds in parts:
        if level:
            speech.append(Span(at, at + seconds))
        at += seconds
    return Said(Audio(samples, RATE), speech)


CALL = said((0, 1), (A, 4), (0, 0.5), (B, 4), (0, 0.5), (A, 3), (0, 0.4), (B, 3), (0, 1))


def holds(found: list[tuple[int, Span]], one: Said, count: int | None) -> None:
    """Turns are in order and inside the track; speakers are numbered as they appear."""
    assert [span.start for _, span in found] == sorted(span.start for _, span in found)
    assert all(0 <= s.start < s.end <= one.track.duration + 1e-6 for _, s in found)
    speakers = list(dict.fromkeys(number for number, _ in found))
    assert speakers == list(range(len(speakers)))
    assert count is None or len(speakers) <= count


def covers(found: list[tuple[int, Span]], one: Said) -> None:
    """No speech is nobody's, but for a few frames at its ends."""
    for region in one.speech:
        here = sorted((s for _, s in found if s.overlap(region)), key=lambda s: s.start)
        at = region.start
        for span in here:
            assert span.start <= at + 0.05
            at = max(at, span.end)
        assert at >= region.end - 0.05


@pytest.mark.parametrize("count", [None, 1, 2, 3])
def test_all_speech_is_somebodys_and_turns_are_in_order(who: Diarizer, count: int | None) -> None:
    found = list(who.turns(CALL.track, CALL.speech, count))

    holds(found, CALL, count)
    covers(found, CALL)


def test_one_speaker_is_one(who: Diarizer) -> None:
    assert {number for number, _ in who.turns(CALL.track, CALL.speech, 1)} == {0}


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 15.0])
@pytest.mark.parametrize("count", [None, 2])
def test_where_nobody_speaks_there_are_no_turns(
    who: Diarizer, seconds: float, count: int | None
) -> None:
    silent = Audio(np.zeros(round(seconds * RATE), np.float32), RATE)

    assert list(who.turns(silent, [], count)) == []


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.5, 1.0, 9.9, 10.0, 10.1, 25.0])
@pytest.mark.parametrize("count", [None, 2])
def test_tracks_of_any_length_are_taken(who: Diarizer, seconds: float, count: int | None) -> None:
    one = said((A, seconds))
    found = list(who.turns(one.track, one.speech, count))

    holds(found, one, count)
    covers(found, one)


def test_speech_that_sounds_like_nothing_is_still_somebodys(who: Diarizer) -> None:
    one = Said(Audio(np.zeros(20 * RATE, np.float32), RATE), [Span(1, 3), Span(12, 15)])
    found = list(who.turns(one.track, one.speech, 2))

    holds(found, one, 2)
    covers(found, one)


def test_more_than_a_stretch_is_heard(who: Diarizer) -> None:
    one = said(*[(A, 5.0), (0, 1.0), (B, 5.0), (0, 1.0)] * 6)
    found = list(who.turns(one.track, one.speech, 2))

    holds(found, one, 2)
    covers(found, one)


@pytest.mark.parametrize("count", [0, -1])
def test_a_call_of_nobody_cannot_be_asked_for(who: Diarizer, count: int) -> None:
    with pytest.raises(ValueError, match="at least one speaker"):
        who.turns(CALL.track, CALL.speech, count)


def test_another_rate_is_refused(who: Diarizer) -> None:
    with pytest.raises(ValueError, match="16000 Hz, not 8000"):
        who.turns(Audio(np.zeros(8000, np.float32), 8000), [], 2)


def test_threads_may_share_it(who: Diarizer) -> None:
    """Each with another number of speakers."""
    wanted = [1, 2, None, 3]
    alone = [list(who.turns(CALL.track, CALL.speech, count)) for count in wanted]
    with ThreadPoolExecutor(3) as pool:
        shared = list(
            pool.map(lambda count: list(who.turns(CALL.track, CALL.speech, count)), wanted)
        )

    assert shared == alone


@dataclass(frozen=True)
class Endless:
    """A track that is made when it is read: two voices, in turn."""

    seconds: int
    rate = RATE

    @property
    def duration(self) -> float:
        return float(self.seconds)

    @property
    def speech(self) -> list[Span]:
        return [Span(at + 0.5, at + 5.5) for at in range(0, self.seconds, 6)]

    def cut(self, span: Span, /) -> Audio:
        first, last = round(span.start * RATE), round(min(span.end, self.duration) * RATE)
        both = np.concatenate((voice(A, 6), voice(B, 6)))
        return Audio(both[np.arange(first, last) % len(both)], RATE)

    def blocks(self, size: float, /) -> Iterator[Audio]:
        for at in np.arange(0, self.seconds, size):
            yield self.cut(Span(float(at), min(float(at) + size, self.duration)))


def test_memory_does_not_grow_with_the_sound(who: Diarizer, request: pytest.FixtureRequest) -> None:
    """Three minutes hold no more sound at once than a good one."""
    if request.node.callspec.id == "sherpa":
        pytest.skip("takes minutes; of other weights it is the same")

    def peak(seconds: int) -> int:
        track = Endless(seconds)
        tracemalloc.start()
        who.turns(track, track.speech, 2)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    short = peak(75)

    # What other threads allocate meanwhile passes; what grows does so every time.
    assert any(peak(190) < short + 2_000_000 for _ in range(2))
