"""The threads of live calls: one a call, those that ask the models, and one that looks around."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from huiting.live.desk import Desk
from huiting.live.session import Session
from huiting.service.live.hearing import Listener
from huiting.service.live.ongoing import Ongoing

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds from one look at all calls to the next."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the threads do."""

    desk: Desk
    """Where asks are taken from."""
    listener: Listener
    """Hears them."""
    call: Callable[[str], Ongoing | None]
    """Gives a call by its id; None when there is none any more."""
    look: Callable[[], None]
    """Looks at all calls."""


class Crew:
    """The threads of the live calls of one server. May be used from several threads.

    Args:
        work: what they do.
        ears: how many ask the models.
    """

    def __init__(self, work: Work, ears: int) -> None:
        self._work = work
        self._ears = ears
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._shared: list[threading.Thread] = []
        self._runs: list[threading.Thread] = []

    @property
    def over(self) -> bool:
        """They are to end."""
        return self._over.is_set()

    def hire(self) -> None:
        """Begin the threads that all calls share, unless they are there."""
        with self._lock:
            if self._shared or self.over:
                return
            names = [f"live-ears-{number}" for number in range(self._ears)]
            self._shared = [threading.Thread(target=self._listen, name=name) for name in names]
            self._shared.append(threading.Thread(target=self._look_after, name="live"))
            for thread in self._shared:
                thread.start()

    def begin(self, call: Ongoing, session: Session | None) -> bool:
        """Begin the thread of a call; tell whether it was not there, nor are they to end.

        Raises:
            RuntimeError: no thread can be had; it can be begun later.
        """
        self.hire()
        thread = threading.Thread(target=call.run, args=(session,), name=f"live-{call.id}")
        with self._lock:
            if call.began or self.over:
                return False
            call.began = True
            try:
                thread.start()
            except RuntimeError:
                call.began = False
                raise
            self._runs.append(thread)
        return True

    def tidy(self) -> None:
        """Forget the threads of calls that are over."""
        with self._lock:
            self._runs = [thread for thread in self._runs if thread.is_alive()]

    def dismiss(self) -> None:
        """Say that they are to end; those of calls do when these are closed."""
        self._over.set()
        self._work.desk.close()

    def join(self) -> None:
        """Wait until all have ended."""
        with self._lock:
            threads = [*self._runs, *self._shared]
        for thread in threads:
            thread.join()

    def _listen(self) -> None:
        while not self.over:
            work = self._work.desk.take(LOOK)
            if work is None:
                continue
            try:
                call = self._work.call(work.session)
                if call is not None:
                    call.answer(work, self._work.listener)
            except Exception:
                log.exception("live speech not decoded", extra={"call": work.session})
            finally:
                self._work.desk.done(work)

    def _look_after(self) -> None:
        while True:
            try:
                self._work.look()
            except Exception:
                log.exception("live calls cannot be looked after")
            if self._over.wait(LOOK):
                return
