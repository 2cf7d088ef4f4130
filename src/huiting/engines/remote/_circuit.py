"""A circuit breaker: a server that is down is left alone for a while.

After some failures in a row it opens: who asks is told at once, instead of after all tries and
time-outs. When it has rested, one question goes through; its answer closes it or lets it rest again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from huiting.core.errors import EngineError
from huiting.engines.remote._trouble import Lost

log = logging.getLogger(__name__)

FAILURES = 5
"""In a row, after which it opens."""
REST = 30.0
"""Seconds until it is tried again."""


def _today() -> datetime:
    return datetime.now().astimezone()


@dataclass(slots=True)
class Circuit:
    """To one server. May be used from several threads."""

    server: str
    """As errors name it."""
    failures: int = FAILURES
    rest: float = REST
    now: Callable[[], float] = time.monotonic
    today: Callable[[], datetime] = _today
    _failed: int = 0
    """In a row."""
    _reason: str = ""
    _since: datetime | None = None
    """When it opened; None while it is closed."""
    _until: float = 0.0
    _trying: bool = False
    """Whether a question is under way that decides."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Ask once while inside; what comes of it is counted.

        Raises:
            EngineError: it is open.
        """
        decides = self._enter()
        try:
            yield
        except Lost as error:
            self._count(error.reason)
            raise
        except Exception:
            self._close()  # whatever it said, it is there
            raise
        except BaseException:  # stopped by who asks: nothing is known
            self._forget(decides=decides)
            raise
        self._close()

    def _enter(self) -> bool:
        with self._lock:
            if self._since is None:
                return False
            if self._trying or self.now() < self._until:
                raise EngineError(
                    self.server,
                    f"it is left alone since {self._since:%Y-%m-%d %H:%M:%S}, "
                    f"when {self._failed} tries in a row had failed: {self._reason}",
                    f"see that the server runs; it is asked again every {self.rest:.0f} s",
                )
            self._trying = True
            return True

    def _count(self, reason: str) -> None:
        with self._lock:
            self._reason = reason
            if self._since is None:
                self._failed += 1
                if self._failed < self.failures:
                    return
                self._since = self.today()
                log.warning("a server is left alone", extra={"server": self.server, "why": reason})
            self._trying = False
            self._until = self.now() + self.rest

    def _close(self) -> None:
        with self._lock:
            if self._since is not None:
                log.info("a server is back", extra={"server": self.server})
            self._failed, self._since, self._trying = 0, None, False

    def _forget(self, *, decides: bool) -> None:
        with self._lock:
            if decides:
                self._trying = False
