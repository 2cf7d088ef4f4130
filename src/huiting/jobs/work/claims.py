"""Take jobs, tell that they are alive, end them: what a worker does to the table of jobs."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select, update

from huiting.jobs._rows import TABLE, changing, one, read, select_jobs
from huiting.jobs.errors import LeaseLost
from huiting.jobs.job import Job, Lease, Outcome, State, Trouble
from huiting.jobs.ledger import Ledger
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.lookout import Sight
from huiting.jobs.work.stuck import stuck
from huiting.store._fold import storable

LOST = Trouble(
    "worker-lost",
    "the program that ran it ended, or nothing was heard of it",
    "see its log and the memory of the machine, then retry the job",
)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a worker learns when it tells that it is alive."""

    lost: frozenset[int]
    """Jobs that are no longer its own."""
    cancelling: frozenset[int]
    """Jobs that somebody asked to end."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The steps of workers. May be used from several threads.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    ledger: Ledger
    backoff: Backoff = field(default_factory=Backoff)
    chance: random.Random = field(default_factory=random.Random)

    def claim(self, worker: str, kinds: Collection[str], most: int) -> list[Lease]:
        """Take up to `most` jobs that are due, the most urgent first, of equals the oldest."""
        database = self.ledger.database
        with database.reading() as connection:  # mostly there is none: then no lock is taken
            if connection.execute(self._next(connection, kinds, 1)).first() is None:
                return []
        with changing(database) as connection:
            rows = connection.execute(
                self._next(connection, kinds, most).with_for_update(skip_locked=True)
            ).all()
            return [self.ledger.begin(connection, read(row), worker) for row in rows]

    def take(self, worker: str, job: int, ticket: int) -> Lease | None:
        """Take the job that a ticket is for, unless that was done or the ticket is an old one.

        A job that runs stays with its worker: its ticket was handed out again because of a
        clock or a lost connection, which says nothing of the job. Whether the worker is dead
        is for a `Lookout` to say; the job then waits again, with a new ticket.

        Args:
            worker: who takes it.
            job: its id.
            ticket: number of the ticket.
        """
        with changing(self.ledger.database) as connection:
            row = one(connection, job)
            if row is None or row.ticket != ticket or row.held:
                return None
            known = read(row)
            if known.state is not State.WAITING:
                return None
            return self.ledger.begin(connection, known, worker)

    def renew(self, leases: Sequence[Lease]) -> Pulse:
        """Tell that the jobs are alive."""
        held = {lease.job.id: lease.fence for lease in leases}
        beats = update(TABLE).where(TABLE.c.id.in_(held), TABLE.c.state == State.RUNNING)
        beats = beats.values(beat=TABLE.c.beat + 1)
        with changing(self.ledger.database) as connection:
            rows = connection.execute(
                beats.returning(TABLE.c.id, TABLE.c.fence, TABLE.c.cancelling)
            ).all()
        own = [row for row in rows if held[row.id] == row.fence]
        return Pulse(
            frozenset(held) - {row.id for row in own},
            frozenset(row.id for row in own if row.cancelling),
        )

    def advance(self, lease: Lease, stage: str, share: float) -> bool:
        """Write how far the work is; tell whether somebody asked that it end.

        Raises:
            LeaseLost: another has the job, or it is over.
        """
        step = update(TABLE).where(*_own(lease)).values(stage=storable(stage), share=share)
        with changing(self.ledger.database) as connection:
            row = connection.execute(step.returning(TABLE.c.cancelling)).first()
        if row is None:
            raise LeaseLost(
                f"job {lease.job.id}", "it was taken from this worker", "nothing is to be done"
            )
        return bool(row.cancelling)

    def hold(self, connection: Connection, lease: Lease) -> None:
        """See that the job is this worker's; it stays so until the transaction ends.

        Raises:
            LeaseLost: another has the job, or it is over; the transaction must not be committed.
        """
        own = select(TABLE.c.id).where(*_own(lease)).with_for_update()
        if connection.execute(own).first() is None:
            raise LeaseLost(
                f"job {lease.job.id}", "it was taken from this worker", "nothing is to be done"
            )

    def finish(self, connection: Connection, lease: Lease) -> None:
        """End the job inside the transaction that keeps its result.

        Raises:
            LeaseLost: another has the job, or it is over; the transaction must not be committed.
        """
        done = {"state": State.DONE, "share": 1.0}
        self.ledger.end(connection, _run(lease), Outcome.DONE, done)

    def fail(self, lease: Lease, trouble: Trouble, *, retryable: bool) -> Job:
        """End the attempt: the job is tried again later, or has failed for good.

        Raises:
            LeaseLost: another has the job, or it is over; nothing was changed.
        """
        with changing(self.ledger.database) as connection:
            row = one(connection, lease.job.id)
            cancelling = row is not None and row.cancelling
            left = retryable and lease.job.attempt < lease.job.order.attempts
            state = _after(cancelling=cancelling, left=left)
            wait = timedelta(seconds=self.backoff.wait(lease.job.attempt, self.chance))
            due = self.ledger.now(connection) + wait if state is State.WAITING else None
            values = {"state": state, "due_at": due}
            return self.ledger.end(connection, _run(lease), Outcome.FAILED, values, trouble)

    def cancel(self, lease: Lease) -> Job:
        """End the job because somebody asked for it.

        Raises:
            LeaseLost: another has the job, or it is over; nothing was changed.
        """
        with changing(self.ledger.database) as connection:
            values = {"state": State.CANCELLED}
            return self.ledger.end(connection, _run(lease), Outcome.CANCELLED, values)

    def give_back(self, lease: Lease) -> Job:
        """Let another worker run the job; the attempt does not count.

        Raises:
            LeaseLost: another has the job, or it is over; nothing was changed.
        """
        with changing(self.ledger.database) as connection:
            row = one(connection, lease.job.id)
            cancelling = row is not None and row.cancelling
            values = {
                "state": _after(cancelling=cancelling, left=True),
                "attempt": TABLE.c.attempt - 1, "due_at": None, "stage": None, "share": 0.0,
            }  # fmt: skip
            return self.ledger.end(connection, _run(lease), Outcome.GIVEN_BACK, values)

    def wait(self, lease: Lease, trouble: Trouble) -> Job:
        """Have the job wait for something that is away; the attempt does not count.

        Raises:
            LeaseLost: another has the job, or it is over; nothing was changed.
        """
        with changing(self.ledger.database) as connection:
            row = one(connection, lease.job.id)
            cancelling = row is not None and row.cancelling
            pause = timedelta(seconds=self.backoff.absence(lease.fence, self.chance))
            values = {
                "state": _after(cancelling=cancelling, left=True),
                "attempt": TABLE.c.attempt - 1, "stage": None, "share": 0.0,
                "due_at": self.ledger.now(connection) + pause,
            }  # fmt: skip
            return self.ledger.end(connection, _run(lease), Outcome.GIVEN_BACK, values, trouble)

    def running(self) -> list[Sight]:
        """Return all jobs that run, of all workers."""
        columns = TABLE.c.id, TABLE.c.fence, TABLE.c.beat, TABLE.c.worker
        with self.ledger.database.reading() as connection:
            rows = connection.execute(select(*columns).where(TABLE.c.state == State.RUNNING))
            return [Sight(*row) for row in rows]

    def rescue(self, sight: Sight) -> Job | None:
        """Have a job run again whose worker is lost; None when it moved since it was seen."""
        seen = TABLE.c.beat == sight.beat
        with changing(self.ledger.database) as connection:
            chosen = select(TABLE.c.id).where(TABLE.c.id == sight.job, seen).with_for_update()
            if connection.execute(chosen).first() is None:
                return None
            try:
                return self._lose(connection, sight)
            except LeaseLost:
                return None

    def _lose(self, connection: Connection, sight: Sight) -> Job:
        known = self.ledger.get(connection, sight.job)
        left = known.attempt < known.order.attempts
        state = _after(cancelling=known.cancelling, left=left)
        values = {"state": state, "due_at": None, "stage": None, "share": 0.0}
        run = sight.job, sight.fence
        return self.ledger.end(connection, run, Outcome.LOST, values, LOST)

    def _next(self, connection: Connection, kinds: Collection[str], most: int) -> Select[Any]:
        return (
            select_jobs()
            .where(TABLE.c.state == State.WAITING, TABLE.c.kind.in_(kinds), ~TABLE.c.held)
            .where(self._due(connection))
            .order_by(TABLE.c.rank, TABLE.c.id)
            .limit(most)
        )

    def _due(self, connection: Connection) -> ColumnElement[bool]:
        now = self.ledger.now(connection)
        return or_(TABLE.c.due_at.is_(None), TABLE.c.due_at <= now, stuck(self.backoff, now))


def _own(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return (
        TABLE.c.id == lease.job.id,
        TABLE.c.fence == lease.fence,
        TABLE.c.state == State.RUNNING,
    )


def _run(lease: Lease) -> tuple[int, int]:
    return lease.job.id, lease.fence


def _after(*, cancelling: bool, left: bool) -> State:
    if cancelling:
        return State.CANCELLED
    return State.WAITING if left else State.FAILED
