"""Documents in versions: never changed, one in force, nobody's change lost."""

from datetime import UTC, datetime, timedelta

import pytest

from huiting.core.errors import Conflict, Unknown
from huiting.store import Store
from huiting.store.library import Library, Version

NOW = datetime(2025, 3, 12, tzinfo=UTC)


@pytest.fixture
def library(store: Store) -> Library:
    return Library(store.database)


def write(library: Library, body: str, name: str = "shop", expected: int | None = None) -> Version:
    written = Version("rules", name, 0, body, f"note {body}", "user:1", NOW)
    with library.database.writing() as connection:
        return library.write(connection, written, expected)


def publish(library: Library, version: int, name: str = "shop") -> None:
    with library.database.writing() as connection:
        library.publish(connection, "rules", name, version, "user:2", NOW + timedelta(1))


def test_versions_count_from_one_and_stay(library: Library) -> None:
    assert [write(library, body).version for body in ("a", "b", "c")] == [1, 2, 3]
    assert [version.body for version in library.versions("rules", "shop")] == ["c", "b", "a"]
    assert library.read("rules", "shop").body == "c"
    assert library.read("rules", "shop", 1).note == "note a"


def test_a_change_by_who_has_not_seen_the_last_one_is_refused(library: Library) -> None:
    write(library, "a", expected=0)
    write(library, "b", expected=1)

    with pytest.raises(Conflict, match="version 2 was written"):
        write(library, "c", expected=1)
    with pytest.raises(Conflict):
        write(library, "c", expected=0)
    assert library.read("rules", "shop").version == 2


def test_one_version_is_in_force_and_can_be_rolled_back(library: Library) -> None:
    for body in ("a", "b"):
        write(library, body)
    assert library.force() == ()
    publish(library, 2)
    publish(library, 1)

    assert library.force() == (("rules", "shop", 1),)
    assert [version.body for version in library.published()] == ["a"]
    entry = library.entry("rules", "shop")
    assert (entry.version, entry.published) == (2, 1)


def test_what_is_withdrawn_is_not_in_force(library: Library) -> None:
    write(library, "a")
    publish(library, 1)
    with library.database.writing() as connection:
        assert library.withdraw(connection, "rules", "shop")
        assert not library.withdraw(connection, "rules", "shop")

    assert library.published() == []
    assert library.entry("rules", "shop").published is None


def test_documents_are_listed_by_kind_and_name(library: Library) -> None:
    for name in ("银行", "a shop", "a shop"):
        write(library, "x", name)

    assert [(e.name, e.version) for e in library.entries()] == [("a shop", 2), ("银行", 1)]
    assert library.entries("hotwords") == []


def test_what_is_not_there_is_an_error(library: Library) -> None:
    write(library, "a")

    for ask in (
        lambda: library.entry("rules", "none"),
        lambda: library.read("rules", "none"),
        lambda: library.read("rules", "shop", 9),
    ):
        with pytest.raises(Unknown):
            ask()
