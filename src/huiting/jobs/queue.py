"""Ask for work and see how it goes: what the service and its pages need. Runs nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from huiting.core.errors import Conflict
from huiting.jobs._rows import TABLE, changing, read, select_jobs, trouble_of
from huiting.jobs.cluster.tickets import Tickets
from huiting.jobs.job import Attempt, Job, Order, Outcome, State
from huiting.jobs.ledger import Ledger
from huiting.store.schema import AttemptRow

_OVER = [state for state in State if state.over]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs; everything that is given must hold."""

    states: Sequence[State] = ()
    """Any of them; empty: all."""
    kind: str | None = None
    subject: str | None = None
    group: str | None = None
    owner: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a job must be."""
        if self.states:
            yield TABLE.c.state.in_(list(self.states))
        for column, value in (
            (TABLE.c.kind, self.kind),
            (TABLE.c.subject, self.subject),
            (TABLE.c.group_id, self.group),
            (TABLE.c.owner, self.owner),
        ):
            if value is not None:
                yield column == value


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the jobs, the newest first."""

    items: tuple[Job, ...]
    next: int | None
    """What to give as `after` for those that follow; None: there are none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Jobs by state."""

    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.running + self.done + self.failed + self.cancelled


@dataclass(frozen=True, slots=True)
class Load:
    """What one kind of job has to do, for metrics."""

    kind: str
    waiting: int
    running: int
    oldest: float
    """Seconds since the first of those that could run was put; 0 when none waits."""


class Queue:
    """The jobs of one database. May be used from several threads and processes.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    def __init__(self, ledger: Ledger, tickets: Tickets | None = None) -> None:
        self.ledger = ledger
        self.tickets = tickets
        """Of a cluster."""

    def put(self, connection: Connection, order: Order) -> tuple[Job, bool]:
        """Ask for work inside the caller's transaction; tell whether the job is new.

        While a job of the same kind and subject is not over, that one is returned, and goes
        first if the new order has the greater priority.

        Args:
            connection: of `Database.writing`, in which the caller writes what the job is about.
            order: what is to be done.
        """
        return self.ledger.put(connection, order)

    def get(self, job: int) -> Job:
        """Return the job.

        Raises:
            Unknown: there is none.
        """
        with self.ledger.database.reading() as connection:
            return self.ledger.get(connection, job)

    def find(self, kind: str, subject: str) -> Job | None:
        """Return the newest job of this kind and subject, over or not."""
        items = self.page(Wanted(kind=kind, subject=subject), limit=1).items
        return items[0] if items else None

    def page(self, wanted: Wanted = ALL, *, after: int | None = None, limit: int = 50) -> Page:
        """Return jobs, the newest first.

        Args:
            wanted: which ones.
            after: `Page.next` of the page before.
            limit: most that are returned.
        """
        chosen = select_jobs().where(*wanted.conditions())
        if after is not None:
            chosen = chosen.where(TABLE.c.id < after)
        with self.ledger.database.reading() as connection:
            rows = connection.execute(chosen.order_by(TABLE.c.id.desc()).limit(limit + 1)).all()
        items = tuple(read(row) for row in rows[:limit])
        return Page(items, items[-1].id if len(rows) > limit else None)

    def counts(self, wanted: Wanted = ALL) -> Counts:
        """Count jobs by state."""
        states = select(TABLE.c.state, func.count()).where(*wanted.conditions())
        with self.ledger.database.reading() as connection:
            rows = connection.execute(states.group_by(TABLE.c.state)).all()
        return Counts(**{state: count for state, count in rows})  # noqa: C416  (typed rows)

    def loads(self) -> tuple[Load, ...]:
        """Return what each kind of job has to do, by kind; kinds with nothing to do are absent."""
        with self.ledger.database.reading() as connection:
            now = self.ledger.now(connection)
            ready = (TABLE.c.state == State.WAITING) & ~TABLE.c.held
            ready &= or_(TABLE.c.due_at.is_(None), TABLE.c.due_at <= now)
            since = func.coalesce(TABLE.c.due_at, TABLE.c.put_at)
            rows = connection.execute(
                select(
                    TABLE.c.kind,
                    func.count().filter(TABLE.c.state == State.WAITING),
                    func.count().filter(TABLE.c.state == State.RUNNING),
                    func.min(since).filter(ready),
                )
                .where(TABLE.c.state.in_([State.WAITING, State.RUNNING]))
                .group_by(TABLE.c.kind)
                .order_by(TABLE.c.kind)
            ).all()
        return tuple(
            Load(kind, waiting, running, 0.0 if first is None else (now - first).total_seconds())
            for kind, waiting, running, first in rows
        )

    def attempts(self, job: int) -> list[Attempt]:
        """Return what was tried so far, the first first; empty when there is no such job."""
        tried = select(*AttemptRow.__table__.columns).where(AttemptRow.job == job)
        with self.ledger.database.reading() as connection:
            rows = connection.execute(tried.order_by(AttemptRow.number)).all()
        return [
            Attempt(
                number=row.number,
                worker=row.worker,
                begun_at=row.begun_at,
                ended_at=row.ended_at,
                outcome=None if row.outcome is None else Outcome(row.outcome),
                trouble=trouble_of(row),
            )
            for row in rows
        ]

    def cancel(self, job: int) -> Job:
        """End a job that waits; ask one that runs to end. One that is over stays as it is.

        Raises:
            Unknown: there is none.
        """
        with changing(self.ledger.database) as connection:
            return self._cancel(connection, self.ledger.locked(connection, job))

    def cancel_group(self, group: str) -> int:
        """Do as `cancel` with every job of the group that is not over; return how many."""
        with changing(self.ledger.database) as connection:
            jobs = self._of_group(connection, group, [State.WAITING, State.RUNNING])
            for job in jobs:
                self._cancel(connection, job)
            return len(jobs)

    def retry(self, job: int) -> Job:
        """Run a job again that failed or was cancelled, with all its attempts before it.

        Raises:
            Unknown: there is none.
            Conflict: it is not over, or done, or the same was asked for again since.
        """
        with self.ledger.database.writing() as connection:
            known = self.ledger.locked(connection, job)
            if known.state not in (State.FAILED, State.CANCELLED):
                raise Conflict(
                    f"job {job}", f"it is {known.state}", "retry what failed or was cancelled"
                )
            same = Wanted((State.WAITING, State.RUNNING), known.order.kind, known.order.subject)
            twin = connection.execute(select(TABLE.c.id).where(*same.conditions())).scalar()
            if twin is not None:
                raise Conflict(f"job {job}", f"the same is asked for as job {twin}", "see that one")
            return self.ledger.revive(connection, known)

    def hold(self, group: str) -> int:
        """Let no waiting job of the group begin until `release`; return how many there are."""
        with changing(self.ledger.database) as connection:
            return connection.execute(
                update(TABLE)
                .where(TABLE.c.group_id == group, TABLE.c.state == State.WAITING)
                .values(held=True)
            ).rowcount

    def release(self, group: str) -> int:
        """Let the jobs of a group begin that were held; return how many."""
        with changing(self.ledger.database) as connection:
            held = self._of_group(connection, group, [State.WAITING], TABLE.c.held)
            connection.execute(
                update(TABLE).where(TABLE.c.id.in_([job.id for job in held])).values(held=False)
            )
            for job in held:
                self.ledger.announce(connection, self.ledger.get(connection, job.id))
            return len(held)

    def prune(self, older: timedelta, *, kind: str | None = None, most: int = 1_000) -> int:
        """Forget jobs that were over that long ago, with their attempts; return how many.

        Args:
            older: time since they ended.
            kind: of the jobs; None for all.
            most: forgotten at once; call again while it returns so many.
        """
        with changing(self.ledger.database) as connection:
            limit = self.ledger.now(connection) - older
            old = select(TABLE.c.id).where(TABLE.c.state.in_(_OVER), TABLE.c.ended_at < limit)
            if kind is not None:
                old = old.where(TABLE.c.kind == kind)
            ids = list(connection.scalars(old.order_by(TABLE.c.ended_at).limit(most)))
            connection.execute(delete(AttemptRow).where(AttemptRow.job.in_(ids)))
            return connection.execute(delete(TABLE).where(TABLE.c.id.in_(ids))).rowcount

    def _cancel(self, connection: Connection, job: Job) -> Job:
        if job.state is State.WAITING:
            return self.ledger.cancel_waiting(connection, job)
        if job.state is State.RUNNING:
            connection.execute(update(TABLE).where(TABLE.c.id == job.id).values(cancelling=True))
            return self.ledger.get(connection, job.id)
        return job

    @staticmethod
    def _of_group(
        connection: Connection, group: str, states: Sequence[State], *more: ColumnElement[bool]
    ) -> list[Job]:
        wanted = Wanted(states, group=group)
        chosen = select_jobs().where(*wanted.conditions(), *more).order_by(TABLE.c.id)
        return [read(row) for row in connection.execute(chosen.with_for_update())]
