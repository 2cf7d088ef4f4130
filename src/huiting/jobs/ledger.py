"""How a job comes to be, waits, runs and ends: each step inside the caller's transaction.

A job is one row. Whoever begins it raises its fence; every later step of that run names the
fence, and changes nothing when the row has another one or does not run any more. So of two
workers that believe they have the same job, one can end it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from huiting.core.errors import Unknown
from huiting.jobs._rows import TABLE, database_time, insert_if_new, one, read, select_jobs
from huiting.jobs.errors import LeaseLost
from huiting.jobs.job import Job, Lease, Order, Outcome, State, Trouble
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import AttemptRow, instant

Issue = Callable[[Connection, Job], int | None]
"""Has a waiting job run when it is due; returns the number of the ticket, if there is one."""
Ended = Callable[[Connection, Job], None]
"""Is told of each job that is over for now, in the transaction that ends it; what it raises undoes that."""
_OPEN = (State.WAITING, State.RUNNING)
_NONE: Mapping[str, str | None] = {"code": None, "reason": None, "remedy": None}


def no_ticket(_connection: Connection, _job: Job) -> None:
    """Have it found by workers that look into the table themselves."""


def nobody(_connection: Connection, _job: Job) -> None:
    """Tell nobody that a job is over."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The steps, on one database."""

    database: Database
    issue: Issue = no_ticket
    now: Callable[[Connection], datetime] = database_time
    ended: Ended = nobody

    def put(self, connection: Connection, order: Order) -> tuple[Job, bool]:
        """Write a job that waits, unless the same is not over; tell whether it is new."""
        values = self._row(order, self.now(connection))
        while True:
            made = insert_if_new(connection, TABLE, values)
            if made is not None:
                return self.announce(connection, self.get(connection, made.id)), True
            known = self._open(connection, order.kind, order.subject)
            if known is not None:
                return self._hurry(connection, known, order.priority), False

    def get(self, connection: Connection, job: int) -> Job:
        """Return the job.

        Raises:
            Unknown: there is none.
        """
        return _known(connection.execute(select_jobs().where(TABLE.c.id == job)).first(), job)

    def locked(self, connection: Connection, job: int) -> Job:
        """Return the job; nobody else changes it until the transaction ends.

        Raises:
            Unknown: there is none.
        """
        return _known(one(connection, job), job)

    def announce(self, connection: Connection, job: Job) -> Job:
        """See that a waiting job is run; return it."""
        if not job.held:
            ticket = self.issue(connection, job)
            if ticket is not None:
                _change(connection, job.id, {"ticket": ticket})
        return job

    def begin(self, connection: Connection, job: Job, worker: str) -> Lease:
        """Give a job that waits, and is locked, to a worker."""
        now = self.now(connection)
        raised = _change(
            connection, job.id,
            {
                "state": State.RUNNING, "worker": worker, "fence": TABLE.c.fence + 1, "beat": 0,
                "attempt": job.attempt + 1, "begun_at": now, "ended_at": None,
                "stage": None, "share": 0.0,
            },
        )  # fmt: skip
        begun = insert(AttemptRow).values(
            job=job.id, number=raised.fence, worker=worker, begun_at=now
        )
        connection.execute(begun)
        return Lease(read(raised), worker, raised.fence)

    def end(
        self,
        connection: Connection,
        run: tuple[int, int],
        outcome: Outcome,
        values: Mapping[str, Any],
        trouble: Trouble | None = None,
    ) -> Job:
        """End a run, and write `values` into the job's row.

        Args:
            connection: of the transaction.
            run: id of the job and fence of the run.
            outcome: of the attempt.
            values: columns of the job; its state among them.
            trouble: why the attempt failed.

        Raises:
            LeaseLost: the run has ended before; nothing was changed.
        """
        job, fence = run
        now = self.now(connection)
        words = _words(trouble)
        kept = {} if trouble is None and outcome is not Outcome.DONE else words
        over = State(values["state"]).over
        changed = connection.execute(
            update(TABLE)
            .where(TABLE.c.id == job, TABLE.c.fence == fence, TABLE.c.state == State.RUNNING)
            .values({"worker": None, "ended_at": now if over else None, **kept, **values})
            .returning(*TABLE.columns)
        ).first()
        if changed is None:
            raise LeaseLost(f"job {job}", "it was taken from this worker", "nothing is to be done")
        connection.execute(
            update(AttemptRow)
            .where(AttemptRow.job == job, AttemptRow.number == fence)
            .values(ended_at=now, outcome=outcome, **words)
        )
        ended = read(changed)
        return self._over(connection, ended) if over else self.announce(connection, ended)

    def revive(self, connection: Connection, job: Job) -> Job:
        """Have a job that is over, and locked, wait again, with all its attempts before it."""
        row = _change(
            connection, job.id,
            {
                "state": State.WAITING, "attempt": 0, "due_at": None, "ended_at": None,
                "cancelling": False, "held": False, "stage": None, "share": 0.0,
            },
        )  # fmt: skip
        return self.announce(connection, read(row))

    def cancel_waiting(self, connection: Connection, job: Job) -> Job:
        """End a job that waits, and is locked."""
        values = {"state": State.CANCELLED, "ended_at": self.now(connection), "cancelling": True}
        return self._over(connection, read(_change(connection, job.id, values)))

    def _over(self, connection: Connection, job: Job) -> Job:
        self.ended(connection, job)
        return job

    def _open(self, connection: Connection, kind: str, subject: str) -> Job | None:
        same = select(TABLE.c.id).where(
            TABLE.c.kind == kind, TABLE.c.subject == storable(subject), TABLE.c.state.in_(_OPEN)
        )
        found = connection.execute(same).scalar()
        return None if found is None else self.locked(connection, found)

    def _hurry(self, connection: Connection, job: Job, priority: int) -> Job:
        if job.state is not State.WAITING or priority <= job.order.priority:
            return job
        row = _change(connection, job.id, {"rank": -priority})
        return self.announce(connection, read(row))

    @staticmethod
    def _row(order: Order, now: datetime) -> dict[str, Any]:
        return {
            "kind": order.kind, "subject": storable(order.subject), "payload": dict(order.payload),
            "rank": -order.priority,
            "due_at": None if order.due is None else instant(order.due),
            "attempts": order.attempts, "longest": order.longest, "group_id": order.group,
            "owner": order.owner, "state": State.WAITING, "attempt": 0, "share": 0.0,
            "put_at": now, "cancelling": False, "held": order.held, "fence": 0, "beat": 0,
        }  # fmt: skip


def _known(row: Row[Any] | None, job: int) -> Job:
    if row is None:
        raise Unknown(f"job {job}", "no such job", "list the jobs to see which there are")
    return read(row)


def _change(connection: Connection, job: int, values: Mapping[str, Any]) -> Row[Any]:
    changed = update(TABLE).where(TABLE.c.id == job).values(values)
    return connection.execute(changed.returning(*TABLE.columns)).one()


def _words(trouble: Trouble | None) -> Mapping[str, str | None]:
    if trouble is None:
        return _NONE
    return {
        "code": trouble.code,
        "reason": storable(trouble.reason),
        "remedy": storable(trouble.remedy),
    }
