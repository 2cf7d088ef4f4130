from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import huiting.engines
from huiting.app import recognizers
from huiting.app.settings import Settings
from huiting.app.wiring import made_by
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.ports import Hints, Recognizer
from huiting.core.types import Audio
from huiting.engines import catalogue
from huiting.engines.resting import Roster

EARS = """
from tones import Ear

def build(*, languages=(), beam=1):
    ear = Ear()
    ear.options = (tuple(languages), beam)
    return ear
"""
CLIP = Audio(np.zeros(16_000, np.float32), 16_000)
TABLES: dict[str, dict[str, Any]] = {
    "wide": {"engine": "ears", "beam": 5},
    "both": {"engine": "circuit", "primary": "wide", "fallback": "ears"},
}


@pytest.fixture(autouse=True)
def _ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recognizer of another make: one file in huiting.engines."""
    (tmp_path / "ears.py").write_text(EARS)
    monkeypatch.setattr(huiting.engines, "__path__", [*huiting.engines.__path__, str(tmp_path)])


@contextmanager
def plainly(recognizer: Recognizer) -> Iterator[Recognizer]:
    yield recognizer


def roster(settings: Settings) -> Roster:
    return recognizers.roster_of(settings, 2, plainly)


def test_the_usual_recognizer_is_named_first_and_the_others_as_they_stand() -> None:
    assert recognizers.names_of(Settings()) == ("whisper",)
    assert recognizers.names_of(Settings(engines=TABLES)) == ("whisper", "wide", "both")
    assert recognizers.names_of(Settings(engine="wide", engines=TABLES)) == ("wide", "both")


def test_a_table_says_which_engine_it_is_and_its_options() -> None:
    choice = recognizers.choice_of(Settings(engine="wide", engines=TABLES))

    assert (choice.name, choice.engine, choice.options) == ("wide", "ears", {"beam": 5})


def test_options_of_the_usual_one_are_not_those_of_another() -> None:
    settings = Settings(engine="ears", engine_options={"beam": 3}, engines=TABLES)

    assert recognizers.choice_of(settings).options == {"beam": 3}
    assert recognizers.choice_of(recognizers.named(settings, "wide")).options == {"beam": 5}
    assert recognizers.named(settings, "ears") is settings


def test_only_what_the_settings_name_may_be_asked_for() -> None:
    with pytest.raises(ConfigError, match=r"engine 'silero': none is called so; choose whisper"):
        recognizers.named(Settings(), "silero")


def test_a_table_that_names_no_engine_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"engines\.x: engine or model is no text"):
        recognizers.choice_of(Settings(engine="x", engines={"x": {"engine": 3}}))


def test_an_engine_gets_those_of_our_options_that_it_takes() -> None:
    settings = Settings(engine="ears", engine_options={"beam": 3}, languages=("ko",))

    assert recognizers.load(settings, 2).options == (("ko",), 3)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        pytest.param(Settings(engine="nope"), "'nope': no such kind; choose one of", id="engine"),
        pytest.param(Settings(engine="silero"), "'silero': this is no recognizer", id="detector"),
        pytest.param(
            Settings(engine="ears", engine_options={"bean": 3}),
            "argument 'bean'; it takes",
            id="option",
        ),
    ],
)
def test_an_engine_that_does_not_fit_is_refused(settings: Settings, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        recognizers.load(settings, 2)


class Built:
    """What `make` is asked for, instead of what it would build."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, object]] = {}

    def __call__(self, _package: str, kind: str, **options: object) -> "Built":
        self.options[kind] = options
        return self

    def transcribe(self) -> None:
        """Pass for a recognizer."""


class Installed:
    """Where `catalogue.weights` would find a model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def test_the_embedded_engine_gets_its_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Built()
    monkeypatch.setattr(recognizers, "make", built)
    monkeypatch.setattr(catalogue, "weights", lambda name, cache: Installed(cache / name))

    recognizers.load(Settings(models=tmp_path, profile="accurate"), 3)

    assert built.options["whisper"] == {
        "profile": "accurate",
        "threads": 3,
        "states": True,
        "languages": ("zh", "en", "ja", "ko"),
        "weights": tmp_path / "whisper-base",
    }


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="run `huiting setup`"):
        recognizers.load(Settings(models=tmp_path), 2)


def test_another_model_of_the_catalogue_may_be_named() -> None:
    settings = Settings(engine="x", engines={"x": {"engine": "whisper", "model": "whisper-base"}})

    assert [model.name for model in recognizers.models_of(settings)] == ["whisper-base"]


def test_weights_of_the_teams_own_need_no_model_of_the_catalogue() -> None:
    settings = Settings(engine_options={"weights": "/somewhere"})

    assert recognizers.models_of(settings) == ()


def test_a_circuit_needs_the_models_of_its_parts() -> None:
    tables = {"all": {"engine": "circuit", "primary": "whisper", "languages": {"yue": "ears"}}}
    settings = Settings(engine="all", engines=tables)

    assert recognizers.parts_of(settings) == ("whisper", "ears")
    assert recognizers.languages_of(settings) == ("zh", "en", "ja", "ko", "yue")
    assert [model.name for model in recognizers.models_of(settings)] == ["whisper-base"]


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({"a": {"engine": "circuit", "primary": "a"}}, id="itself"),
        pytest.param(
            {
                "a": {"engine": "circuit", "primary": "ears", "doubt": {"ask": "b"}},
                "b": {"engine": "circuit", "primary": "ears"},
            },
            id="another",
        ),
    ],
)
def test_a_circuit_of_circuits_is_refused(tables: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(ConfigError, match="is a circuit too"):
        recognizers.load(Settings(engine="a", engines=tables), 2)


def test_all_that_the_settings_name_is_loaded_by_its_name_and_joined() -> None:
    made = roster(Settings(engine="both", engines=TABLES))

    [heard] = made.get("both").transcribe([CLIP], Hints())

    assert heard.engine == "wide"
    assert [one.name for one in made.loaded()] == ["both", "wide"]
    made.close()
    assert list(made.loaded()) == []


def test_a_circuit_that_changes_in_a_part_makes_other_analyses() -> None:
    other = {**TABLES, "wide": {"engine": "ears", "beam": 6}}
    settings = Settings(engine="both", engines=TABLES, emotion=False, sounds=False)

    changed = Settings(engine="both", engines=other, emotion=False, sounds=False)
    assert made_by(settings).settings != made_by(changed).settings
    assert made_by(settings).engine == "both"


def test_the_model_of_a_server_is_an_option_and_none_of_the_catalogue() -> None:
    gpu = {"engine": "remote", "url": "http://127.0.0.1:9/v1", "model": "large-v3"}
    settings = Settings(engine="gpu", engines={"gpu": gpu})

    assert recognizers.choice_of(settings).options["model"] == "large-v3"
    assert recognizers.models_of(settings) == ()
    assert recognizers.load(settings, 1).rate == 16_000


def test_all_servers_that_may_be_sent_speech_are_known() -> None:
    tables = {
        "gpu": {"engine": "remote", "url": "http://gpu-1/v1"},
        "big": {"engine": "remote", "url": "http://gpu-1/v1", "model": "big"},
        "far": {"engine": "remote", "url": "https://asr.example.com/v1"},
    }
    remote = Settings(engine="remote", engine_options={"url": "ws://gpu-2"}, engines=tables)

    assert recognizers.servers_of(Settings()) == ()
    assert recognizers.servers_of(Settings(engines=tables)) == (
        "http://gpu-1/v1",
        "https://asr.example.com/v1",
    )
    assert recognizers.servers_of(remote)[0] == "ws://gpu-2"
