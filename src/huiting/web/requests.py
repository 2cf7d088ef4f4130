"""Around every request: its id, one log line, and what becomes of an error nobody foresaw."""

import logging
import re
import time
from http import HTTPStatus
from secrets import token_hex

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huiting.access.principal import Principal
from huiting.core.errors import HuitingError
from huiting.web.parts import Parts
from huiting.web.problems import answer as refused
from huiting.web.problems import problem
from huiting.web.templates import template

log = logging.getLogger(__name__)
ID = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Requests:
    """An ASGI middleware.

    A log line holds the route and not the path, never the query, never a header: who is
    called and what is looked for stays out of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(ID, "")
        scope["huiting.request"] = given if _SANE.fullmatch(given) else token_hex(8)
        began = time.perf_counter()
        answer = _Answer(scope, send)
        try:
            await self._app(scope, receive, answer)
            if answer.refusal is not None:
                told = refused(Request(scope), answer.refusal)
                await told(scope, receive, answer.unnoted)
        except Exception:
            log.exception("a request failed", extra={"request": scope["huiting.request"]})
            if answer.status is not None:
                raise  # the answer is on its way: all that is left is to break it off
            response = problem(Request(scope), 500, "internal", "")
            await response(scope, receive, answer)
        finally:
            line = _told(scope, answer.status, time.perf_counter() - began)
            log.info("request", extra=line)
            _count(scope, line)


class _Answer:
    """Sends an answer with the id of its request; remembers its status."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.status: int | None = None
        self.refusal: HuitingError | None = None
        """What was to be given cannot be noted: none of it is sent."""
        self._scope = scope
        self._send = send
        self._noted = False

    async def __call__(self, message: Message) -> None:
        if self.refusal is not None:
            return
        if message["type"] == "http.response.start":
            try:
                await self._note(message["status"])
            except HuitingError as error:
                self.refusal = error
                return
            self.status = message["status"]
            MutableHeaders(scope=message)[ID] = self._scope["huiting.request"]
        await self._send(message)

    async def unnoted(self, message: Message) -> None:
        """Send without noting: a refusal gives nothing."""
        self.refusal, self._noted = None, True
        await self(message)

    async def _note(self, status: int) -> None:
        noting = _parts(self._scope).noting
        if noting is None or self._noted or status >= HTTPStatus.BAD_REQUEST:
            return
        self._noted = True
        await run_in_threadpool(noting.note, Request(self._scope))


def _parts(scope: Scope) -> Parts:
    found: Parts = scope["app"].state.parts
    return found


def _count(scope: Scope, told: dict[str, object]) -> None:
    metrics = _parts(scope).metrics
    if metrics is not None:
        status, seconds = told["status"] or 500, told["seconds"]
        assert isinstance(status, int)
        assert isinstance(seconds, float)
        metrics.answered(str(told["method"]), str(told["route"]), status, seconds)


def _told(scope: Scope, status: int | None, seconds: float) -> dict[str, object]:
    principal = scope.get("huiting.principal")
    return {
        "request": scope["huiting.request"],
        "method": scope["method"],
        "route": template(scope),
        "status": status,
        "seconds": round(seconds, 4),
        "principal": principal.id if isinstance(principal, Principal) else None,
    }
