import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import huiting.engines
import tiny_paraformer_onnx
from huiting.app import wiring
from huiting.app.settings import Settings
from huiting.audio.clips import CUTTINGS, PAUSE
from huiting.core.errors import ConfigError
from huiting.core.ports import Hints
from huiting.engines import catalogue

EARS = """
from tones import Ear

def build(*, languages, beam=1):
    ear = Ear()
    ear.options = (languages, beam)
    return ear
"""


@pytest.fixture
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A recognizer of another make: one file in huiting.engines."""
    (tmp_path / "ears.py").write_text(EARS)
    monkeypatch.setattr(huiting.engines, "__path__", [*huiting.engines.__path__, str(tmp_path)])
    return "ears"


@dataclass(frozen=True)
class Installed:
    """Where `catalogue.weights` would find a model."""

    folder: Path

    @property
    def paths(self) -> dict[str, Path]:
        return {"weights": self.folder / "weights.bin"}


class Built:
    """What `make` is asked for, instead of what it would build."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, object]] = {}

    def __call__(self, package: str, kind: str, **options: object) -> "Built":
        self.options[kind] = options
        return self

    def transcribe(self) -> None:
        """Pass for a recognizer."""


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    """Everything that needs weights is asked for, and not loaded."""
    made = Built()
    monkeypatch.setattr(wiring, "make", made)
    monkeypatch.setattr(catalogue, "weights", lambda name, cache: Installed(cache / name))
    return made


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        pytest.param(
            Settings(),
            ["whisper-base", "silero-v6", "campplus", "pyannote-segmentation-3.0"],
            id="as it comes",
        ),
        pytest.param(Settings(speakers=1), ["whisper-base", "silero-v6"], id="mono left whole"),
        pytest.param(Settings(engine="ears", speakers=1), ["silero-v6"], id="another engine"),
    ],
)
def test_only_the_models_of_the_settings_are_needed(settings: Settings, names: list[str]) -> None:
    assert [model.name for model in wiring.models_of(settings)] == names


@pytest.mark.parametrize(
    ("cores", "settings", "threads", "parallel"),
    [
        pytest.param(1, Settings(), 1, 2, id="one core"),
        pytest.param(2, Settings(), 2, 3, id="two cores"),
        pytest.param(64, Settings(), 64, 4, id="many cores"),
        pytest.param(64, Settings(threads=2), 2, 3, id="told threads"),
        pytest.param(2, Settings(parallel=9), 2, 9, id="told calls"),
    ],
)
def test_the_work_fits_the_machine(
    monkeypatch: pytest.MonkeyPatch, cores: int, settings: Settings, threads: int, parallel: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))

    assert wiring.threads_of(settings) == threads
    assert wiring.parallel_of(settings) == parallel


def test_hints_are_what_the_settings_tell(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("七天无理由退货\n", "utf-8")

    assert wiring.hints_of(Settings()) == Hints()
    told = wiring.hints_of(Settings(language="yue", hotwords=tmp_path / "words.txt"))
    assert told.language == "yue"
    assert [word.text for word in told.hotwords] == ["七天无理由退货"]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(language="tlh"), id="the one given"),
        pytest.param(Settings(languages=("zh", "tlh")), id="one of those to choose from"),
    ],
)
def test_a_language_the_model_does_not_know_is_refused_before_any_call(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="language tlh: whisper does not know it; choose auto"):
        wiring.hints_of(settings)


def test_an_engine_of_another_make_knows_its_languages_itself() -> None:
    assert wiring.hints_of(Settings(engine="ears", language="tlh")).language == "tlh"


def test_a_kit_is_built_from_the_settings(ears: str) -> None:
    settings = Settings(
        engine=ears,
        engine_options={"beam": 3},
        speakers=1,
        vad_options={"threshold": 0.6},
        max_hours=2.0,
        languages=("zh", "ja"),
        script="as-heard",
    )

    with wiring.kit_of(settings, Hints()) as kit:
        assert kit.asr.rate == 16_000
        assert kit.diarizer is None
        assert (kit.speakers, kit.languages) == (1, ("zh", "ja"))
        assert kit.limits.duration == 7200
        assert len(kit.text) == 4
        assert (kit.made_by.engine, list(kit.made_by.models)) == ("ears", ["silero-v6", "emotion"])


def test_the_diarizer_gets_both_of_its_networks(tmp_path: Path, built: Built) -> None:
    assert wiring.diarizer_of(Settings(models=tmp_path)) is not None
    assert built.options["diarizer"] == {
        "embedding": tmp_path / "campplus" / "weights.bin",
        "segmentation": tmp_path / "pyannote-segmentation-3.0" / "weights.bin",
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Settings(profile="accurate"), id="profile"),
        pytest.param(Settings(engine_options={"beam": 2}), id="engine option"),
        pytest.param(Settings(vad_options={"pad": 0.2}), id="detector option"),
        pytest.param(Settings(script="traditional"), id="script"),
        pytest.param(Settings(speakers=1), id="models"),
    ],
)
def test_what_changes_a_result_is_part_of_what_made_it(other: Settings) -> None:
    assert wiring.made_by(other) != wiring.made_by(Settings())


def test_what_changes_no_result_is_not() -> None:
    assert wiring.made_by(Settings(threads=7, parallel=3)) == wiring.made_by(Settings())


@pytest.mark.parametrize(
    "engine",
    ["fun-asr-nano", "fun-asr-mlt-nano", "qwen3-asr", "qwen3_asr", "paraformer-streaming"],
)
def test_speech_is_cut_in_every_pause_for_engines_that_give_words_no_times(engine: str) -> None:
    cutting = wiring.cutting_of(Settings(engine=engine, cutting_options={"pad": 0.3}))

    assert (cutting.max_gap, cutting.max_length, cutting.pad) == (PAUSE, 11.0, 0.3)


@pytest.mark.parametrize(
    ("options", "settings", "pause"),
    [
        pytest.param({"aligner": "/a"}, {"languages": ("zh", "yue", "en")}, None, id="aligned"),
        pytest.param({"aligner": "/a"}, {"languages": ("zh", "th")}, PAUSE, id="not all are"),
        pytest.param({"aligner": "/a"}, {"language": "ja"}, None, id="the one asked for is"),
        pytest.param({"aligner": "/a"}, {"language": "th"}, PAUSE, id="the one asked for is not"),
        pytest.param({"aligner": "/a", "languages": ["ar"]}, {}, PAUSE, id="its own languages"),
        pytest.param({"aligner": "/a", "runtime": "onnx"}, {}, PAUSE, id="sherpa-onnx has none"),
        pytest.param({}, {}, PAUSE, id="no aligner"),
    ],
)
def test_where_the_aligner_gives_times_clips_are_as_long_as_for_other_engines(
    tmp_path: Path, options: dict[str, Any], settings: dict[str, Any], pause: float | None
) -> None:
    (tmp_path / "model.safetensors").touch()
    table = {"precise": {"engine": "qwen3-asr", "weights": str(tmp_path)} | options}
    cutting = wiring.cutting_of(Settings(engine="precise", engines=table, **settings))

    usual = CUTTINGS["fast"]
    wanted = usual if pause is None else replace(usual, max_gap=pause, max_length=11.0)
    assert cutting == wanted


@pytest.mark.parametrize("times", [True, False], ids=["a head for times", "no such head"])
def test_paraformer_is_cut_in_every_pause_where_its_network_tells_no_times(
    tmp_path: Path, *, times: bool
) -> None:
    tiny_paraformer_onnx.write(tmp_path, times=times)
    settings = Settings(engine="paraformer", engine_options={"weights": str(tmp_path)})

    assert (wiring.cutting_of(settings).max_gap == PAUSE) is not times


@pytest.mark.parametrize(
    ("config", "timed"),
    [("predictor: CifPredictorV3", True), ("predictor: CifPredictorV2", False)],
    ids=["a head for times", "no such head"],
)
def test_so_is_paraformer_by_pytorch(tmp_path: Path, config: str, *, timed: bool) -> None:
    (tmp_path / "model.pt").touch()
    (tmp_path / "config.yaml").write_text(config)
    settings = Settings(engine="paraformer", engine_options={"weights": str(tmp_path)})

    assert (wiring.cutting_of(settings).max_gap != PAUSE) is timed


def test_weights_that_are_not_there_are_not_for_the_cutting_to_refuse(tmp_path: Path) -> None:
    settings = Settings(engine="paraformer", engine_options={"weights": str(tmp_path)})

    assert wiring.cutting_of(settings) == CUTTINGS["fast"]


def test_a_circuit_is_cut_as_its_part_without_times_needs() -> None:
    table: dict[str, dict[str, Any]] = {
        "both": {"engine": "circuit", "primary": "whisper", "languages": {"yue": "dialects"}},
        "dialects": {"engine": "qwen3-asr"},
    }
    assert wiring.cutting_of(Settings(engine="both", engines=table)).max_gap == PAUSE

    table["both"]["languages"] = {}
    assert wiring.cutting_of(Settings(engine="both", engines=table)) == CUTTINGS["fast"]


def test_an_engine_that_gives_no_times_is_known_by_what_it_is_not_by_how_it_is_called() -> None:
    table = {"dialects": {"engine": "qwen3-asr"}}

    assert wiring.cutting_of(Settings(engine="dialects", engines=table)).max_gap == PAUSE


@pytest.mark.parametrize(("words", "pause"), [(True, None), (False, PAUSE)])
def test_a_server_known_to_tell_no_times_is_given_no_pause(
    words: bool,  # noqa: FBT001
    pause: float | None,
) -> None:
    options = {"url": "http://127.0.0.1:1/v1", "words": words}
    cutting = wiring.cutting_of(Settings(engine="remote", engine_options=options))

    assert cutting.max_gap == (pause or CUTTINGS["fast"].max_gap)


def test_cutting_is_that_of_the_profile_but_for_the_options() -> None:
    cutting = wiring.cutting_of(Settings(profile="accurate", cutting_options={"max_length": 10.0}))

    assert cutting == replace(CUTTINGS["accurate"], max_length=10.0)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"longest": 3.0}, id="no such option"),
        pytest.param({"max_length": 0.1}, id="no sense"),
    ],
)
def test_a_wrong_cutting_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="give seconds for some of max_gap, max_length, pad"):
        wiring.cutting_of(Settings(cutting_options=options))
