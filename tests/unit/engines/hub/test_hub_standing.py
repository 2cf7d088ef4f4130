"""How models stand, verifying them and taking them away."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError
from huiting.engines import catalogue
from huiting.engines.hub.bring import bring
from huiting.engines.hub.shelf import weigh
from huiting.engines.hub.standing import Standing, remove, stand, verify
from small_hub import CONTENT, hosted, laid
from small_models import packaged


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder of models with one in it."""
    bring(laid(tmp_path / "brought", CONTENT), tmp_path / "models", [hosted()])
    return tmp_path / "models"


def test_a_model_that_is_here_says_how_much_it_takes_and_when_it_was_verified(cache: Path) -> None:
    found = stand(hosted(), cache)

    assert found.standing is Standing.VERIFIED
    assert found.here > hosted().size
    assert found.verified
    assert abs((datetime.now(UTC) - found.verified).total_seconds()) < 3600


def test_a_model_that_is_not_here_takes_nothing(cache: Path) -> None:
    found = stand(hosted("pie"), cache)

    assert (found.standing, found.here, found.verified) == (Standing.ABSENT, 0, None)


def test_a_pull_that_broke_off_is_partial(cache: Path) -> None:
    laid(cache / ".pull" / "pie" / "files", {"model.bin.begun": b"12345"})

    found = stand(hosted("pie"), cache)

    assert (found.standing, found.here) == (Standing.PARTIAL, 5)


def test_a_model_with_a_changed_file_is_damaged(cache: Path) -> None:
    (cache / "cake" / "config.json").write_bytes(b"{}")

    assert stand(hosted(), cache).standing is Standing.DAMAGED


def test_a_model_of_a_package_has_no_date_of_ours(cache: Path) -> None:
    found = stand(packaged(b""), cache)

    assert (found.standing, found.verified) == (Standing.VERIFIED, None)


def test_files_that_were_taken_as_they_came_are_named(cache: Path, tmp_path: Path) -> None:
    entry = hosted("pie", unknown=("config.json",))
    bring(tmp_path / "brought", cache, [entry], named=True)

    assert stand(entry, cache).trusted == ("config.json",)


def test_verifying_names_every_damaged_file(cache: Path) -> None:
    (cache / "cake" / "config.json").write_bytes(b"{}")
    (cache / "cake" / "tokenizer" / "vocab.json").unlink()

    found = verify(hosted(), cache)

    assert [damage.file.name for damage in found] == ["config.json", "tokenizer/vocab.json"]
    assert "2 bytes, not 15" in found[0].reason
    assert "is missing" in found[1].reason


def test_verifying_notes_anew_what_is_right(cache: Path) -> None:
    (cache / "cake" / "verified.json").unlink()

    assert verify(hosted(), cache) == ()
    assert catalogue.locate(hosted(), cache).folder == cache / "cake"
    assert not (cache / ".pull" / "cake").exists()


def test_verifying_keeps_what_a_pull_began(cache: Path) -> None:
    laid(cache / ".pull" / "cake", {"archive.begun": b"123"})

    assert verify(hosted(), cache) == ()
    assert (cache / ".pull" / "cake" / "archive.begun").exists()


def test_models_that_cannot_be_written_are_verified_all_the_same(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr("huiting.engines.hub.standing._stamp.write", refuse)

    assert verify(hosted(), cache) == ()


def test_what_vanishes_while_it_is_weighed_weighs_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = cache / "gone"
    monkeypatch.setattr(Path, "rglob", lambda *_: iter([gone]))
    monkeypatch.setattr(Path, "is_file", lambda _: True)

    assert weigh(cache) == 0


def test_verifying_a_model_of_a_package_writes_nothing(tmp_path: Path) -> None:
    assert verify(packaged(b""), tmp_path / "none") == ()
    assert not (tmp_path / "none").exists()


def test_removing_takes_all_of_a_model_and_nothing_else(cache: Path, tmp_path: Path) -> None:
    bring(tmp_path / "brought", cache, [replace(hosted(), name="pie")])
    laid(cache / ".pull" / "cake", {"archive.begun": b"123"})
    before = stand(hosted(), cache).here

    assert remove(hosted(), cache) == before
    assert stand(hosted(), cache).standing is Standing.ABSENT
    assert stand(hosted("pie"), cache).standing is Standing.VERIFIED
    assert [p.name for p in (cache / ".pull").iterdir() if p.is_dir()] == []


def test_removing_what_is_not_here_is_refused(cache: Path) -> None:
    with pytest.raises(ConfigError, match="is not here"):
        remove(hosted("pie"), cache)


def test_what_a_package_brings_is_not_ours_to_remove(cache: Path) -> None:
    with pytest.raises(ConfigError, match="uninstall the package"):
        remove(packaged(b""), cache)
