from pathlib import Path

import pytest

from huiting.app.settings import Settings, resolve
from huiting.core.errors import ConfigError
from huiting.core.types import Role


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file of the machine may be found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_every_setting_has_a_default() -> None:
    resolved = resolve({}, environment={})

    assert resolved.settings.profile == "fast"
    assert set(resolved.sources.values()) == {"default"}


def test_a_file_is_overridden_by_a_variable_and_that_by_an_option(tmp_path: Path) -> None:
    (tmp_path / "huiting.toml").write_text(
        'profile = "accurate"\nspeakers = 3\nlanguage = "en"\nvad_options = { threshold = 0.4 }\n'
    )

    resolved = resolve(
        {"language": "ja", "script": None},
        environment={"HUITING_SPEAKERS": "4", "HUITING_LANGUAGE": "ko"},
    )

    assert resolved.settings == Settings(
        profile="accurate", speakers=4, language="ja", vad_options={"threshold": 0.4}
    )
    assert resolved.sources["profile"] == "huiting.toml"
    assert resolved.sources["speakers"] == "HUITING_SPEAKERS"
    assert resolved.sources["language"] == "option"
    assert resolved.sources["script"] == "default"


def test_lists_and_tables_fit_into_variables() -> None:
    settings = resolve(
        {},
        environment={
            "HUITING_ROLES": "agent, customer",
            "HUITING_ENGINE_OPTIONS": "{beam = 2}",
            "HUITING_MODELS": "/srv/models",
        },
    ).settings

    assert settings.roles == (Role.AGENT, Role.CUSTOMER)
    assert settings.engine_options == {"beam": 2}
    assert settings.models == Path("/srv/models")


def test_a_file_can_be_named(tmp_path: Path) -> None:
    named = tmp_path / "other.toml"
    named.write_text("parallel = 7\n")

    assert resolve({}, environment={}, file=named).settings.parallel == 7
    assert resolve({}, environment={"HUITING_CONFIG": str(named)}).settings.parallel == 7


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param("nothing = 1", "nothing: no such setting", id="unknown name"),
        pytest.param("speakers = [", "not TOML", id="not TOML"),
        pytest.param('speakers = "many"', "setting speakers", id="wrong type"),
        pytest.param('profile = "best"', "setting profile", id="no such choice"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "huiting.toml").write_text(content)

    with pytest.raises(ConfigError, match=complaint):
        resolve({}, environment={})


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        resolve({}, environment={}, file=tmp_path / "gone.toml")


def test_a_variable_that_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="HUITING_VAD_OPTIONS"):
        resolve({}, environment={"HUITING_VAD_OPTIONS": "{"})
