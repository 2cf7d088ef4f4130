"""Decides what the child of a model host does: what runs, what is suspected, when it is ended.

All of it happens in one thread, event by event, so that there is nothing to lock.
"""

import logging
import queue
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.host import blame
from huiting.jobs.host.ending import Cause, Ending, ending_of
from huiting.jobs.host.events import Asked, Child, Closing, Event, Told, Withdrawn
from huiting.jobs.host.faults import HostError, condemned, error_of
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.memory import Memory
from huiting.jobs.host.messages import (
    Advanced,
    Alive,
    Cancel,
    Done,
    Entered,
    Failed,
    Fault,
    Left,
    Moved,
    Ready,
    Stop,
    ToHost,
    Unready,
    Waits,
    Work,
)
from huiting.jobs.host.ticket import QUEUED, Ticket, closed

log = logging.getLogger(__name__)

STARTS = 3
"""Times in a row that a child may die while it loads, before tasks are told."""
GENTLE = 5.0
"""Seconds a child may take to end when asked."""


@dataclass(slots=True, eq=False)
class _Life:
    """A child, from its start to its end."""

    child: Child
    began: float
    kills: int | None
    """Of processes by the kernel for want of memory, when it began."""
    ready: bool = False
    taken: int = 0
    """Bytes, when last looked at."""
    used: bool = False
    """It was given a task."""
    groups: blame.Groups = field(default_factory=blame.Groups)
    doom: Ending | None = None
    """We ended it."""
    suspects: Sequence[Ticket] = ()
    """Because of these."""
    leaving: float | None = None
    """When it was asked to end, nothing being wrong."""


@dataclass(slots=True, eq=False)
class Supervisor:
    """Runs tasks in a child that may be lost at any time."""

    start: Callable[[], Child]
    """Starts a child, which then tells `events`; may raise OSError."""
    events: "queue.Queue[Event]"
    limits: Limits
    clock: Callable[[], float]
    memory: Memory = field(default_factory=Memory)
    losses: int = 0
    """Children that were lost since the host was made."""
    _life: _Life | None = None
    _queue: deque[Ticket] = field(default_factory=deque)
    _running: dict[int, Ticket] = field(default_factory=dict)
    _loading: list[Ticket] = field(default_factory=list)
    """Those who only want the models loaded."""
    _blame: blame.Blame = field(default_factory=blame.Blame)
    _in_a_row: int = 0
    """Children lost since a task was last done."""
    _starts: int = 0
    """Of those, lost while they loaded."""
    _not_before: float = 0.0
    _idle_since: float = 0.0
    _over: bool = False

    @property
    def process(self) -> int | None:
        """The child's process id."""
        return None if self._life is None else self._life.child.number

    @property
    def taken(self) -> int:
        """Bytes that the child took when last looked at."""
        return 0 if self._life is None else self._life.taken

    @property
    def running(self) -> int:
        """Tasks in the child."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Tasks that wait."""
        return len(self._queue)

    def run(self) -> None:
        """Work until `Closing` comes; whatever happens, nobody is left waiting."""
        try:
            while not self._over or self._life is not None:
                self.step(self._next())
        except Exception:
            log.exception("model host failed")
            if self._life is not None:
                self._life.child.kill()
            raise
        finally:
            self._over = True
            self._fail_all(closed)

    def _next(self) -> Event | None:
        try:
            return self.events.get(timeout=self.pause())
        except queue.Empty:
            return None

    def pause(self) -> float | None:
        """Return how long nothing need be done unless something happens; None for ever."""
        now, life = self.clock(), self._life
        if life is None:
            wanted = self._queue or self._loading
            return max(0.0, self._not_before - now) if wanted else None
        if self._running or not life.ready or life.leaving is not None or life.doom is not None:
            return min(1.0, self.limits.watchdog / 10, self.limits.grace / 10)
        if self.limits.idle > 0:
            return max(0.0, self._idle_since + self.limits.idle - now)
        return None

    def step(self, event: Event | None) -> None:
        """Take in what happened, see to the child, give it what it can take."""
        now = self.clock()
        match event:
            case Asked(ticket, only_load):
                self._asked(ticket, only_load=only_load)
            case Withdrawn(ticket):
                self._withdrawn(ticket, now)
            case Told(child, message) if self._life is not None and child is self._life.child:
                if message is None:
                    self._lost(self._life, now)
                else:
                    self._told(self._life, message, now)
            case Closing():
                self._close()
            case _:
                pass
        if self._life is not None:
            self._tend(self._life, now)
        self._dispatch(now)

    # What happens

    def _asked(self, ticket: Ticket, *, only_load: bool) -> None:
        if self._over:
            ticket.end(closed(ticket.task.subject))
        elif only_load and self._life is not None and self._life.ready:
            ticket.end(b"")
        elif only_load:
            self._loading.append(ticket)
        elif len(self._queue) >= self.limits.waiting:
            reason = f"{len(self._queue)} tasks wait for the model host already"
            ticket.end(HostError(ticket.task.subject, reason, "try again later"))
        else:
            self._queue.append(ticket)

    def _withdrawn(self, ticket: Ticket, now: float) -> None:
        if ticket in self._queue:
            self._queue.remove(ticket)
        elif ticket.number in self._running and self._life is not None:
            ticket.cancelled = now
            self._life.child.send(Cancel(ticket.number))

    def _close(self) -> None:
        self._over = True
        if self._life is not None and self._life.doom is None:
            self._end(self._life, Ending(Cause.ASKED, "the host was closed"))

    def _told(self, life: _Life, message: ToHost, now: float) -> None:
        match message:
            case Ready():
                life.ready, self._starts, self._idle_since = True, 0, now
                for ticket in self._loading:
                    ticket.end(b"")
                self._loading.clear()
            case Unready(fault):
                self._unready(life, fault)
            case Entered(group, steps):
                life.groups.enter(group, steps)
                self._shared_life(now)
            case Moved():
                self._shared_life(now)
            case Left(group):
                self._blame.passed(life.groups.leave(group))
                self._shared_life(now)
            case _:
                if message.task in self._running:
                    self._of_task(self._running[message.task], message, now)

    def _of_task(
        self, ticket: Ticket, message: Advanced | Alive | Waits | Done | Failed, now: float
    ) -> None:
        ticket.heard = now
        match message:
            case Advanced(_, stage, done):
                ticket.tell(Progress(stage, done))
            case Waits(_, begins):
                ticket.waiting = begins
            case Done(_, result):
                self._in_a_row = 0
                self._finished(ticket, result, now)
            case Failed(_, fault):
                self._finished(ticket, error_of(fault), now)
            case Alive():
                pass

    def _finished(self, ticket: Ticket, outcome: bytes | HuitingError, now: float) -> None:
        del self._running[ticket.number]
        ticket.end(outcome)
        self._idle_since = now
        if not any(t.record.suspect for t in [*self._queue, *self._running.values()]):
            self._blame.settle()

    def _shared_life(self, now: float) -> None:
        """Those who wait for what is shared are alive as long as that is."""
        for ticket in self._running.values():
            if ticket.waiting:
                ticket.heard = now

    def _unready(self, life: _Life, fault: Fault) -> None:
        error = error_of(fault)
        for ticket in self._loading:
            ticket.end(error)
        self._loading.clear()
        self._fail_all(lambda subject: HostError(subject, f"no models: {error}", "mend that"))
        self._end(life, Ending(Cause.ASKED, "its models cannot be loaded"))

    # Seeing to the child

    def _tend(self, life: _Life, now: float) -> None:
        """End a child that hangs, does not let go, or is not needed."""
        life.taken = self.memory.taken(life.child.number) or life.taken
        if life.doom is not None:
            return
        limits = self.limits
        if life.leaving is not None:
            if now - life.leaving >= GENTLE:
                self._end(life, Ending(Cause.ASKED, "it did not end when asked"))
            return
        if not life.ready and now - life.began >= limits.loading:
            self._end(life, Ending(Cause.HANG, f"it was not ready after {limits.loading:g} s"))
            return
        running = self._running.values()
        wanted = [t for t in running if t.cancelled is None]
        overdue = [t for t in wanted if now - t.heard >= limits.watchdog]
        stubborn = [
            t for t in running if t.cancelled is not None and now - t.cancelled >= limits.grace
        ]
        if overdue:
            words = f"nothing moved for {limits.watchdog:g} s"
            self._end(life, Ending(Cause.HANG, words), overdue)
        elif stubborn:
            self._end(life, Ending(Cause.ASKED, "a cancelled task did not let go"))
        elif life.ready and not running:
            too_large = self._too_large(life)
            unused = not self._queue and 0 < limits.idle <= now - self._idle_since
            if too_large or unused:
                life.leaving = now
                life.child.send(Stop())

    def _too_large(self, life: _Life) -> bool:
        """Tell whether it takes too much; one that was not used yet would not start smaller."""
        return life.used and 0 < self.limits.memory < life.taken

    def _end(self, life: _Life, ending: Ending, suspects: Sequence[Ticket] = ()) -> None:
        life.doom, life.suspects = ending, suspects
        life.child.kill()

    def _lost(self, life: _Life, now: float) -> None:
        """The child is gone: decide what that means for its tasks."""
        status = life.child.wait()
        self._life = None
        if life.leaving is not None:
            return
        ran = [t for t in self._running.values() if t.cancelled is None and not t.over]
        self._running.clear()
        starved = self.memory.starved(life.kills, life.taken)
        ending = life.doom or ending_of(status, starved=starved)
        suspects = ran if life.doom is None else life.suspects
        if ending.cause is not Cause.ASKED:
            log.warning("model process lost", extra={"code": ending.cause.value})
            self.losses += 1
            self._wait_before_next(now)
            if not life.ready:
                self._did_not_start(
                    ending.words, STARTS if ending.cause is not Cause.OUTSIDE else blame.MOST_KILLS
                )
                return
            self._judge(life, ran, suspects, ending)
        self._run_again(ran, ending)

    def _judge(
        self, life: _Life, ran: Sequence[Ticket], suspects: Sequence[Ticket], ending: Ending
    ) -> None:
        if ending.cause is Cause.OUTSIDE:
            blame.killed([ticket.record for ticket in ran])
            return
        # A task that hangs by itself hangs in its own step, not in one that others share.
        own = ending.cause is Cause.HANG and not any(t.waiting for t in suspects)
        steps = () if own else life.groups.under_way
        self._blame.died([t.record for t in suspects], steps, running=len(ran))

    def _run_again(self, ran: Sequence[Ticket], ending: Ending) -> None:
        """Put tasks back: the innocent before all others, in their order; the likely one last."""
        back = []
        for ticket in ran:
            if ticket.record.condemned:
                stage = "" if ticket.progress.stage == QUEUED else ticket.progress.stage
                times = max(ticket.record.crashes, ticket.record.kills)
                ticket.end(condemned(ticket.task.subject, ending, stage, times))
            elif ticket.record.alone:
                self._queue.append(ticket)
            else:
                back.append(ticket)
        for ticket in sorted(back, key=lambda t: -t.number):
            self._queue.appendleft(ticket)

    def _wait_before_next(self, now: float) -> None:
        limits, before = self.limits, self._in_a_row
        self._in_a_row += 1
        pause = min(limits.longest_pause, limits.pause * 2 ** min(before - 1, 30)) if before else 0
        self._not_before = now + pause

    def _did_not_start(self, words: str, tries: int) -> None:
        """Tell everybody, once it has been tried so often."""
        self._starts += 1
        if self._starts < tries:
            return
        self._starts = 0
        self._fail_all(
            lambda subject: HostError(
                subject, f"the model process does not start: {words}", "see the log"
            )
        )

    def _fail_all(self, error: Callable[[str], HuitingError]) -> None:
        for ticket in [*self._loading, *self._queue, *self._running.values()]:
            ticket.end(error(ticket.task.subject))
        self._loading.clear()
        self._queue.clear()
        self._running.clear()

    # What runs next

    def _dispatch(self, now: float) -> None:
        """Give the child what it can take; a suspect runs alone, and nobody overtakes it."""
        if self._over or not (self._queue or self._loading):
            return
        life = self._life
        if life is None:
            if now >= self._not_before:
                self._begin(now)
            return
        if not life.ready or life.doom is not None or life.leaving is not None:
            return
        if self._too_large(life):
            return  # it is started anew once its tasks are done
        while self._queue and len(self._running) < self.limits.parallel:
            alone = any(t.record.suspect for t in [*self._running.values(), self._queue[0]])
            if alone and self._running:
                return
            self._give(life, self._queue.popleft(), now)

    def _begin(self, now: float) -> None:
        try:
            child = self.start()
        except OSError as error:
            log.warning("model process not started", extra={"code": str(error.errno)})
            self._wait_before_next(now)
            self._did_not_start(str(error.strerror), STARTS)
            return
        self._life = _Life(child, now, self.memory.kills())

    def _give(self, life: _Life, ticket: Ticket, now: float) -> None:
        ticket.heard, ticket.waiting = now, False
        self._running[ticket.number] = ticket
        life.used = True
        task, held = ticket.task, self._blame
        life.child.send(
            Work(
                ticket.number, task.name, task.payload, task.subject, held.apart, held.skipped
            )
        )  # fmt: skip
