import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

import huiting.engines
import tiny_fsmn_vad
from fakes import says
from huiting.app import choices, recognizers, wiring
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.ports import Hints, Recognizer
from huiting.core.speech import SpeechOptions
from huiting.core.types import Audio, Role
from huiting.engines import catalogue, fsmn_vad
from huiting.engines._frame_detector import FrameDetector

EARS = """
from huiting.core.ports import Hypothesis

class Loudness:
    rate = 16_000
    def transcribe(self, clips, hints, /):
        return (Hypothesis(f"{clip.samples.max():.1f}") for clip in clips)
    def languages(self, clips, /):
        return ({"zh": 1.0} for _ in clips)

def build():
    return Loudness()
"""
HALVING = """
from huiting.core.types import Audio

class Halving:
    rate = 16_000
    def enhance(self, clip, /):
        return Audio(clip.samples / 2, clip.rate)

def build():
    return Halving()
"""
CLIP = Audio(np.full(1600, 0.8, np.float32), 16_000)
ENHANCED = Settings(engine="loud_ears", enhancer="halving", speakers=1)


@pytest.fixture(autouse=True)
def _engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines of another make: files in huiting.engines."""
    (tmp_path / "loud_ears.py").write_text(EARS)
    (tmp_path / "halving.py").write_text(HALVING)
    monkeypatch.setattr(huiting.engines, "__path__", [*huiting.engines.__path__, str(tmp_path)])


@contextmanager
def plainly(recognizer: Recognizer) -> Iterator[Recognizer]:
    yield recognizer


def heard(settings: Settings) -> str:
    roster = recognizers.roster_of(settings, 1, plainly)
    (hypothesis,) = roster.get(settings.engine).transcribe([CLIP], Hints())
    return hypothesis.text


def test_nothing_is_enhanced_unless_it_is_set() -> None:
    assert choices.enhancer_of(Settings()) is None
    assert heard(Settings(engine="loud_ears")) == "0.8"


def test_recognizers_hear_enhanced_clips_when_it_is() -> None:
    assert heard(ENHANCED) == "0.4"


def test_the_parts_of_a_circuit_hear_a_clip_that_was_enhanced_once() -> None:
    table = {"both": {"engine": "circuit", "primary": "loud_ears"}}

    assert heard(Settings(engine="both", engines=table, enhancer="halving")) == "0.4"


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param(
            Settings(enhancer="loud_ears"), "'loud_ears': this enhances nothing", id="recognizer"
        ),
        pytest.param(Settings(enhancer="nope"), "'nope': no such kind", id="no such engine"),
        pytest.param(
            Settings(enhancer="halving", enhancer_options={"much": 2}),
            "unexpected keyword argument 'much'",
            id="option",
        ),
        pytest.param(
            Settings(enhancer="gtcrn", enhancer_options={"model": 3}),
            "setting enhancer_options: model is no text",
            id="model",
        ),
    ],
)
def test_a_wrong_enhancer_is_refused(settings: Settings, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        choices.enhancer_of(settings)


def test_an_enhancer_needs_its_model(tmp_path: Path) -> None:
    settings = Settings(enhancer="gtcrn", models=tmp_path / "none")

    assert "gtcrn" in [model.name for model in wiring.models_of(settings)]
    with pytest.raises(ModelUnavailable):
        choices.enhancer_of(settings)


def test_weights_of_the_teams_own_need_no_catalogue(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")
    import tiny_gtcrn

    tiny_gtcrn.write(tmp_path / "own")
    own = {"weights": str(tmp_path / "own"), "strength": 0.5}
    enhancer = choices.enhancer_of(Settings(enhancer="gtcrn", enhancer_options=own))

    assert enhancer is not None
    assert len(enhancer.enhance(CLIP).samples) == 1600


def test_what_is_usual_is_not_told_so_that_nothing_is_heard_anew() -> None:
    assert choices.told(Settings()) == ()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Settings(engine="loud_ears", speakers=1), id="without"),
        pytest.param(
            Settings(
                engine="loud_ears", speakers=1, enhancer="halving", enhancer_options={"much": 2}
            ),
            id="options",
        ),
    ],
)
def test_an_enhancer_is_part_of_what_made_an_analysis(other: Settings) -> None:
    assert wiring.made_by(ENHANCED) != wiring.made_by(other)


def test_the_weights_of_an_enhancer_are_among_those_that_made_it() -> None:
    made = wiring.made_by(Settings(enhancer="gtcrn", speakers=1))

    assert made.models["gtcrn"] == catalogue.model("gtcrn").files[0].sha256


def test_of_several_models_the_one_that_is_installed_is_taken(tmp_path: Path) -> None:
    wanted = choices.choice("paraformer", {}, "x")
    last = catalogue.models_for("paraformer")[-1]
    for file in last.files:
        path = catalogue.place(last, file, tmp_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert choices.model_of(wanted, tmp_path) == last
    shutil.rmtree(tmp_path)
    assert choices.model_of(wanted, tmp_path) == catalogue.models_for("paraformer")[0]


def test_silero_is_taken_unless_another_is_set(tmp_path: Path) -> None:
    assert wiring.voice_detector_of(Settings()).hop == 512
    assert [model.name for model in wiring.models_of(Settings(speakers=1))][1:] == ["silero-v6"]

    tiny_fsmn_vad.write(tmp_path / "own")
    own = Settings(
        vad="fsmn-vad",
        vad_options={"weights": str(tmp_path / "own"), "threshold": 0.9},
        speakers=1,
    )
    found = wiring.voice_detector_of(own)
    assert isinstance(found, FrameDetector)
    assert (found._decision.onset, found._decision.offset) == (0.9, 0.65)
    assert [model.name for model in wiring.models_of(own)][1:] == []


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param(Settings(vad="halving"), "this finds no speech", id="no detector"),
        pytest.param(Settings(vad="nope"), "'nope': no such kind", id="no such engine"),
    ],
)
def test_a_wrong_voice_detector_is_refused(settings: Settings, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        wiring.voice_detector_of(settings)


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        pytest.param(Settings(), SpeechOptions(), id="silero"),
        pytest.param(Settings(vad="fsmn_vad"), fsmn_vad.USUAL, id="fsmn-vad"),
        pytest.param(
            Settings(vad="ten-vad", vad_options={"pad": 0.1, "weights": "/x"}),
            SpeechOptions(0.5, 0.35, pad=0.1),
            id="ten-vad",
        ),
    ],
)
def test_when_speech_begins_is_what_the_detector_has_but_for_the_options(
    settings: Settings, options: SpeechOptions
) -> None:
    assert wiring.speech_of(settings).options == options
    assert wiring.speech_of(settings).others == {}


def test_what_one_detector_measured_is_not_what_another_did() -> None:
    ways = [
        Settings(),
        Settings(vad="fsmn-vad"),
        Settings(vad="ten-vad"),
        Settings(vad="ten-vad", vad_options={"weights": "/x"}),
    ]

    assert len({wiring.speech_of(settings).digest for settings in ways}) == 4
    assert wiring.speech_of(Settings(vad_options={"pad": 0.2})).digest == (
        wiring.speech_of(Settings()).digest
    )


def test_options_of_speech_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ConfigError, match="give numbers for some of threshold, release"):
        wiring.speech_of(Settings(vad="fsmn-vad", vad_options={"threshold": 0.5}))


def test_marks_are_put_in_by_a_model_where_one_is_set(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")
    import tiny_ct_transformer

    own = {"weights": str(tiny_ct_transformer.write(tmp_path / "ct"))}
    settings = Settings(punctuation="ct-transformer", punctuation_options=own)
    stages = wiring.text_of(settings, Hints())
    segment = reduce(lambda s, stage: stage(s), stages, says(Role.AGENT, 0, 3, "你好我来了您说"))

    assert segment.text == "你好，我来了。您说。"
    assert len(stages) == len(wiring.text_of(Settings(), Hints())) + 1
    assert choices.punctuator_of(settings) is choices.punctuator_of(settings)
    assert wiring.made_by(settings) != wiring.made_by(Settings())


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param(Settings(punctuation="halving"), "this knows no punctuation", id="no model"),
        pytest.param(Settings(punctuation="nope"), "'nope': no such kind", id="no such engine"),
    ],
)
def test_a_wrong_model_of_punctuation_is_refused(settings: Settings, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        choices.punctuator_of(settings)


def test_punctuation_takes_the_model_that_its_runtime_reads(tmp_path: Path) -> None:
    settings = Settings(punctuation="ct-transformer", models=tmp_path, speakers=1)

    assert "ct-transformer-int8" in [model.name for model in wiring.models_of(settings)]


def test_the_usual_diarizer_is_taken_unless_another_is_set(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")
    import tiny_speakers
    from huiting.engines.sherpa_diarizer import SherpaDiarizer

    own = {
        "segmentation": str(tiny_speakers.segmentation(tmp_path)),
        "embedding": str(tiny_speakers.embedding(tmp_path)),
    }
    settings = Settings(diarizer="sherpa", diarizer_options=own)

    assert choices.diarizer_of(Settings()) is None
    assert isinstance(wiring.diarizer_of(settings), SherpaDiarizer)
    assert wiring.diarizer_of(Settings(diarizer="sherpa", speakers=1)) is None
    assert choices.models_of(settings) == ()
    assert wiring.made_by(settings) != wiring.made_by(Settings())


def test_a_diarizer_of_two_models_needs_both(tmp_path: Path) -> None:
    settings = Settings(diarizer="sherpa", models=tmp_path / "none")
    other = Settings(diarizer="sherpa", diarizer_options={"model": "eres2net-zh-sherpa"})
    names = [model.name for model in wiring.models_of(settings)]

    assert names[-2:] == ["pyannote-segmentation-sherpa", "campplus-zh-sherpa"]
    assert "campplus" not in names
    assert [model.name for model in choices.models_of(other)] == [
        "pyannote-segmentation-sherpa",
        "eres2net-zh-sherpa",
    ]
    with pytest.raises(ModelUnavailable, match="huiting models pull pyannote-segmentation-sherpa"):
        wiring.diarizer_of(settings)


def test_of_two_that_make_voice_prints_the_one_that_is_installed_is_taken(tmp_path: Path) -> None:
    entry = catalogue.model("eres2net-zh-sherpa")
    path = catalogue.place(entry, entry.files[0], tmp_path)
    path.parent.mkdir(parents=True)
    path.touch()
    found = choices.models_of(Settings(diarizer="sherpa", models=tmp_path))

    assert [model.name for model in found] == ["pyannote-segmentation-sherpa", entry.name]


def test_another_sound_detector_is_taken_where_one_is_set(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")
    import tiny_ced

    own = {"weights": str(tiny_ced.write(tmp_path)), "threshold": 0.4}
    settings = Settings(sound_detector="audio-tagging", sound_detector_options=own)
    found = wiring.sounds_of(settings)

    assert found is not None
    assert list(found.events(CLIP, 0, [])) == []
    assert wiring.yamnet_of(settings) is None
    assert wiring.made_by(settings) != wiring.made_by(Settings())
    assert wiring.sounds_of(Settings(sound_detector="audio-tagging", sounds=False)) is None
    assert choices.sound_detector_of(Settings()) is None


def test_a_sound_detector_needs_its_model(tmp_path: Path) -> None:
    settings = Settings(sound_detector="audio-tagging", models=tmp_path / "none")

    assert "ced-mini-int8" in [model.name for model in wiring.models_of(settings)]
    with pytest.raises(ModelUnavailable, match="huiting models pull ced-mini-int8"):
        wiring.sounds_of(settings)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("halving", "this tells no speakers apart"), ("nope", "'nope': no such kind")],
)
def test_a_wrong_diarizer_is_refused(name: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        wiring.diarizer_of(Settings(diarizer=name))


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("halving", "this hears no sounds"), ("nope", "'nope': no such kind")],
)
def test_a_wrong_sound_detector_is_refused(name: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        wiring.sounds_of(Settings(sound_detector=name))
