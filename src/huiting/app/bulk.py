"""What a worker needs to do something of all calls that a search finds."""

from huiting.app.clock import now
from huiting.app.entrances import audit_of
from huiting.app.force import CurrentJudge
from huiting.app.judging import flat
from huiting.app.recognizers import names_of
from huiting.app.serving import Digest, reading_of
from huiting.app.settings import Settings
from huiting.jobs.queue import Queue
from huiting.service.bulk.deeds import Assigning, Deed, Judging, Rehearing, Removing
from huiting.service.bulk.wish import Act
from huiting.service.bulk.work import Working
from huiting.service.looking import Looking
from huiting.service.people.known import Known
from huiting.service.recordings import Given, Recordings, Vault
from huiting.store import Store
from huiting.store.people import People


def working_of(
    settings: Settings, store: Store, queue: Queue, vault: Vault, judge: CurrentJudge
) -> Working:
    """Return the handler.

    Raises:
        ConfigError: a setting is wrong.
    """
    audit = audit_of(settings, store)
    removing = Removing(store, audit, now)
    recordings = Recordings(
        store, queue, vault, _undescribed, Digest(settings, judge.force), now,
        engines=names_of(settings),
    )  # fmt: skip
    deeds: dict[Act, Deed] = {
        Act.REMOVE: removing.remove,
        Act.RESTORE: removing.restore,
        Act.JUDGE: Judging(store, flat, judge, now),
        Act.HEAR: Rehearing(recordings),
        Act.ASSIGN: Assigning(store, now),
    }
    looking = Looking(reading_of(settings, store))
    return Working(looking, Known(People(store.database), now), deeds, audit, now)


def _undescribed(_name: str) -> Given:
    """Say nothing of a file: all of them were handed in before."""
    return Given()
