"""Around every request: its id, one log line, and what becomes of an error nobody foresaw."""

import logging
import re
import time
from secrets import token_hex

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huiting.access.principal import Principal
from huiting.web.problems import problem

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
        except Exception:
            log.exception("a request failed", extra={"request": scope["huiting.request"]})
            if answer.status is not None:
                raise  # the answer is on its way: all that is left is to break it off
            response = problem(Request(scope), 500, "internal", "")
            await response(scope, receive, answer)
        finally:
            log.info("request", extra=_told(scope, answer.status, time.perf_counter() - began))


class _Answer:
    """Sends an answer with the id of its request; remembers its status."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.status: int | None = None
        self._scope = scope
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[ID] = self._scope["huiting.request"]
        await self._send(message)


def _told(scope: Scope, status: int | None, seconds: float) -> dict[str, object]:
    principal = scope.get("huiting.principal")
    route = scope.get("route")
    return {
        "request": scope["huiting.request"],
        "method": scope["method"],
        "route": getattr(route, "path_format", None) or "none",
        "status": status,
        "seconds": round(seconds, 4),
        "principal": principal.id if isinstance(principal, Principal) else None,
    }
