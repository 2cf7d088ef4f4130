"""How much CPU PostgreSQL uses for a database, where it runs on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from answering import run
from huiting.store import Store

_WORKING = sa.text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND"
    " backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@contextmanager
def backends(target: str) -> Iterator[Callable[[], float]]:
    """Give what tells the CPU seconds that PostgreSQL has used for a database; 0 for SQLite.

    Of a store's connections each has one process: they ask for no parallel workers.
    """
    with Store.open(target) as store:
        if store.database.dialect != "postgresql":
            yield lambda: 0.0
            return
        engine = store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:

            def used() -> float:
                working = connection.scalars(_WORKING).all()
                return sum(run(Path(f"/proc/{pid}")) for pid in working) / 1e9

            yield used
