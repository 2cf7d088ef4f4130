"""The two ways of running jobs, and the queue for each."""

from enum import StrEnum

from huiting.core.errors import ConfigError
from huiting.jobs.cluster.tickets import open_tickets
from huiting.jobs.ledger import Ended, Ledger, nobody
from huiting.jobs.queue import Queue
from huiting.store._connect import Database


class Mode(StrEnum):
    """How jobs find a worker."""

    EMBEDDED = "embedded"
    """Workers look into the table of jobs: nothing else is needed. For one machine."""
    CLUSTER = "cluster"
    """PostgreSQL and Procrastinate wake workers on any number of machines."""


def open_queue(database: Database, mode: Mode = Mode.EMBEDDED, ended: Ended = nobody) -> Queue:
    """Return the queue of a database; in a cluster, make the tables it needs if they are missing.

    Args:
        database: with the table of jobs.
        mode: how jobs find a worker.
        ended: is told of jobs that are over.

    Raises:
        ConfigError: this database cannot be run so.
        StoreError: the database cannot be used.
    """
    if mode is Mode.EMBEDDED:
        return Queue(Ledger(database, ended=ended))
    if database.dialect != "postgresql":
        raise ConfigError(
            "jobs", "a cluster needs PostgreSQL", "set the store to a PostgreSQL database"
        )
    tickets = open_tickets(database)
    return Queue(Ledger(database, tickets.issue, ended=ended), tickets)
