"""The queue of a service, as its settings have it."""

from huiting.app.entrances import audit_of
from huiting.app.settings import Settings
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.service.bulk.closing import Closing
from huiting.store import Store


def queue_of(settings: Settings, store: Store) -> Queue:
    """Return the queue; work on many calls that ends early is noted in the audit log.

    Raises:
        ConfigError: a setting is wrong.
        StoreError: the database cannot be used.
    """
    return open_queue(store.database, Mode(settings.jobs), Closing(audit_of(settings, store)))
