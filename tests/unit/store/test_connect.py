import os
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError

from huiting.core.errors import ConfigError, StoreError
from huiting.store import Store
from huiting.store._connect import Database, connect, explain
from unit.store.stored import NOON, heard


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        pytest.param("mysql://host/name", "mysql is not supported", id="another database"),
        pytest.param("nonsense://", "nonsense is not supported", id="no database"),
        pytest.param("://", "no database URL", id="no URL"),
    ],
)
def test_what_is_no_database_is_refused(target: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        Store.open(target)


def test_a_url_of_sqlite_and_a_path_are_the_same(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'calls.db'}") as store:
        store.save(heard("a", "退货"), at=NOON)

    with Store.open(str(tmp_path / "calls.db")) as store:
        assert len(store.search("退货")) == 1


def test_a_path_with_strange_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "通话 😀?#%20"
    folder.mkdir()

    Store.open(str(folder / "calls.db")).close()

    assert (folder / "calls.db").exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none" / "calls.db"

    with pytest.raises(StoreError, match=f"{path}: cannot be opened; see that its folder exists"):
        Store.open(str(path))


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)

    with pytest.raises(StoreError, match="not a database"):
        Store.open(str(path))

    assert path.read_text() == "not a database\n" * 100


def test_another_writer_is_waited_for_and_then_named(target: str) -> None:
    with Store.open(target, patience=0.05) as store, store._database.writing():
        with pytest.raises(StoreError, match="locked by another program; try again"):
            store.save(heard("a", "退货"), at=NOON)

        assert store.search("退货") == []


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "calls.db")) as store:
        store.save(heard("a", "退货"), at=NOON)
        with store._database.bare() as connection:
            connection.execute("PRAGMA max_page_count = 1")

        with pytest.raises(StoreError, match="no space left; make room"):
            store.save_all([heard(str(n), "退货" * 500) for n in range(60)], at=NOON)

        assert [hit.name for hit in store.search("退货")] == ["a.wav"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    Store.open(str(path)).close()
    path.chmod(0o400)

    with Store.open(str(path)) as store, pytest.raises(StoreError, match="read-only"):
        store.save(heard("a", "退货"), at=NOON)


def test_a_database_that_may_only_be_read_can_be_searched(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with Store.open(str(path)) as store:
        store.save(heard("a", "退货"), at=NOON)

    with Store.open(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert len(store.search("退货")) == 1
        with pytest.raises(StoreError, match="read-only; allow writing"):
            store.save(heard("b", "退货"), at=NOON)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    target = "postgresql://me:secret@127.0.0.1:1/calls?connect_timeout=2"

    with pytest.raises(StoreError, match="no connection") as caught:
        Store.open(target)

    assert "me:***@127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigError, match=r"install huiting\[postgresql\]"):
        Store.open("postgresql://127.0.0.1/calls")


class Refused(Exception):
    """An error of a PostgreSQL driver."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("what the server said")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param("53100", "no space left", id="disk full"),
        pytest.param("25006", "read-only", id="a standby"),
        pytest.param("28P01", "login refused", id="wrong password"),
        pytest.param("08006", "no connection (what the server said)", id="lost"),
        pytest.param(None, "no connection (what the server said)", id="never connected"),
        pytest.param("XX000", "what the server said", id="anything else"),
    ],
)
def test_what_a_server_answers_is_explained(state: str | None, reason: str) -> None:
    assert explain("calls", Refused(state)).reason == reason


def test_an_unknown_error_of_sqlite_is_passed_on() -> None:
    assert explain("calls", sqlite3.ProgrammingError("odd")).reason == "odd"


def test_wrong_sql_is_our_fault(store: Store) -> None:
    with pytest.raises(StoreError, match="report this as a fault"), store._database.reading() as c:
        c.execute(text("SELECT nothing FROM nowhere"))


def test_misuse_of_sqlalchemy_is_our_fault(tmp_path: Path) -> None:
    database: Database = connect(str(tmp_path / "calls.db"), 1.0)

    with pytest.raises(StoreError, match="report this as a fault"), database.reading():
        raise InvalidRequestError("misused")
    database.engine.dispose()
