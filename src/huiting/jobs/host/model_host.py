"""Tasks run by warm models in a child process, as if they were functions of this one."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from huiting.core.watch import Progress
from huiting.jobs.host.events import MOST, Asked, Closing, Event, Told, Withdrawn
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.memory import Memory
from huiting.jobs.host.messages import Begin, ToHost
from huiting.jobs.host.process import Process
from huiting.jobs.host.supervisor import Supervisor
from huiting.jobs.host.ticket import Task, Ticket, closed


@dataclass(frozen=True, slots=True)
class Status:
    """What a model host is at."""

    process: int | None
    """Of the child; None when there is none."""
    memory: int
    """Bytes that it takes."""
    running: int
    """Tasks."""
    waiting: int
    """Tasks."""
    losses: int
    """Children lost since the host was made."""


class ModelHost:
    """Runs tasks in a child process that holds the models. Use it in a `with`.

    May be called from several threads. The child is started when it is first needed, and
    ends with this process, whatever ends that.

    Args:
        factory: `module:function` of a `child.Factory`, by which the child builds its models.
        payload: what the factory is given.
        path: where the child finds modules, usually `sys.path`.
        limits: how much the child may take.
        clock: seconds, of any origin.
        memory: reads what the machine tells of it.
    """

    def __init__(
        self,
        factory: str,
        payload: bytes,
        path: tuple[str, ...],
        limits: Limits | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        memory: Memory | None = None,
    ) -> None:
        self._begin = Begin(path, factory, payload)
        self._limits = limits or Limits()
        self._events: queue.Queue[Event] = queue.Queue(MOST)
        self._numbers = count(1)
        self._supervisor = Supervisor(
            self._start, self._events, self._limits, clock, memory or Memory()
        )
        self._thread = threading.Thread(target=self._supervisor.run, name="host", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def run(self, task: Task, listen: Callable[[Progress], None]) -> bytes:
        """Run a task and return its result, however often the child is lost meanwhile.

        Args:
            task: what to do; done again from its beginning when the child was lost.
            listen: told how far it is, every few seconds at least. When it raises, the task
                is cancelled and the error goes on to the caller.

        Raises:
            HuitingError: the task failed, in the words it failed with.
            Crashed: it ended the child whenever it was tried.
            Hung: it stood still whenever it was tried.
            OutOfMemory: there was not enough for it.
            HostError: the child does not start, the host was closed, or too many wait.
        """
        ticket = Ticket(next(self._numbers), task)
        try:
            return self._follow(Asked(ticket), listen)
        finally:
            if not ticket.over and self._thread.is_alive():
                self._events.put(Withdrawn(ticket))

    def load(self) -> None:
        """Return when the models are loaded.

        Raises:
            HuitingError: they cannot be, in the words of the factory.
            HostError: the child does not start.
        """
        ticket = Ticket(next(self._numbers), Task("", b"", "models"))
        self._follow(Asked(ticket, only_load=True), lambda _progress: None)

    def status(self) -> Status:
        """Return what it is at."""
        seen = self._supervisor
        return Status(seen.process, seen.taken, seen.running, seen.waiting, seen.losses)

    def close(self) -> None:
        """End the child; what runs fails. Calling it again does nothing."""
        if self._thread.is_alive():
            self._events.put(Closing())
            self._thread.join()

    def _follow(self, asked: Asked, listen: Callable[[Progress], None]) -> bytes:
        ticket = asked.ticket
        if not self._thread.is_alive():
            raise closed(ticket.task.subject)
        self._events.put(asked)
        return ticket.follow(listen, self._limits.beat, self._thread.is_alive)

    def _start(self) -> Process:
        return Process(self._begin, self._post)

    def _post(self, process: Process, message: ToHost | None) -> None:
        self._events.put(Told(process, message))
