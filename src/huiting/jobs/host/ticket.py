"""A task on its way through the host, seen by who asked for it and by the supervisor."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.host.blame import Record
from huiting.jobs.host.faults import HostError

QUEUED = "queued"
"""Stage of a task that has not begun."""
_NOT_BEGUN = Progress(QUEUED, 0.0)


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the child."""

    name: str
    """Of one of the factory's functions."""
    payload: bytes
    subject: str
    """What it is about, for messages."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A task that was asked for. The asking thread follows it; the supervisor does the rest."""

    number: int
    task: Task
    record: Record = field(default_factory=Record)
    heard: float = 0.0
    """When it last showed life."""
    waiting: bool = False
    """For what several tasks share."""
    cancelled: float | None = None
    """When nobody wanted it any more."""
    progress: Progress = field(default=_NOT_BEGUN)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _fresh: bool = False
    _over: bool = False
    _outcome: bytes | HuitingError = b""

    @property
    def over(self) -> bool:
        """It has ended in some way."""
        return self._over

    def tell(self, progress: Progress) -> None:
        """Say how far it is; what nobody has asked for meanwhile is replaced."""
        with self._changed:
            self.progress, self._fresh = progress, True
            self._changed.notify_all()

    def end(self, outcome: bytes | HuitingError) -> None:
        """Say how it ended; the first word counts."""
        with self._changed:
            if not self._over:
                self._outcome, self._over = outcome, True
                self._changed.notify_all()

    def follow(
        self, listen: Callable[[Progress], None], beat: float, alive: Callable[[], bool]
    ) -> bytes:
        """Wait for the result.

        Args:
            listen: told how far it is, and told again every `beat` seconds, so that it can
                renew what it holds, or raise what is to end this.
            beat: seconds.
            alive: whether anybody works on it at all.

        Raises:
            HuitingError: the task failed.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._fresh or self._over, beat)
                self._fresh = False
                progress, outcome, over = self.progress, self._outcome, self._over
            if over and isinstance(outcome, HuitingError):
                raise outcome
            if over and isinstance(outcome, bytes):
                return outcome
            if not alive():
                raise closed(self.task.subject)
            listen(progress)


def closed(subject: str) -> HostError:
    """Return the error of a task that comes when the host has ended."""
    return HostError(subject, "the model host has ended", "start the worker again")
