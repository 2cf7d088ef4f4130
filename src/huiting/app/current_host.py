"""The model host with the lists that are in force.

When a team publishes hotwords, intents, entities or links to documents, what is begun from then
on is heard by a new host; the old one ends when its last task has.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.host.model_host import Status
from huiting.jobs.host.ticket import Task
from huiting.service.library.force import Force, InForce
from huiting.service.library.kinds import Kind

HEARD = (Kind.HOTWORDS, Kind.INTENTS, Kind.ENTITIES, Kind.DOCUMENTS)
"""Kinds that change what is heard or told of a call, beside its verdicts."""


class Host(Protocol):
    """A model host."""

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Run a task."""
        ...

    def load(self) -> None:
        """Return when the models are loaded."""
        ...

    def status(self) -> Status:
        """Return what it is at."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@dataclass(slots=True, eq=False)
class _Held:
    host: Host
    stamp: str
    users: int = 0


@dataclass(slots=True)
class CurrentHost:
    """A `Host`. May be used from several threads; close it at the end."""

    force: Force
    make: Callable[[InForce], Host]
    _current: _Held | None = None
    _former: list[_Held] = field(default_factory=list)
    """With tasks that began before the lists changed."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Run a task with what is in force now; errors are those of the host."""
        with self._held() as host:
            return host.run(task, listen)

    def load(self) -> None:
        """Return when the models are loaded; errors are those of the host."""
        with self._held() as host:
            host.load()

    def losses(self) -> int:
        """Return how often the process with the models was lost since there are these lists."""
        with self._lock:
            held = self._current
        return 0 if held is None else held.host.status().losses

    def close(self) -> None:
        """End the host, and those whose tasks are not over; what runs fails."""
        with self._lock:
            ending = [*self._former, *([self._current] if self._current else [])]
            self._former, self._current = [], None
        for held in ending:
            held.host.close()

    @contextmanager
    def _held(self) -> Iterator[Host]:
        held = self._take()
        try:
            yield held.host
        finally:
            with self._lock:
                held.users -= 1
                over = held.users == 0 and held in self._former
                if over:
                    self._former.remove(held)
            if over:
                held.host.close()

    def _take(self) -> _Held:
        """Return the host to use, counted as used; make a new one when the lists have changed."""
        state = self._state()
        with self._lock:
            over, current = None, self._current
            if current is None or (state is not None and current.stamp != heard_of(state)):
                state = state or self.force.now()
                old, current = current, _Held(self.make(state), heard_of(state))
                self._current = current
                over = self._retired(old)
            current.users += 1
        if over is not None:
            over.host.close()
        return current

    def _retired(self, old: _Held | None) -> _Held | None:
        """Return a host that nobody uses any more; one with tasks is kept until they end."""
        if old is not None and old.users:
            self._former.append(old)
            return None
        return old

    def _state(self) -> InForce | None:
        """Return what is in force; None while nobody can say, and what was stays."""
        try:
            return self.force.now()
        except HuitingError:
            return None


def heard_of(state: InForce) -> str:
    """Return what changes with the documents that are heard with, by their content."""
    files = [
        (kind.value, path.name, path.read_bytes()) for kind in HEARD for path in state.of(kind)
    ]
    return sha256(repr(files).encode()).hexdigest()
