"""The real AudioTagging of sherpa-onnx, on tiny networks that take tones for sounds."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_ced
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio, Event, EventLabel, EventSource
from huiting.engines import _audioset, _yamnet, audio_tagging
from huiting.engines._sherpa import Loaded
from huiting.engines._yamnet import LABELS
from huiting.engines.audio_tagging import Tags

RATE = 16_000
HEADER = "index,mid,display_name\n"


def tone(name: str, seconds: float, level: float = 0.2) -> NDArray[np.float32]:
    time = np.arange(round(seconds * RATE)) / RATE
    wave = level * np.sin(2 * np.pi * tiny_ced.TONES[name] * time)
    return np.asarray(wave, np.float32)


def still(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * RATE), np.float32)


def heard(folder: Path, *parts: NDArray[np.float32]) -> list[Event]:
    return audio_tagging.build(weights=folder).events(Audio(np.concatenate(parts), RATE), 1, [])


def told(events: list[Event]) -> list[tuple[str, int, int]]:
    return [(e.label.value, round(e.span.start), round(e.span.end)) for e in events]


@pytest.mark.parametrize("kind", ["ced", "zipformer"])
def test_sounds_have_the_times_at_which_they_are_loud(tmp_path: Path, kind: str) -> None:
    folder = tiny_ced.write(tmp_path, kind=kind)
    events = heard(folder, still(3), tone("Laughter", 1), still(4), tone("Cough", 1), still(2))

    assert told(events) == [("laughter", 3, 4), ("cough", 8, 9)]
    assert all(e.source is EventSource.MODEL and e.channel == 1 for e in events)


def test_the_score_is_the_networks(tmp_path: Path) -> None:
    audio = tone("Laughter", 2)
    tags = audio_tagging.build(weights=tiny_ced.write(tmp_path))._network
    assert tags is not None
    score = tags.listen(audio, tags.hop).events[:, LABELS.index(EventLabel.LAUGHTER)].max()
    (event,) = heard(tmp_path, still(1), audio, still(1))

    assert event.score == pytest.approx(float(score), abs=0.01)


def test_where_speech_is_heard_as_much_nothing_else_is(tmp_path: Path) -> None:
    folder = tiny_ced.write(tmp_path)
    both = tone("Laughter", 2) + tone("Speech", 2, 0.3)

    assert heard(folder, still(1), both, still(1)) == []


def test_the_threshold_is_the_score_from_which_sounds_are_believed(tmp_path: Path) -> None:
    folder = tiny_ced.write(tmp_path)
    faint = Audio(np.concatenate((still(1), tone("Cough", 1, 0.02), still(1))), RATE)
    strict = audio_tagging.build(weights=folder, threshold=0.9)

    assert [
        e.label for e in audio_tagging.build(weights=folder, threshold=0.1).events(faint, 0, [])
    ] == [EventLabel.COUGH]
    assert strict.events(faint, 0, []) == []


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1])
def test_a_threshold_that_is_no_share_is_refused(tmp_path: Path, threshold: float) -> None:
    with pytest.raises(ConfigError, match="no share"):
        audio_tagging.build(weights=tmp_path, threshold=threshold)


@pytest.mark.parametrize(
    ("listed", "complaint"),
    [
        pytest.param(HEADER + "0,/m/0,Speech\n", "line 2 lists no class", id="no quotes"),
        pytest.param(HEADER + '1,/m/0,"Speech"\n', "line 2 lists no class", id="another number"),
        pytest.param(HEADER + '0,/m/0,"Speech"\n\n', "line 3 lists no class", id="empty line"),
        pytest.param(HEADER + '0,"Speech"\n', "line 2 lists no class", id="no identifier"),
        pytest.param(HEADER + '0,/m/0,"\n', "line 2 lists no class", id="a quote"),
        pytest.param(HEADER + '0,/m/0,"Speech"', "it does not tell the 1 classes", id="too few"),
    ],
)
def test_a_list_over_which_the_runtime_would_end_the_process_is_refused(
    tmp_path: Path, listed: str, complaint: str
) -> None:
    with pytest.raises(ModelUnavailable, match=complaint):
        audio_tagging.build(weights=tiny_ced.write(tmp_path, listed=listed))


def test_names_of_classes_may_hold_commas(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(HEADER + '0,/m/0,"Male speech, man speaking"')

    assert _audioset.classes(tmp_path / "c.csv") == ("Male speech, man speaking",)


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"class_labels_indices\.csv: it cannot be read"):
        audio_tagging.build(weights=tmp_path)
    tiny_ced.write(tmp_path)
    (tmp_path / "model.int8.onnx").unlink()
    with pytest.raises(ModelUnavailable, match=r"model\.int8\.onnx: no such file"):
        audio_tagging.build(weights=tmp_path)


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    import tiny_gtcrn

    tiny_ced.write(tmp_path)
    tiny_gtcrn.write(tmp_path / "other")
    (tmp_path / "other" / tiny_gtcrn.NAME).replace(tmp_path / "model.int8.onnx")
    with pytest.raises(ModelUnavailable, match="it takes 4 inputs, not 1 or 2"):
        audio_tagging.build(weights=tmp_path)


def test_classes_that_are_not_those_of_audioset_are_refused(tmp_path: Path) -> None:
    names = tuple(name for name in tiny_ced.NAMES if name != "Cough")

    with pytest.raises(ModelUnavailable, match="its classes are not those of AudioSet"):
        audio_tagging.build(weights=tiny_ced.write(tmp_path, names=names))


def test_a_network_that_tells_no_probabilities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="told what is no probability"):
        audio_tagging.build(weights=tiny_ced.write(tmp_path, probable=False))


def test_a_network_that_does_not_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="the network failed"):
        audio_tagging.build(weights=tiny_ced.write(tmp_path, frames=100))


class Full:
    def create_stream(self) -> SimpleNamespace:
        return SimpleNamespace(accept_waveform=lambda *_: None)

    def compute(self, _stream: object, _count: int) -> list[SimpleNamespace]:
        raise RuntimeError("Failed to allocate memory")


def test_what_runs_out_of_memory_says_so() -> None:
    tags = Tags(Loaded("x", Full(), "cpu"), tiny_ced.NAMES, 0.5)

    with pytest.raises(EngineError, match=r"the network failed: .*; free memory"):
        tags.listen(still(1), tags.hop)


def test_yamnet_and_audioset_know_the_same_events() -> None:
    assert set(_audioset.EVENTS) == set(_yamnet.CLASSES)
    assert [len(_audioset.EVENTS[label]) for label in LABELS] == [
        len(rows) for rows in _yamnet.CLASSES.values()
    ]
