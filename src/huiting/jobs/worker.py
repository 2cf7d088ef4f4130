"""A worker: takes jobs, keeps them alive, takes over from dead workers, ends in good order."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from huiting.core.errors import StoreError
from huiting.jobs.queue import Queue
from huiting.jobs.running import Handler
from huiting.jobs.schedule import Schedule, tick
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.claims import Claims
from huiting.jobs.work.crew import Crew
from huiting.jobs.work.feed import Feed, TableFeed
from huiting.jobs.work.identity import this_worker
from huiting.jobs.work.lookout import Lookout

log = logging.getLogger(__name__)

_STEP = 0.5
"""Seconds between two rounds of the keeper."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a worker works. Times in seconds."""

    slots: int = 2
    """Jobs at a time."""
    lease: float = 30.0
    """Nothing heard of a worker for so long: its jobs are taken over. At once when it is known
    to have ended. Jobs tell that they are alive six times as often."""
    drain: float = 30.0
    """Time that running jobs are given to end when the worker is to end."""
    look: float = 2.0
    """Between two looks for jobs that lost their worker."""
    backoff: Backoff = field(default_factory=Backoff)


class Worker:
    """Runs the jobs of a queue. One thread calls `run`; `stop` may be called from anywhere."""

    def __init__(
        self,
        queue: Queue,
        handlers: Mapping[str, Handler],
        terms: Terms = Terms(),
        schedules: Sequence[Schedule] = (),
    ) -> None:
        self.name = this_worker()
        self._terms = terms
        self._claims = Claims(queue.ledger, terms.backoff)
        self._crew = Crew(self._claims, handlers, terms.slots)
        self._lookout = Lookout(terms.lease)
        self._schedules = tuple(schedules)
        self._stopping = False
        self._feed = self._choose_feed(queue, tuple(handlers))

    def _choose_feed(self, queue: Queue, kinds: tuple[str, ...]) -> Feed:
        if queue.tickets is None:
            return TableFeed(self._claims, self.name, kinds)
        from huiting.jobs.cluster.feed import TicketFeed

        return TicketFeed(queue.tickets, self._claims, self.name, kinds, self._terms.lease)

    def run(self) -> None:
        """Work until `stop` is called, then until the jobs have ended or are given back."""
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(ended,), daemon=True)
        keeper.start()
        try:
            self._feed(self._crew, lambda: self._stopping)
        finally:
            self._crew.end(self._terms.drain)
            ended.set()
            keeper.join(_STEP * 2)

    def stop(self) -> None:
        """Begin nothing more, and end. Safe in a signal handler: takes no lock."""
        self._stopping = True

    def _keep(self, ended: threading.Event) -> None:
        """Do what must be done while jobs run, until told to end."""
        duties = (
            _Duty(self._terms.lease / 6, self._crew.renew),
            _Duty(_STEP, self._crew.police),
            _Duty(self._terms.look, self._rescue),
            _Duty(_STEP, self._put_due),
        )
        while not ended.wait(min(_STEP, self._terms.lease / 6)):
            for duty in duties:
                duty.do()

    def _rescue(self) -> None:
        held = {(lease.job.id, lease.fence) for lease in self._crew.leases()}
        for sight in self._lookout.look(self._claims.running()):
            if (sight.job, sight.fence) not in held and self._claims.rescue(sight) is not None:
                log.warning("took over from a dead worker", extra={"job": sight.job})

    def _put_due(self) -> None:
        if self._stopping:
            return
        for schedule in self._schedules:
            tick(self._claims.ledger, schedule)


@dataclass(slots=True)
class _Duty:
    """Something that is done again and again, and may fail."""

    every: float
    """Seconds."""
    step: Callable[[], None]
    due: float = 0.0

    def do(self) -> None:
        """Do it if it is time."""
        now = time.monotonic()
        if now < self.due:
            return
        self.due = now + self.every
        try:
            self.step()
        except StoreError as error:
            log.warning("the database cannot be used", extra={"reason": str(error)})
        except Exception:
            log.exception("a duty of the worker failed")
