"""Bring a database to the tables this program knows, in order and under the writers' lock.

Two programs that open a new database at once both wait for the lock; the second
finds the work done. A database that is up to date is only read.
"""

from sqlalchemy import Connection, column, inspect, select, table

from huiting.core.errors import StoreError
from huiting.store._connect import Database
from huiting.store.schema import HEAD

_ATTEMPTS = 20


def migrate(database: Database) -> None:
    """Apply the migrations that are missing.

    Raises:
        StoreError: the database is from a later version, or cannot be changed; it is as before.
    """
    with database.reading() as connection:
        version = _version(connection)
    if version == HEAD:
        return
    if database.dialect == "sqlite":
        _use_wal(database)
    with database.writing() as connection:
        _upgrade(connection, database.name)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def _use_wal(database: Database) -> None:
    """Let readers go on while one writes; the file remembers it.

    SQLite does not wait when another program is just doing the same, so we wait for
    that one's lock as for any writer's, and look again.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.bare() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        except StoreError:
            if attempt == _ATTEMPTS:
                raise
            with database.writing():
                pass
        else:
            return


def _upgrade(connection: Connection, name: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "huiting.store:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = _version(connection)
    if version is not None and version not in known:
        raise StoreError(name, f"made by a later version (tables {version})", "update Huiting")
    command.upgrade(config, "head")
