"""What can go wrong with copies of databases is said in words."""

import os
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, StoreError
from huiting.store import Store, dumping, erasing
from huiting.store.dumping import NAMES, check, dump, load
from unit.store.conftest import SERVER
from unit.store.stored import NOON, heard

ENVIRONMENT = dict(os.environ)
needs_server = pytest.mark.skipif(not SERVER, reason="no PostgreSQL server")


def test_a_copy_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "calls.db")) as store, pytest.raises(StoreError, match="opened"):
        dump(store.database, tmp_path / "nowhere" / "copy", {})


def test_a_file_that_is_no_copy_is_told(tmp_path: Path) -> None:
    copy = tmp_path / NAMES["sqlite"]
    copy.write_bytes(b"no database" * 1000)

    assert check(copy, {}) == "file is not a database"
    with pytest.raises(StoreError, match="damaged"):
        load(copy, str(tmp_path / "new.db"), {})
    assert not (tmp_path / "new.db").exists()


@pytest.mark.postgresql
@needs_server
def test_what_pg_restore_complains_of_is_told(tmp_path: Path) -> None:
    copy = tmp_path / NAMES["postgresql"]
    copy.write_bytes(b"no archive")

    trouble = check(copy, ENVIRONMENT)
    assert trouble is not None
    assert "pg_restore" in trouble


@pytest.mark.postgresql
@needs_server
def test_one_schema_is_copied_alone(tmp_path: Path, target: str) -> None:
    with Store.open(target) as store:
        store.save(heard("a", "退货"), at=NOON)
        copy = tmp_path / NAMES[store.database.dialect]
        dump(store.database, copy, ENVIRONMENT)

    assert check(copy, ENVIRONMENT) is None
    with pytest.raises(ConfigError, match="database already"):
        load(copy, target, ENVIRONMENT)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    copy = tmp_path / NAMES["postgresql"]
    copy.write_bytes(b"no archive")

    with pytest.raises(StoreError, match="no connection"):
        load(copy, f"postgresql://u:secret@/none?host={tmp_path}", ENVIRONMENT)


def test_programs_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ConfigError, match="pg_dump: not installed"):
        dumping._program("pg_dump")


@pytest.mark.parametrize(
    ("said", "line"),
    [(b"", "it failed and did not say why"), (b"first\nlast\n", "last")],
    ids=["nothing", "two lines"],
)
def test_the_last_line_is_what_counts(said: bytes, line: str) -> None:
    assert dumping._last_line(said) == line


def test_a_database_that_is_too_great_is_not_written_anew(store: Store) -> None:
    store.save(heard("a", "退货"), at=NOON)

    assert not erasing.scrub(store.database, most=0)
    assert erasing.scrub(store.database)
    assert len(store.search("退货")) == 1


def test_a_log_that_is_being_read_cannot_be_emptied(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "calls.db"), patience=0.01) as store:
        with store.database.reading() as connection:
            connection.exec_driver_sql("SELECT * FROM recording").all()
            store.save(heard("a", "退货"), at=NOON)

            with pytest.raises(StoreError, match="being read"):
                erasing.scrub(store.database, most=0)
        erasing.scrub(store.database)
        assert not (tmp_path / "calls.db-wal").stat().st_size
