"""What is in force, as files: whole or not there, and the old ones forgotten."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.app.force import JOINED, settings_in
from huiting.app.settings import Settings
from huiting.core.errors import StoreError
from huiting.service.library.force import KEPT, Force, InForce, written
from huiting.service.library.kinds import LONGEST, Kind, mistakes
from huiting.store import Store
from huiting.store.library import Library, Version

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


def document(kind: Kind, name: str, body: str, version: int = 1) -> Version:
    return Version(kind, name, version, body, "", "user:1", NOON)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        yield Library(store.database)


def publish(library: Library, body: str) -> None:
    with library.database.writing() as connection:
        made = library.write(connection, document(Kind.HOTWORDS, "shop", body), None)
        library.publish(connection, Kind.HOTWORDS, "shop", made.version, "user:1", NOON)


def test_files_are_written_once_and_named_by_kind(library: Library, tmp_path: Path) -> None:
    force = Force(library, tmp_path / "published")
    nothing = force.now()
    publish(library, "慧听")
    state = force.now()
    [path] = state.of(Kind.HOTWORDS)

    assert nothing.of(Kind.HOTWORDS) == ()
    assert nothing.stamp != state.stamp
    assert (path.name, path.read_text(encoding="utf-8")) == ("shop.txt", "慧听")
    assert force.now() is state
    assert Force(library, tmp_path / "published").now() == state


def test_the_files_of_old_states_are_forgotten_but_for_a_few(
    library: Library, tmp_path: Path
) -> None:
    force = Force(library, tmp_path / "published")
    for number in range(6):
        publish(library, f"慧听{number}")
        path = force.now().of(Kind.HOTWORDS)[0].parent.parent
        os.utime(path, (number, number))
    (tmp_path / "published" / "note.txt").touch()

    assert len([p for p in (tmp_path / "published").iterdir() if p.is_dir()]) == KEPT
    assert force.now().of(Kind.HOTWORDS)[0].exists()


def test_where_nothing_can_be_written_that_is_said(library: Library, tmp_path: Path) -> None:
    (tmp_path / "published").write_text("a file")

    with pytest.raises(StoreError, match="cannot be written"):
        Force(library, tmp_path / "published").now()


def test_of_two_that_write_the_same_the_first_has_done_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [document(Kind.RULES, "shop", "a")]
    state = written(documents, tmp_path)
    first = Path.is_dir

    def later(path: Path) -> bool:
        """Not there yet when it is looked for; there when it is to get its name."""
        monkeypatch.setattr(Path, "is_dir", first)
        return False

    monkeypatch.setattr(Path, "is_dir", later)

    assert written(documents, tmp_path) == state
    assert len(list(tmp_path.iterdir())) == 1


def test_what_cannot_get_its_name_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, __: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)

    with pytest.raises(OSError, match="No space"):
        written([document(Kind.RULES, "shop", "a")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_published_joins_the_settings_or_takes_their_place(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("退货", encoding="utf-8")
    settings = Settings(hotwords=own, rules=(tmp_path / "own.yaml",), entities=tmp_path / "e.yaml")
    kinds = [kind for kind in Kind if kind is not Kind.DOCUMENTS]
    state = written([document(kind, "shop", "慧听") for kind in kinds], tmp_path / "in")
    found = settings_in(settings, state)
    again = settings_in(settings, state)

    assert found == again
    assert found.hotwords is not None
    assert found.hotwords.name == JOINED
    assert found.hotwords.read_text(encoding="utf-8") == "退货\n慧听"
    assert [path.name for path in found.rules] == ["own.yaml", "shop.yaml"]
    assert [path.name for path in (*found.scorecards, *found.intents)] == ["shop.yaml"] * 2
    assert found.entities == state.of(Kind.ENTITIES)[0]
    assert found.documents is None
    assert settings_in(Settings(), InForce("")) == Settings()
    alone = settings_in(Settings(), written([document(Kind.HOTWORDS, "x", "慧")], tmp_path / "x"))
    assert alone.hotwords is not None
    assert alone.hotwords.read_text(encoding="utf-8") == "慧"


def test_a_document_without_end_is_not_read() -> None:
    [mistake] = mistakes(Kind.RULES, "shop", "x" * (LONGEST + 1))

    assert (mistake.line, mistake.remedy) == (None, "split it")


def test_a_mistake_knows_its_line_where_there_is_one() -> None:
    surrogate = mistakes(Kind.RULES, "shop", "a: \ud800")
    placed = mistakes(Kind.INTENTS, "shop", "format: x\nb: c\n")

    assert surrogate[0].reason == "not UTF-8"
    assert placed[0].line is not None
