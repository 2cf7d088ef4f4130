"""A queue with its clock in our hands, and a worker's hands without a worker."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, text, update

from huiting.jobs._rows import changing, database_time
from huiting.jobs.cluster.tickets import Tickets
from huiting.jobs.job import Job, Lease, Order
from huiting.jobs.ledger import Ledger
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.lookout import Sight
from huiting.store import Store
from huiting.store._connect import Database

BACKOFF = Backoff(10.0, 4.0, 300.0)


@dataclass(slots=True)
class Desk:
    """One database of jobs, run in one of the two ways."""

    store: Store
    mode: Mode
    wrong: timedelta = timedelta()
    """What the clock of the database is off by."""
    queue: Queue = field(init=False)
    claims: Claims = field(init=False)

    def __post_init__(self) -> None:
        opened = open_queue(self.store.database, self.mode)
        ledger = Ledger(self.store.database, opened.ledger.issue, self.now)
        self.queue = Queue(ledger, opened.tickets)
        self.claims = Claims(ledger, BACKOFF)

    @property
    def database(self) -> Database:
        return self.store.database

    def now(self, connection: Connection) -> datetime:
        return database_time(connection) + self.wrong

    def put(self, subject: str = "a", order: Order | None = None) -> Job:
        wanted = Order("analyze", subject) if order is None else order
        with self.database.writing() as connection:
            return self.queue.put(connection, wanted)[0]

    def next(self, worker: str = "one", kinds: tuple[str, ...] = ("analyze",)) -> Lease | None:
        """Take the next job, as a worker of this mode does."""
        if self.queue.tickets is None:
            leases = self.claims.claim(worker, kinds, 1)
            return leases[0] if leases else None
        while (drawn := self._draw(self.queue.tickets, kinds)) is not None:
            job, ticket = drawn
            lease = self.claims.take(worker, job, ticket)
            if lease is not None:
                return lease
        return None

    def take(self, worker: str = "one") -> Lease:
        """Take the next job; there is one."""
        lease = self.next(worker)
        assert lease is not None
        return lease

    def finish(self, lease: Lease) -> None:
        with changing(self.database) as connection:
            self.claims.finish(connection, lease)

    def sight(self, lease: Lease) -> Sight:
        """Return the job as it is seen to run now."""
        return next(sight for sight in self.claims.running() if sight.job == lease.job.id)

    def sight_of(self, lease: Lease, *, beat: int) -> Sight:
        """Return how the job may have been seen earlier."""
        return Sight(lease.job.id, lease.fence, beat, lease.worker)

    def lose(self, lease: Lease) -> Job | None:
        """Take the job from a worker that is dead."""
        return self.claims.rescue(self.sight(lease))

    def clear(self) -> None:
        """Forget all jobs."""
        with self.database.writing() as connection:
            for table in ("job_attempt", "job", "schedule"):
                connection.execute(text(f"DELETE FROM {table}"))
            if self.queue.tickets is not None:
                connection.execute(delete(self.queue.tickets.table))

    def due_now(self) -> None:
        """Let the time of every ticket come."""
        assert self.queue.tickets is not None
        with changing(self.database) as connection:
            connection.execute(update(self.queue.tickets.table).values(scheduled_at=None))

    def _draw(self, tickets: Tickets, kinds: tuple[str, ...]) -> tuple[int, int] | None:
        """Do with the next ticket what Procrastinate's worker does, at once."""
        fetch = text(
            f'SELECT id, args FROM "{tickets.schema}".procrastinate_fetch_job_v2(:kinds, NULL)'
        )
        with changing(self.database) as connection:
            row = connection.execute(fetch, {"kinds": list(kinds)}).one()
            if row.id is None:
                return None
            connection.execute(delete(tickets.table).where(tickets.table.c.id == row.id))
            return row.args["job"], row.id
