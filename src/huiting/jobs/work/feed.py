"""Where a worker of the embedded mode gets its jobs from: it looks into the table.

SQLite counts what other connections have committed; asking for that number takes
microseconds and no lock, so a new job is begun within a tenth of a second, and an idle
worker costs next to nothing. On PostgreSQL it looks twice a second while there is work,
and less often when there is none.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from huiting.core.errors import StoreError
from huiting.jobs.job import Lease
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.store._connect import Database

log = logging.getLogger(__name__)

_STEP = 0.1
"""Seconds between two looks at whether something changed."""
_BUSY = 0.5
"""Seconds between two looks into the table while there is work."""
_IDLE = 2.0
"""The same when there was none for long."""
_TROUBLED = 1.0
"""Seconds to wait when the database cannot be used."""

Feed = Callable[[Crew, Callable[[], bool]], None]
"""Gives jobs to a crew until the function says that the worker is stopping."""


@dataclass(frozen=True, slots=True)
class TableFeed:
    """A `Feed`."""

    claims: Claims
    worker: str
    kinds: tuple[str, ...]

    def __call__(self, crew: Crew, stopping: Callable[[], bool]) -> None:
        """Give jobs to the crew until the worker is stopping."""
        while not stopping():
            try:
                with _changes(self.claims.ledger.database) as changed:
                    self._serve(crew, stopping, changed)
            except StoreError as error:
                log.warning("no jobs: the database cannot be used", extra={"reason": str(error)})
                _pause(crew, stopping, _TROUBLED, lambda: False)

    def _serve(self, crew: Crew, stopping: Callable[[], bool], changed: Callable[[], bool]) -> None:
        rest = _BUSY
        while not stopping():
            leases = self._claim(crew)
            for lease in leases:
                crew.start(partial(_given, lease))
            rest = _BUSY if leases else min(_IDLE, rest * 1.5)
            if not leases or crew.free <= 0:
                _pause(crew, stopping, rest, changed)

    def _claim(self, crew: Crew) -> list[Lease]:
        crew.freed.clear()
        free = crew.free
        return self.claims.claim(self.worker, self.kinds, free) if free > 0 else []


def _given(lease: Lease) -> Lease:
    return lease


def _pause(
    crew: Crew, stopping: Callable[[], bool], seconds: float, changed: Callable[[], bool]
) -> None:
    """Wait until a slot is freed, the database changes, or the time is over."""
    for _ in range(max(1, round(seconds / _STEP))):
        if crew.freed.wait(_STEP) or stopping() or changed():
            return


@contextmanager
def _changes(database: Database) -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether the database was changed since it was last asked."""
    if database.dialect != "sqlite":
        yield lambda: False
        return
    with database.bare() as connection:
        cursor = connection.cursor()
        seen = -1

        def changed() -> bool:
            nonlocal seen
            before, seen = seen, int(cursor.execute("PRAGMA data_version").fetchone()[0])
            return before != seen

        changed()
        yield changed
