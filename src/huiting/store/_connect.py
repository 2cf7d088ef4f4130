"""Open a database: connections, transactions, and what its errors mean.

Readers see a snapshot and wait for nobody. Writers queue: on SQLite by its write
lock, taken when the transaction begins, on PostgreSQL by an advisory lock, so that
the order of calls and the versions of an analysis are given out one at a time.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    make_url,
    select,
    true,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from huiting.core.errors import ConfigError, StoreError

_WRITERS = 0x6875697469
"""Number of the advisory lock: `huiti` in ASCII."""
_SILENCE = "10s"
"""How long a transaction that holds locks may be silent. A machine that lost its network or its
power says no farewell, and without this bound everybody would wait for it for hours."""
LIVELY = {
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}  # fmt: skip
"""How soon a connection notices that the server is gone; options of libpq, s and ms."""
_SERVER = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
"""The same of the server, in seconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. May be used from several threads."""

    engine: Engine
    name: str
    """Its URL without the password, or its path; the subject of every error."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._explained(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes all happen at the end, or none.

        Raises:
            StoreError: the database cannot be written; nothing was changed.
        """
        engine = self.engine.execution_options(writes=True)
        with self._explained(), engine.connect() as connection, connection.begin():
            if self.dialect == "postgresql":
                hurry(connection)
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
            yield connection

    @contextmanager
    def bare(self) -> Iterator[DBAPIConnection]:
        """Give the driver's own connection, in no transaction."""
        with self._explained(), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            try:
                yield raw
            except sqlite3.Error as error:
                raise explain(self.name, error) from error

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise explain(self.name, error.orig) from error
        except SQLAlchemyError as error:
            raise StoreError(self.name, str(error), "report this as a fault") from error


def hurry(connection: Connection) -> None:
    """Have PostgreSQL end this transaction when nothing is heard of it for some seconds."""
    bound = func.set_config("idle_in_transaction_session_timeout", _SILENCE, true())
    connection.execute(select(bound))


def connect(target: str, patience: float) -> Database:
    """Return the database at `target`, a URL of SQLAlchemy or the path of an SQLite file.

    Args:
        target: `sqlite:///calls.db`, `postgresql://user:password@host/name`, or a path.
        patience: seconds to wait for another writer.

    Raises:
        ConfigError: this is no database the store runs on.
    """
    url = _url(target)
    if url.get_backend_name() == "sqlite":
        name = url.database or "in memory"
        engine = create_engine(url, connect_args={"timeout": patience})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Database(engine, name)
    name = url.render_as_string(hide_password=True)
    try:
        # A prepared statement is planned for the average term; ours are common or rare.
        alive = {name: value for name, value in LIVELY.items() if name not in url.query}
        engine = create_engine(
            url, pool_pre_ping=True, connect_args={"prepare_threshold": None, **alive}
        )
    except ImportError as error:
        raise ConfigError(
            name, "the PostgreSQL driver is missing", "install huiting[postgresql]"
        ) from error
    event.listen(engine, "connect", _patient(patience))
    return Database(engine, name)


def _url(target: str) -> URL:
    try:
        url = make_url(target) if "://" in target else URL.create("sqlite", database=target)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError("store", f"no database URL ({error})", _KNOWN) from error
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError("store", f"{backend} is not supported", _KNOWN)
    return url.set(drivername="postgresql+psycopg") if backend == "postgresql" else url


_KNOWN = "give sqlite:///PATH, postgresql://USER@HOST/NAME, or the path of a file"


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where we say, not where sqlite3 guesses
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is written over


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that writes takes the lock first: one that reads and then wants to write
    # could not wait for another writer, since its snapshot would be out of date.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _patient(patience: float) -> Any:  # noqa: ANN401  (what event.listen takes)
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {round(patience * 1000)}")
        # To compile a plan takes longer than our queries, of which each is planned anew.
        cursor.execute("SET jit = off")
        # Many ask at once: a question takes one core and leaves the others to the rest.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        for name, value in _SERVER.items():  # the server looks after its end of the line, too
            cursor.execute(f"SET {name} = {value}")
        cursor.close()
        connection.commit()

    return prepare


_SQLITE = {
    sqlite3.SQLITE_BUSY: ("locked by another program", "try again when that has ended"),
    sqlite3.SQLITE_LOCKED: ("locked by another program", "try again when that has ended"),
    sqlite3.SQLITE_READONLY: ("read-only", "allow writing to the file and its folder"),
    sqlite3.SQLITE_FULL: ("no space left", "make room on the disk, then run again"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "see that its folder exists and may be written"),
    sqlite3.SQLITE_NOTADB: ("not a database", "name another file, or move this one away"),
    sqlite3.SQLITE_CORRUPT: ("damaged", "restore the last backup"),
    sqlite3.SQLITE_IOERR: ("reading or writing failed", "check the disk"),
}
_POSTGRES = {
    "25006": ("read-only", "connect to the server that takes writes"),
    "28": ("login refused", "check user and password"),
    "3D000": ("no such database", "create it: createdb NAME"),
    "42501": ("not permitted", "give the user the rights on the schema"),
    "53100": ("no space left", "make room on the server's disk, then run again"),
    "53300": ("too many connections", "try again, or raise max_connections"),
    "57P05": ("silent for too long within a transaction", "try again"),
    "55P03": ("locked by another program", "try again when that has ended"),
}


def explain(name: str, cause: BaseException | None) -> StoreError:
    """Return what the driver's error means for the one who runs the program."""
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind, the rest its variety. OverflowError and such carry none.
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        reason, remedy = _SQLITE.get(code, (str(cause), "report this as a fault"))
        return StoreError(name, reason, remedy)
    state = getattr(cause, "sqlstate", None)
    if state is None or state.startswith("08"):
        # What psycopg says when it cannot connect names host and user, never the password.
        reason = " ".join(str(cause).split())
        return StoreError(name, f"no connection ({reason})", "check the server and the URL")
    known = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    reason, remedy = known or (str(cause), "report this as a fault")
    return StoreError(name, reason, remedy)
