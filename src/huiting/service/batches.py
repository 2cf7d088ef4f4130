"""Recordings that are handed in together: how far they are, and pausing or ending all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from huiting.access.principal import Principal
from huiting.core.errors import Conflict
from huiting.jobs.job import State
from huiting.jobs.queue import Queue
from huiting.store import Store, Which, received, watching
from huiting.store.received import Batch, Item
from huiting.store.watching import Line, Pace


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


@dataclass(frozen=True, slots=True)
class Speed:
    """How quickly a batch goes on."""

    seconds: float | None
    """Since its first recording was begun, to the end of the last when all is over; None before."""
    heard: float
    """Seconds of audio that became calls."""
    left: float | None
    """Seconds until all is over if it goes on like this; None when nobody can tell yet."""

    @property
    def times(self) -> float | None:
        """Seconds of audio for each second that passed."""
        return self.heard / self.seconds if self.seconds else None


KNOWN = 500
"""Recordings that may be asked about at once."""


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

    def watch(
        self, batch: str, principal: Principal, states: Sequence[str], after: int, limit: int
    ) -> Sequence[Line]:
        """Return what was handed in with a batch, each with how far it is.

        Args:
            batch: its id.
            principal: who asks.
            states: only what is in one of these; empty for all.
            after: key of the last one of the page before.
            limit: most of them.

        Raises:
            Unknown: there is none.
        """
        with self.store.database.reading() as connection:
            found = received.find_batch(connection, batch, owner_of(principal))
            return watching.lines(connection, found.id, states, after, limit)

    def speed(self, progress: Progress) -> Speed:
        """Return how quickly a batch goes on."""
        with self.store.database.reading() as connection:
            pace = watching.pace(connection, progress.batch.id)
        return _speed(progress, pace, self.now())

    def known(self, recordings: Sequence[str], principal: Principal) -> Sequence[str]:
        """Return those of at most `KNOWN` recordings that are calls which somebody may see."""
        which = Which(allowed=principal.only)
        with self.store.database.reading() as connection:
            return watching.known(connection, recordings[:KNOWN], which)

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


def _speed(progress: Progress, pace: Pace, now: datetime) -> Speed:
    if pace.begun is None:
        return Speed(None, pace.heard, None)
    until = (pace.ended or now) if progress.over else now
    seconds = max(0.0, (until - pace.begun).total_seconds())
    over = progress.done + progress.failed + progress.cancelled
    rest = progress.waiting + progress.running
    left = rest * seconds / over if over and not progress.batch.paused else None
    return Speed(seconds, pace.heard, left if rest else 0.0)
