import sys
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError
from huiting.core.plugins import declares, kinds, make, parameters


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a package with a kind, and with what is none."""
    folder = tmp_path / "made_up_kinds"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "_hidden.py").touch()
    (folder / "greeter.py").write_text("def build(*, word='hi'):\n    return word.upper()\n")
    (folder / "broken.py").write_text("raise RuntimeError('imported')\ndef build(): ...\n")
    (folder / "registry.py").write_text("def builders():\n    return []\n")
    (folder / "native.so").write_bytes(b"")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("made_up_kinds")]:
        monkeypatch.delitem(sys.modules, name)
    return "made_up_kinds"


def test_kinds_are_the_public_modules_and_none_is_imported(package: str) -> None:
    assert kinds(package) == ["broken", "greeter"]


def test_a_kind_is_built_with_its_options(package: str) -> None:
    assert make(package, "greeter") == "HI"
    assert make(package, "greeter", word="hello") == "HELLO"


def test_a_hyphen_in_a_kind_is_an_underscore_in_its_module(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "warm_greeter.py").write_text("def build(*, word='hi'): return word\n")

    assert make(package, "warm-greeter", word="hello") == "hello"
    assert make(package, "warm_greeter") == "hi"
    assert parameters(package, "warm-greeter") == ("word",)


def test_an_unknown_kind_is_answered_with_the_kinds_there_are(package: str) -> None:
    with pytest.raises(ConfigError, match="no such kind; choose one of broken, greeter"):
        make(package, "_hidden")


def test_a_wrong_option_is_answered_with_those_there_are(package: str) -> None:
    with pytest.raises(ConfigError, match=r"keyword argument 'wrd'; it takes \(\*, word='hi'\)"):
        make(package, "greeter", wrd="x")


def distribution(folder: Path, points: str) -> None:
    """Write what is left of a package that was installed."""
    info = folder / "far_kinds-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: far-kinds\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[made_up_kinds]\n{points}\n")
    (folder / "far_kinds.py").write_text("def build(*, word='far'):\n    return word * 2\n")


@pytest.mark.parametrize("value", ["far_kinds", "far_kinds:build"], ids=["module", "function"])
def test_another_package_adds_a_kind_by_an_entry_point(
    package: str, tmp_path: Path, value: str
) -> None:
    distribution(tmp_path, f"singer = {value}")

    assert kinds(package) == ["broken", "greeter", "singer"]
    assert parameters(package, "singer") == ("word",)
    assert make(package, "singer", word="la") == "lala"


def test_another_package_cannot_take_the_name_of_one_of_ours(package: str, tmp_path: Path) -> None:
    distribution(tmp_path, "greeter = far_kinds")

    assert make(package, "greeter") == "HI"


def test_a_package_that_does_not_load_is_named(package: str, tmp_path: Path) -> None:
    distribution(tmp_path, "singer = far_kinds:sing")

    with pytest.raises(ConfigError, match="the package far-kinds does not load"):
        make(package, "singer")


def test_a_module_may_declare_what_it_can(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "loud.py").write_text("LOUD = True\n\ndef build(): ...\n")

    assert declares(package, "loud", "LOUD")
    assert not declares(package, "loud", "QUIET")
    with pytest.raises(ConfigError, match="no such kind"):
        declares(package, "mute", "LOUD")
