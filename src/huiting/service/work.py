"""What is being done with a recording: waiting, under way, or failed since it was last analyzed."""

from dataclasses import dataclass

from sqlalchemy import Connection

from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.jobs.job import Job, State
from huiting.jobs.queue import Queue
from huiting.service.batches import owner_of
from huiting.store import Store, received

_OPEN = frozenset({State.WAITING, State.RUNNING, State.FAILED})


@dataclass(frozen=True, slots=True)
class Work:
    """Looks after jobs about recordings. May be used from several threads."""

    store: Store
    queue: Queue

    def under_way(self, recording: str, principal: Principal) -> Job | None:
        """Return what is being done with a recording, or failed; None where nothing is.

        Who may not see all calls sees what is done with those that they see, and with what
        they handed in themselves.
        """
        owner = owner_of(principal)
        if owner is not None and self.store.visible(recording, principal.only):
            owner = None
        with self.store.database.reading() as connection:
            job = self._last(connection, recording, owner)
        return None if job is None or job.state not in _OPEN else job

    def find(self, job: int, recording: str, principal: Principal) -> Job:
        """Return a job that somebody has ordered, or that is about a call that they may see.

        Raises:
            Unknown: there is none.
        """
        found = self.queue.get(job)
        about = found.order.subject.partition(":")[0] == recording
        about = about and (not principal.only or self.store.visible(recording, principal.only))
        if found.order.owner != principal.id and not about:
            raise Unknown(f"job {job}", "no such job", "list the jobs to see which there are")
        return found

    def _last(self, connection: Connection, recording: str, owner: str | None) -> Job | None:
        number = received.newest_job(connection, recording, owner)
        try:
            return None if number is None else self.queue.ledger.get(connection, number)
        except Unknown:  # forgotten meanwhile
            return None
