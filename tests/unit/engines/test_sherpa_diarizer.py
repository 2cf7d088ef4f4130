"""The real diarizer of sherpa-onnx, on tiny networks that tell voices by loudness and pitch."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_speakers
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio, Span
from huiting.engines import _voices, sherpa_diarizer
from huiting.engines._sherpa import Loaded
from huiting.engines._speaker_files import Windows
from huiting.engines._voices import Voice, apart, filled, painted
from huiting.engines.sherpa_diarizer import SherpaDiarizer
from tiny_speakers import BOTH, RATE, A, B, C, voice

MUSIC = 0.15


def build(folder: Path, **options: Any) -> SherpaDiarizer:  # noqa: ANN401  (options of any type)
    return sherpa_diarizer.build(
        segmentation=tiny_speakers.segmentation(folder),
        embedding=tiny_speakers.embedding(folder),
        **options,
    )


@pytest.fixture(scope="module")
def who(tmp_path_factory: pytest.TempPathFactory) -> SherpaDiarizer:
    return build(tmp_path_factory.mktemp("weights"), stretch=30.0)


def track(*parts: tuple[float, float]) -> Audio:
    return Audio(np.concatenate([voice(level, seconds) for level, seconds in parts]), RATE)


def talk(speaker: int, turns: list[tuple[int, Span]]) -> list[tuple[float, float]]:
    return [(round(s.start, 1), round(s.end, 1)) for n, s in turns if n == speaker]


def test_who_speaks_when(who: SherpaDiarizer) -> None:
    call = track((0, 1), (A, 4), (0, 1), (B, 4), (0, 1), (A, 3), (0, 1))
    found = who.turns(call, [Span(1, 5), Span(6, 10), Span(11, 14)], 2)

    assert talk(0, found) == [(1.0, 5.0), (11.0, 14.0)]
    assert talk(1, found) == [(6.0, 10.0)]


def test_the_number_of_speakers_is_told_where_nobody_gives_it(who: SherpaDiarizer) -> None:
    call = track((A, 5), (0, 1), (B, 5), (0, 1), (C, 5), (0, 1), (A, 4))
    found = who.turns(call, [Span(0, 5), Span(6, 11), Span(12, 17), Span(18, 22)], None)

    assert len({number for number, _ in found}) == 3
    assert talk(0, found) == [(0.0, 5.0), (18.0, 22.0)]


def test_speakers_are_the_same_in_all_stretches(who: SherpaDiarizer) -> None:
    parts = [(A, 6.0), (0, 1.0), (B, 6.0), (0, 1.0)] * 4
    speech = [Span(7.0 * at, 7.0 * at + 6) for at in range(8)]
    found = who.turns(track(*parts), speech, 2)

    assert [number for number, _ in found] == [0, 1] * 4


def test_two_at_once_are_two(who: SherpaDiarizer) -> None:
    call = track((A, 5), (BOTH, 2), (B, 5))
    found = who.turns(call, [Span(0, 12)], 2)

    assert talk(0, found) == [(0.0, 7.0)]
    assert talk(1, found) == [(5.0, 12.0)]


def test_what_the_voice_detector_left_out_is_no_speaker(who: SherpaDiarizer) -> None:
    call = track((A, 5), (0, 1), (C, 6), (0, 1), (B, 5))
    found = who.turns(call, [Span(0, 5), Span(13, 18)], None)

    assert talk(0, found) == [(0.0, 5.0)]
    assert talk(1, found) == [(13.0, 18.0)]
    assert len(found) == 2


def test_speech_that_the_runtime_gives_to_nobody_goes_to_the_nearest_voice(
    who: SherpaDiarizer,
) -> None:
    call = track((A, 4), (0.04, 1), (0, 2), (0.04, 0.3), (0, 0.3), (B, 5))
    found = who.turns(call, [Span(0, 5), Span(7, 7.3), Span(7.6, 12.6)], 2)

    assert talk(0, found) == [(0.0, 5.0)]
    assert talk(1, found) == [(7.0, 7.3), (7.6, 12.6)]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"threshold": 0.0}, "no distance; give a number between 0 and 2"),
        ({"threshold": 2.0}, "no distance"),
        ({"stretch": 29.0}, "too short; give 30 seconds or more"),
        ({"device": "npu"}, "sherpa-onnx has no such"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        build(tmp_path, **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sample_rate", "8000"),
        ("window_size", None),
        ("window_size", "0"),
        ("window_size", "8000"),
        ("window_size", "100000000"),
        ("receptive_field_size", "x"),
        ("receptive_field_shift", "16001"),
        ("num_speakers", None),
        ("powerset_max_classes", "3"),
        ("num_classes", "6"),
    ],
)
def test_a_segmentation_over_which_the_runtime_would_end_the_process_is_refused(
    tmp_path: Path, name: str, value: str | None
) -> None:
    said = {**tiny_speakers.SEGMENTATION, name: value or ""}
    if value is None:
        del said[name]
    tiny_speakers.segmentation(tmp_path, metadata=said)

    with pytest.raises(ModelUnavailable, match=f"its metadata lack '{name}'"):
        sherpa_diarizer.build(
            segmentation=tmp_path / "segmentation.onnx", embedding=tmp_path / "x.onnx"
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("framework", "nemo"),
        ("sample_rate", "8000"),
        ("output_dim", None),
        ("normalize_samples", "2"),
        ("language", ""),
        ("feature_normalize_type", "other"),
    ],
)
def test_an_embedding_over_which_the_runtime_would_end_the_process_is_refused(
    tmp_path: Path, name: str, value: str | None
) -> None:
    said = {**tiny_speakers.EMBEDDING, name: value or ""}
    if value is None:
        del said[name]

    with pytest.raises(ModelUnavailable, match=f"its metadata lack '{name}'"):
        sherpa_diarizer.build(
            segmentation=tiny_speakers.segmentation(tmp_path),
            embedding=tiny_speakers.embedding(tmp_path, metadata=said),
        )


def test_networks_that_tell_other_shapes_than_they_say_are_refused(tmp_path: Path) -> None:
    segmentation = tiny_speakers.segmentation(tmp_path)
    said = {**tiny_speakers.EMBEDDING, "output_dim": "192"}

    with pytest.raises(ModelUnavailable, match="it tells 1×80 numbers, not those it names"):
        sherpa_diarizer.build(
            segmentation=segmentation, embedding=tiny_speakers.embedding(tmp_path, metadata=said)
        )
    with pytest.raises(ModelUnavailable, match="it tells 1×589×6 numbers"):
        sherpa_diarizer.build(
            segmentation=tiny_speakers.segmentation(tmp_path, classes=6),
            embedding=tiny_speakers.embedding(tmp_path),
        )


def test_a_network_that_does_not_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="it does not run"):
        sherpa_diarizer.build(
            segmentation=tiny_speakers.segmentation(tmp_path),
            embedding=tiny_speakers.embedding(tmp_path, frames=50),
        )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"none\.onnx: no such file"):
        sherpa_diarizer.build(
            segmentation=tmp_path / "none.onnx", embedding=tiny_speakers.embedding(tmp_path)
        )


@pytest.mark.parametrize("count", [2, None], ids=["in the runtime", "in a stretch"])
def test_a_failing_network_is_an_error_and_the_next_call_is_heard(
    tmp_path: Path, count: int | None
) -> None:
    who = build(tmp_path)
    strict = sherpa_diarizer.build(
        segmentation=tmp_path / "segmentation.onnx",
        embedding=tiny_speakers.embedding(tmp_path / "strict", frames=300),
    )
    long = track((A, 8), (0, 1), (B, 8))

    with pytest.raises(EngineError, match=r"the network failed: .*run the call again"):
        strict.turns(long, [Span(0, 8), Span(9, 17)], count)
    assert strict.turns(track((A, 2.0)), [Span(0, 2)], None) == who.turns(
        track((A, 2.0)), [Span(0, 2)], None
    )


def test_a_track_that_ends_before_its_speech_has_no_voice_there(who: SherpaDiarizer) -> None:
    empty = Audio(np.zeros(0, np.float32), RATE)

    assert who.turns(empty, [Span(0, 1)], 2) == [(0, Span(0, 1))]


class Full:
    """What makes voice prints, without memory."""

    def create_stream(self) -> SimpleNamespace:
        raise RuntimeError("Failed to allocate memory")


def test_a_voice_print_that_runs_out_of_memory_says_so() -> None:
    runtime = Blank([1.0, 0.0])
    runtime.extractor = Full()
    who = SherpaDiarizer(Loaded("x", runtime, "cpu"), Windows(160_000, 16_000), 2, 30.0)

    with pytest.raises(EngineError, match=r"the network failed: .*; free memory"):
        who.turns(track((A, 5)), [Span(0, 5)], 2)


class Blank:
    """A runtime that tells nothing of voices, and prints as it is told."""

    def __init__(self, told: list[float]) -> None:
        self.told = told
        self.clustering = SimpleNamespace(num_clusters=0)
        self.diarization = self.config = self
        self.extractor: Blank | Full = self

    def set_config(self, _config: object) -> None:
        pass

    def process(self, _samples: NDArray[np.float32], _told: object) -> "Blank":
        return self

    def sort_by_start_time(self) -> list[SimpleNamespace]:
        turns = [(0.0, 2.0, 0), (2.0, 2.0, 0), (3.0, 99.0, 1)]
        return [SimpleNamespace(start=a, end=b, speaker=n) for a, b, n in turns]

    def create_stream(self) -> SimpleNamespace:
        return SimpleNamespace(accept_waveform=lambda *_: None, input_finished=lambda: None)

    def compute(self, _stream: object) -> list[float]:
        return self.told


def blank(told: list[float]) -> SherpaDiarizer:
    return SherpaDiarizer(Loaded("x", Blank(told), "cpu"), Windows(160_000, 16_000), 2, 30.0)


@pytest.mark.parametrize("told", [[], [1.0, float("nan")], [1.0, 1.0, 1.0]])
def test_what_is_no_voice_print_is_an_error(told: list[float]) -> None:
    with pytest.raises(EngineError, match="the network gave no voice print"):
        blank(told).turns(track((A, 5)), [Span(0, 5)], 2)


def test_voice_prints_that_say_nothing_make_one_speaker() -> None:
    found = blank([0.0, 0.0]).turns(track((A, 5)), [Span(0, 5)], 2)

    assert {number for number, _ in found} == {0}
    assert max(span.end for _, span in found) <= 5


def test_windows_are_filled() -> None:
    windows = Windows(160_000, 16_000)

    assert [windows.filled(n) for n in (0, 5, 160_000, 160_001, 176_000)] == [
        0, 5, 160_000, 176_000, 176_000,
    ]  # fmt: skip


def test_a_voice_that_is_never_alone_is_known_by_what_there_is() -> None:
    first, second = apart([[Span(0, 30)], [Span(1, 3)]], Span(100, 140))

    assert second.sample == (Span(101, 103),)
    assert first.seconds == pytest.approx(_voices.PRINTED)
    assert first.turns == (Span(100, 130),)


def test_frames_of_nobody_follow_the_nearest() -> None:
    active = np.array([[1, 0], [0, 0], [0, 0], [0, 1], [0, 0], [0, 0]], np.bool_)
    spoken = np.array([1, 1, 1, 1, 0, 1], np.bool_)

    assert filled(active, spoken).argmax(1)[spoken].tolist() == [0, 0, 1, 1, 1]
    assert filled(active, spoken).any(1).tolist() == spoken.tolist()


def test_voices_heard_only_where_nobody_speaks_are_still_the_nearest() -> None:
    active = np.array([[0, 1], [0, 0], [0, 0]], np.bool_)

    assert filled(active, np.array([False, False, True])).tolist() == [
        [False, False], [False, False], [False, True],
    ]  # fmt: skip
    assert filled(active & False, np.array([False, True, False]))[:, 0].tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_voices_are_painted_as_their_speakers() -> None:
    voices = [Voice((Span(0, 1),), ()), Voice((Span(2, 3),), ()), Voice((Span(4, 5),), ())]
    active = painted(voices, np.array([1, 0, 1]), 400)

    assert active[:50, 1].all()
    assert active[140:170, 0].all()
    assert not active[140:170, 1].any()
