"""Copy a whole database into one file while others write to it, and make a new one of such a file.

SQLite copies itself (its online backup). PostgreSQL is copied and restored by its own programs,
`pg_dump` and `pg_restore`, which must be as new as the server.
"""

import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect

from huiting.core.errors import ConfigError, InputError, StoreError
from huiting.store._connect import Database, connect, explain

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
"""What a copy is called, by the kind of database."""


def dump(database: Database, target: Path, environment: Mapping[str, str]) -> None:
    """Write one state of the database to a file that is not there yet.

    Args:
        database: may be written to meanwhile.
        target: the file.
        environment: of the programs that are run.

    Raises:
        StoreError: it cannot be read, or the file cannot be written.
        ConfigError: pg_dump is not installed.
    """
    if database.dialect == "sqlite":
        _copy_sqlite(database, target)
        return
    url = database.engine.url
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    schema = _schema(url)
    if schema is not None:
        command.append(f"--schema={schema}")
    _run([*command, f"--file={target}", f"--dbname={_place(url)}"], url, environment)


def load(source: Path, target: str, environment: Mapping[str, str]) -> None:
    """Make a new database of a file that `dump` wrote.

    Args:
        source: the file; its name says of which kind of database it is.
        target: URL or path as for `Store.open`; nothing may be there yet.
        environment: of the programs that are run.

    Raises:
        InputError: the copy is of another kind of database.
        ConfigError: something is there, or pg_restore is not installed.
        StoreError: the copy is damaged, or the database cannot be written.
    """
    database = connect(target, 30.0)
    try:
        if source.name != NAMES[database.dialect]:
            raise InputError(
                database.name, "the backup is of another kind of database",
                "restore it to SQLite or PostgreSQL, as it was",
            )  # fmt: skip
        if database.dialect == "sqlite":
            _load_sqlite(source, Path(database.name))
            return
        with database.reading() as connection:
            if inspect(connection).has_table("recording"):
                raise _taken(database.name)
        url = database.engine.url
        command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--exit-on-error"]
        command += ["--single-transaction", f"--dbname={_place(url)}", str(source)]
        _run(command, url, environment)
    finally:
        database.engine.dispose()


def check(source: Path, environment: Mapping[str, str]) -> str | None:
    """Return what is wrong with a file that `dump` wrote; None when it is whole.

    Raises:
        ConfigError: pg_restore is not installed.
    """
    if source.name == NAMES["sqlite"]:
        try:
            with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as raw:
                found = str(raw.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.Error as error:
            return str(error)
        return None if found == "ok" else found
    done = subprocess.run(  # noqa: S603  (no shell; the program is the system's)
        [_program("pg_restore"), "--list", str(source)],
        capture_output=True, check=False, env=dict(environment),
    )  # fmt: skip
    return None if done.returncode == 0 else _last_line(done.stderr)


def _copy_sqlite(database: Database, target: Path) -> None:
    try:
        with database.bare() as raw, closing(sqlite3.connect(target)) as copy:
            assert isinstance(raw, sqlite3.Connection)
            raw.backup(copy)  # in one step: a copy in many would begin anew with every writer
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whoever opens it
    except sqlite3.Error as error:
        raise explain(str(target), error) from error


def _load_sqlite(source: Path, target: Path) -> None:
    for path in (target, Path(f"{target}-wal")):
        if path.exists():
            raise _taken(str(path))
    trouble = check(source, {})
    if trouble is not None:
        raise StoreError(str(source), f"damaged ({trouble})", "restore an earlier backup")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _taken(name: str) -> ConfigError:
    return ConfigError(name, "there is a database already", "name a new place")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ConfigError(name, "not installed", "install PostgreSQL's client programs")
    return found


def _schema(url: URL) -> str | None:
    """Return the schema that a URL names in its search path; None for the whole database."""
    options = str(url.query.get("options", ""))
    _, found, schema = options.partition("search_path=")
    return schema.split(",")[0].strip() if found else None


def _place(url: URL) -> str:
    """Return a URL as PostgreSQL's programs read it, without the password."""
    plain = url.set(drivername="postgresql", password=None)
    return plain.difference_update_query(["options"]).render_as_string(hide_password=False)


def _run(command: Sequence[str], url: URL, environment: Mapping[str, str]) -> None:
    secret = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    done = subprocess.run(  # noqa: S603  (no shell; the program is the system's)
        command, capture_output=True, check=False, env={**environment, **secret}
    )
    if done.returncode != 0:
        name = Path(command[0]).name
        raise StoreError(name, _last_line(done.stderr), "see what it complains of, then try again")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it failed and did not say why"
