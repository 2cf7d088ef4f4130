"""What tasks in the child tell of themselves, so that a crash or a hang can be traced to them.

The factory is given a journal and hands it on to what calls native code. Keys are whatever
names a step in the same way each time the task is run, such as a digest of its input.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from huiting.core.watch import Progress
from huiting.jobs.host.messages import Advanced, Alive, Entered, Left, Moved, ToHost, Waits

SELDOM = 0.2
"""Seconds between two messages on how far a task is."""


class Cancelled(Exception):
    """The task is to end here."""


class Journal:
    """Tells the host what is going on. May be used from several threads.

    Args:
        send: takes messages to the host.
        clock: seconds, of any origin.
    """

    def __init__(
        self, send: Callable[[ToHost], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._send = send
        self._clock = clock
        self._groups = count()
        self._cancelled: set[int] = set()
        self._apart: frozenset[bytes] = frozenset()
        self._skipped: frozenset[bytes] = frozenset()
        self._here = threading.local()

    @contextmanager
    def step(self, keys: Sequence[bytes]) -> Iterator[Callable[[], None]]:
        """Tell that native code takes these steps while inside.

        Give what tells that it came further: so are this thread's task, as by `alive`, and all
        that wait for it. Cheap enough to be called often.
        """
        group = next(self._groups)
        told = self._clock()

        def moved() -> None:
            nonlocal told
            self.alive()
            now = self._clock()
            if now - told >= SELDOM:
                told = now
                self._send(Moved(group))

        self._send(Entered(group, tuple(keys)))
        try:
            yield moved
        finally:
            self._send(Left(group))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Tell that this thread's task waits while inside for what several tasks share.

        As long as any steps are taken there, the task counts as alive.
        """
        task: int | None = getattr(self._here, "task", None)
        if task is None:
            yield
            return
        self._send(Waits(task, begins=True))
        try:
            yield
        finally:
            self._send(Waits(task, begins=False))

    def alive(self) -> None:
        """Tell that this thread's task works on; cheap enough to be called often.

        Raises:
            Cancelled: the task is to end.
        """
        task: int | None = getattr(self._here, "task", None)
        if task is None:
            return
        self._check(task)
        if self._clock() - self._here.told >= SELDOM:
            self._here.told = self._clock()
            self._send(Alive(task))

    def apart(self, key: bytes) -> bool:
        """Tell whether this step is suspected, and to be taken by itself."""
        return key in self._apart

    def skipped(self, key: bytes) -> bool:
        """Tell whether this step took the process down, and is not to be taken again."""
        return key in self._skipped

    @contextmanager
    def running(self, task: int) -> Iterator[Callable[[Progress], None]]:
        """Take this thread for that of a task while inside; give what it tells progress to."""
        self._here.task, self._here.told, self._here.stage = task, self._clock(), ""

        def listen(progress: Progress) -> None:
            self._check(task)
            now = self._clock()
            new = progress.stage != self._here.stage
            if new or progress.done >= 1 or now - self._here.told >= SELDOM:
                self._here.stage, self._here.told = progress.stage, now
                self._send(Advanced(task, progress.stage, progress.done))

        try:
            yield listen
        finally:
            self._here.task = None
            self._cancelled.discard(task)

    def cancel(self, task: int) -> None:
        """Let a task end when it next tells anything."""
        self._cancelled.add(task)

    def suspect(self, apart: Collection[bytes], skipped: Collection[bytes]) -> None:
        """Say which steps are to be taken by themselves from now on, and which not at all."""
        self._apart, self._skipped = frozenset(apart), frozenset(skipped)

    def _check(self, task: int) -> None:
        if task in self._cancelled:
            raise Cancelled
