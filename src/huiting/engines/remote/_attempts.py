"""Asking until there is an answer: how long, how often, with what pauses.

Knows no protocol: a protocol says what went wrong in the words of `_trouble`.
"""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

import anyio

from huiting.core.errors import EngineError
from huiting.engines.remote._circuit import Circuit
from huiting.engines.remote._trouble import Busy, Lost, Refused, Untrusted, Unusable

T = TypeVar("T")

PATIENCE = 80.0
"""Seconds, beyond its length, after which no further try is made for a clip: less than the
watchdog of a model host gives a task that shows no life."""
LONGEST_WAIT = 30.0
"""Seconds that a server may ask to be left alone."""
LEAST = 1.0
"""Seconds that a try is worth."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How much is done for an answer."""

    timeout: float
    """Seconds for one answer, beyond the length of the clip."""
    retries: int
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks one server."""

    terms: Terms
    circuit: Circuit

    async def answer(self, ask: Callable[[], Awaitable[T]], seconds: float = 0.0) -> T:
        """Return what the server answers, if not at once then later.

        Args:
            ask: asks once.
            seconds: of the clip that it is asked about.

        Raises:
            EngineError: it did not answer, is left alone, or answered what is no answer.
            Refused: it would answer the same again.
        """
        until = self.terms.now() + PATIENCE + seconds
        for attempt in range(self.terms.retries + 1):
            limit = min(self.terms.timeout + seconds, until - self.terms.now())
            cause: Lost | Busy
            try:
                return await self._once(ask, limit)
            except (Lost, Busy) as error:
                cause = error
            asked = cause.wait if isinstance(cause, Busy) else None
            wait = _pause(attempt) if asked is None else asked
            late = self.terms.now() + wait + LEAST > until
            if attempt == self.terms.retries or late or wait > LONGEST_WAIT:
                raise EngineError(
                    self.circuit.server, f"no answer in {attempt + 1} tries: {cause}", _LOOK
                ) from cause
            await self.terms.sleep(wait)
        raise AssertionError("the last try returns or raises")  # pragma: no cover

    async def _once(self, ask: Callable[[], Awaitable[T]], limit: float) -> T:
        server = self.circuit.server
        try:
            with self.circuit.attempt():
                try:
                    with anyio.fail_after(limit):
                        return await ask()
                except TimeoutError as error:
                    raise Lost(f"nothing in {limit:.0f} s") from error
        except Untrusted as error:
            raise EngineError(
                server, "its certificate is not trusted", "give the file it is signed by as ca"
            ) from error
        except Unusable as error:
            raise EngineError(server, error.reason, "check url and protocol") from error


_LOOK = "look at the speech server's log"


def refusal(server: str, error: Refused) -> EngineError:
    """Return what is said of a server that refuses for good."""
    status = error.status
    return EngineError(server, f"HTTP {status}", _remedy(status))


def _remedy(status: int) -> str:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "check the key"
    if status == HTTPStatus.NOT_FOUND:
        return "check url (up to /v1) and model"
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "it redirects, which is not followed: give the address it leads to"
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "let it take larger files, or cut speech shorter"
    return _LOOK


def _pause(attempt: int) -> float:
    """Return seconds: twice as many each time, spread so that not all come back at once."""
    return float(2.0**attempt * (0.5 + random.random()))  # noqa: S311  (spreads tries)
