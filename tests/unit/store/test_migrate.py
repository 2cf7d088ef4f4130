import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from huiting.core.errors import StoreError
from huiting.store import Store
from huiting.store._connect import Database, connect
from huiting.store._migrate import _use_wal
from huiting.store.schema import HEAD, Base
from unit.store.stored import NOON, heard


def test_the_last_migration_is_the_one_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", "huiting.store:migrations")

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_the_tables_that_the_program_uses(target: str) -> None:
    Store.open(target).close()
    database = connect(target, 30.0)

    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        index = name is not None and name.startswith("segment_index")  # FTS5's own tables
        own = ("alembic_version", "keys", "ix_segment_keys", "ix_segment_ids")
        return not (index or name in own)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        differences = compare_metadata(context, Base.metadata)
    database.engine.dispose()

    assert differences == []


def test_opening_again_keeps_what_is_there(target: str) -> None:
    with Store.open(target) as store:
        store.save(heard("a", "退货"), at=NOON)

    with Store.open(target) as store:
        assert len(store.search("退货")) == 1


def test_a_database_of_a_later_version_is_refused_and_not_touched(target: str) -> None:
    Store.open(target).close()
    database = connect(target, 30.0)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"later version \(tables 9999\); update Huiting"):
        Store.open(target)

    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    database.engine.dispose()


def test_many_may_open_a_new_database_at_once(target: str) -> None:
    gate = threading.Barrier(6)
    failures: list[BaseException] = []

    def open_and_save(number: int) -> None:
        gate.wait()
        try:
            with Store.open(target) as store:
                store.save(heard(str(number), "退货"), at=NOON)
        except BaseException as error:  # noqa: BLE001  (shown by the assert below)
            failures.append(error)

    threads = [threading.Thread(target=open_and_save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with Store.open(target) as store:
        assert len(store.search("退货")) == 6


def test_sqlite_lets_readers_go_on_while_one_writes(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "calls.db")) as store:
        store.save(heard("a", "退货"), at=NOON)
        with store._database.writing() as connection:
            connection.execute(text("DELETE FROM segment"))

            assert len(store.search("退货")) == 1


class Contended:
    """A database whose first attempts at another journal mode meet someone else's."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.done: list[str] = []

    @contextmanager
    def bare(self) -> Iterator["Contended"]:
        yield self

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.done.append("wait")
        yield

    def execute(self, statement: str) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("calls.db", "locked by another program", "try again")
        self.done.append(statement)


def test_who_meets_another_opening_waits_for_it() -> None:
    database = Contended(failures=2)

    _use_wal(cast("Database", database))

    assert database.done == ["wait", "wait", "PRAGMA journal_mode = WAL"]


def test_nobody_waits_for_ever() -> None:
    with pytest.raises(StoreError, match="locked"):
        _use_wal(cast("Database", Contended(failures=10_000)))
