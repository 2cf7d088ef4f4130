"""Run handlers in threads, a bounded number at a time, and write how each attempt ended.

A thread cannot be ended from outside. One whose handler does not react when it is to stop is
written off: its job goes on elsewhere under a greater fence, and its slot stays taken.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from huiting.core.errors import HuitingError, StoreError
from huiting.jobs._rows import changing
from huiting.jobs.errors import Cancelled, LeaseLost, Stopping, TookTooLong
from huiting.jobs.job import Lease, Trouble
from huiting.jobs.running import Handler, Running
from huiting.jobs.work.claims import Claims

log = logging.getLogger(__name__)

GRACE = 10.0
"""Seconds a handler is given to react before its job goes on without it."""
_FAULT = "report this as a fault of the program, with the lines of its log about this job"


@dataclass(slots=True)
class _Hand:
    running: Running
    begun: float
    """By the crew's clock."""
    told: float | None = None
    """When it was told to stop."""


class Crew:
    """Threads that work on jobs. `start` may be called from any thread."""

    def __init__(
        self,
        claims: Claims,
        handlers: Mapping[str, Handler],
        slots: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.freed = threading.Event()
        """Set when a slot is freed; whoever waits for it clears it."""
        self._claims = claims
        self._handlers = handlers
        self._slots = threading.Semaphore(slots)
        self._free = slots
        self._clock = clock
        self._lock = threading.Lock()
        self._hands: dict[tuple[int, int], _Hand] = {}

    @property
    def free(self) -> int:
        """How many more jobs can be begun."""
        return self._free

    def start(self, claim: Callable[[], Lease | None]) -> Future[None]:
        """Get a job by `claim` and run it in a thread, when a slot is free.

        Returns:
            done when the attempt has ended, or there was no job; fails as `claim` does.
        """
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            self._free -= 1
        threading.Thread(target=self._occupy, args=(claim, future), daemon=True).start()
        return future

    def leases(self) -> list[Lease]:
        """Return what is being worked on."""
        with self._lock:
            return [hand.running.lease for hand in self._hands.values()]

    def renew(self) -> None:
        """Tell that all work is alive, and hear of what is to stop.

        Raises:
            StoreError: the database cannot be used.
        """
        leases = self.leases()
        if not leases:
            return
        pulse = self._claims.renew(leases)
        for hand in self._all():
            job = hand.running.job.id
            if job in pulse.cancelling:
                hand.running.cancel()
            if job in pulse.lost and hand.running.lease in leases:
                hand.running.interrupt(
                    LeaseLost(
                        f"job {job}", "it was taken from this worker", "nothing is to be done"
                    )
                )

    def police(self) -> None:
        """Stop what takes too long; go on without handlers that do not react."""
        now = self._clock()
        for hand in self._all():
            longest = hand.running.job.order.longest
            if longest is not None and now > hand.begun + longest:
                hand.running.interrupt(_too_long(hand.running, longest))
            if hand.running.reason is not None and hand.told is None:
                hand.told = now
            if hand.told is not None and now > hand.told + GRACE:
                self._write_off(hand)

    def end(self, drain: float) -> None:
        """Wait for the work to end; give back what takes longer than `drain` seconds."""
        self._wait_idle(drain)
        for hand in self._all():
            hand.running.interrupt(
                Stopping(f"job {hand.running.job.id}", "its worker is told to end", "it goes on")
            )
        self._wait_idle(GRACE)
        for hand in self._all():
            self._write_off(hand)

    def _all(self) -> list[_Hand]:
        with self._lock:
            return list(self._hands.values())

    def _wait_idle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.leases() and time.monotonic() < until:
            self.freed.wait(0.1)
            self.freed.clear()

    def _occupy(self, claim: Callable[[], Lease | None], future: Future[None]) -> None:
        try:
            with self._slots:
                lease = claim()
                if lease is not None:
                    self._work(lease)
        except BaseException as error:  # noqa: BLE001  (whoever waits for the future raises it)
            future.set_exception(error)
        else:
            future.set_result(None)
        finally:
            with self._lock:
                self._free += 1
            self.freed.set()

    def _work(self, lease: Lease) -> None:
        running = Running(lease, self._claims)
        key = lease.job.id, lease.fence
        with self._lock:
            self._hands[key] = _Hand(running, self._clock())
        began = time.monotonic()
        try:
            code = self._attempt(running)
        finally:
            with self._lock:
                self._hands.pop(key, None)
        log.info(
            "attempt ended",
            extra={
                "job": lease.job.id,
                "kind": lease.job.order.kind,
                "seconds": round(time.monotonic() - began, 3),
                "code": code,
            },
        )

    def _attempt(self, running: Running) -> str:
        """Run the handler and write how it ended; return the word for it."""
        try:
            self._handlers[running.job.order.kind](running)
            if not running.finished:
                running.persist(lambda: self._finish(running))
        except Exception as error:  # noqa: BLE001  (the worker goes on, whatever a handler does)
            why = running.reason or error
            self._settle(running, why)
            return why.code if isinstance(why, HuitingError) else "fault"
        return "done"

    def _finish(self, running: Running) -> None:
        with changing(self._claims.ledger.database) as connection:
            running.finish(connection)

    def _settle(self, running: Running, why: Exception) -> None:
        """Write how a run ended that brought nothing."""
        try:
            running.persist(lambda: self._write(running.lease, why))
        except LeaseLost:
            log.info("a job goes on elsewhere", extra={"job": running.job.id})
        except StoreError:
            # Its beat stands still now, so a lookout will find it.
            log.exception("an attempt's end could not be written", extra={"job": running.job.id})

    def _write(self, lease: Lease, why: Exception) -> None:
        if isinstance(why, LeaseLost):
            raise why
        if isinstance(why, Cancelled):
            self._claims.cancel(lease)
        elif isinstance(why, Stopping):
            self._claims.give_back(lease)
        elif isinstance(why, HuitingError):
            trouble = Trouble(why.code, f"{why.subject}: {why.reason}", why.remedy)
            if why.waits:
                self._claims.wait(lease, trouble)
            else:
                self._claims.fail(lease, trouble, retryable=why.retryable)
        else:
            log.error("a handler failed", exc_info=why, extra={"job": lease.job.id})
            trouble = Trouble("fault", type(why).__name__, _FAULT)
            self._claims.fail(lease, trouble, retryable=True)

    def _write_off(self, hand: _Hand) -> None:
        """Let the job go on although its handler has not ended."""
        lease = hand.running.lease
        with self._lock:
            self._hands.pop((lease.job.id, lease.fence), None)
        log.error("a handler does not react; its job goes on", extra={"job": lease.job.id})
        assert hand.running.reason is not None
        self._settle(hand.running, hand.running.reason)


def _too_long(running: Running, longest: float) -> TookTooLong:
    return TookTooLong(
        f"job {running.job.id}",
        f"it took longer than {longest:g} s",
        "allow more time, or see what keeps it",
    )
