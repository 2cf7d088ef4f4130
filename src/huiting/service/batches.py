"""Recordings that are handed in together: how far they are, and pausing or ending all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from huiting.access.principal import Principal
from huiting.core.errors import Conflict
from huiting.jobs.job import State
from huiting.jobs.queue import Queue
from huiting.store import Store, received
from huiting.store.received import Batch, Item


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    batch: Batch
    recordings: int
    """Taken."""
    refused: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int

    @property
    def over(self) -> bool:
        """Nothing more will happen by itself."""
        return not self.waiting and not self.running


def owner_of(principal: Principal) -> str | None:
    """Return whose jobs and batches somebody may see; None for everybody's.

    Who may not see all calls sees what they handed in themselves.
    """
    return principal.id if principal.only else None


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches. May be used from several threads."""

    store: Store
    queue: Queue
    now: Callable[[], datetime]

    def make(self, name: str, principal: Principal) -> Progress:
        """Make an empty batch."""
        with self.store.database.writing() as connection:
            made = received.make_batch(connection, token_hex(8), name, principal.id, self.now())
        return Progress(made, 0, 0, 0, 0, 0, 0, 0)

    def find(self, batch: str, principal: Principal) -> Progress:
        """Return a batch and how far it is.

        Raises:
            Unknown: there is none.
        """
        with self.store.database.reading() as connection:
            found = received.find_batch(connection, batch, owner_of(principal))
            states = received.progress(connection, batch)
            return Progress(
                found,
                sum(states.values()),
                received.refused(connection, batch),
                *(states.get(state.value, 0) for state in State),
            )

    def list(self, principal: Principal, before: int | None, limit: int) -> Sequence[Batch]:
        """Return the next batches, the latest first."""
        with self.store.database.reading() as connection:
            return received.batches(connection, owner_of(principal), before, limit)

    def items(self, batch: str, principal: Principal, after: int, limit: int) -> Sequence[Item]:
        """Return what was handed in with a batch, in order.

        Raises:
            Unknown: there is none.
        """
        with self.store.database.reading() as connection:
            found = received.find_batch(connection, batch, owner_of(principal))
            return received.items(connection, found.id, after, limit)

    def change(self, seen: Batch, name: str, *, paused: bool) -> None:
        """Give a batch a name; let its recordings wait, or go on.

        Raises:
            Conflict: it was changed since it was seen.
        """
        with self.store.database.writing() as connection:
            current = received.find_batch(connection, seen.id, None)
            if current.revision != seen.revision:
                raise Conflict("batch", "somebody just changed it", "read it again")
            received.change_batch(connection, seen, name, paused=paused)
        if paused and not seen.paused:
            self.queue.hold(seen.id)
        if seen.paused and not paused:
            self.queue.release(seen.id)

    def cancel(self, batch: str) -> int:
        """End what of a batch is not over; return how many jobs."""
        return self.queue.cancel_group(batch)

    def retry(self, batch: str) -> int:
        """Run again what of a batch failed or was cancelled; return how many jobs."""
        with self.store.database.reading() as connection:
            jobs = received.failed_jobs(connection, batch)
        return sum(self._retry(job) for job in jobs)

    def _retry(self, job: int) -> bool:
        try:
            self.queue.retry(job)
        except Conflict:  # somebody was quicker
            return False
        return True
