"""A job in the hands of its handler: says how far it is, hears that it should stop, ends it."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from huiting.core.errors import HuitingError, StoreError
from huiting.jobs.errors import Cancelled
from huiting.jobs.job import Job, Lease
from huiting.jobs.work.claims import Claims

log = logging.getLogger(__name__)

Handler = Callable[["Running"], None]
"""Does one kind of job. May run in several threads at once."""
Kept = TypeVar("Kept")
_OFTEN = 0.5
"""Seconds between two writings of progress."""
_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between tries of `persist`: in all about half a minute."""


class Running:
    """What a handler is given. For the handler's thread, but for `interrupt` and `interrupted`."""

    def __init__(
        self, lease: Lease, claims: Claims, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lease = lease
        self.interrupted = threading.Event()
        """Set when the work is to stop, for those who cannot call `check` often."""
        self.reason: HuitingError | None = None
        """Why it is to stop."""
        self.finished = False
        self._claims = claims
        self._clock = clock
        self._told: tuple[str, float] | None = None
        """Stage that was last written, and when."""

    @property
    def job(self) -> Job:
        """The job as it was when it was begun."""
        return self.lease.job

    def advance(self, stage: str, share: float) -> None:
        """Say what is being done and how much of it is over; written at most twice a second.

        Args:
            stage: what is being done.
            share: of the stage, in [0, 1].

        Raises:
            Cancelled, LeaseLost, Stopping, TookTooLong: the work is to stop. Let it pass.
        """
        self.check()
        now = self._clock()
        if self._told is not None and self._told[0] == stage and now < self._told[1] + _OFTEN:
            return
        self._told = stage, now
        try:
            cancelling = self._claims.advance(self.lease, stage, min(1.0, max(0.0, share)))
        except StoreError:
            log.warning("progress not written", extra={"job": self.job.id, "stage": stage})
            return
        if cancelling:
            self.cancel()
            self.check()

    def check(self) -> None:
        """Go on, or raise why the work is to stop; see `advance`."""
        if self.reason is not None:
            raise self.reason

    def hold(self, connection: Connection) -> None:
        """See, in the transaction that keeps a part of the result, that the job is still ours.

        Raises:
            LeaseLost: another has the job, or it is over; nothing may be kept.
        """
        self._claims.hold(connection, self.lease)

    def finish(self, connection: Connection) -> None:
        """End the job, in the transaction that keeps its result: `store.save(also=this)`.

        Raises:
            LeaseLost: another has the job, or it is over; nothing may be kept.
        """
        self._claims.finish(connection, self.lease)
        self.finished = True

    def persist(self, write: Callable[[], Kept]) -> Kept:
        """Return what `write` returns; call it again while the database cannot be used.

        Raises:
            StoreError: it could not be used for half a minute, or the work is to stop.
        """
        for wait in _WAITS:
            try:
                return write()
            except StoreError:
                log.warning("writing is tried again", extra={"job": self.job.id, "seconds": wait})
                if self.interrupted.wait(wait):
                    break
        return write()

    def cancel(self) -> None:
        """Have the work stop because somebody asked for it."""
        self.interrupt(Cancelled(f"job {self.job.id}", "it was cancelled", "retry it if need be"))

    def interrupt(self, reason: HuitingError) -> None:
        """Have the work stop; the first reason is the one that counts."""
        if self.reason is None:
            self.reason = reason
        self.interrupted.set()
