"""Pages go out compressed: a call of two hours is half a megabyte of words otherwise.

Only pages, and only where the request comes from one of our pages or the address line: who
makes a browser ask for a page of ours from another site learns nothing from its length.

Source:
    Gluck, Harris, Prado (2013), BREACH: reviving the CRIME attack.
"""

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1_000
"""Bytes of a page that is worth it."""
_LEVEL = 5
_OURS = frozenset({"same-origin", "none"})


class Squeezing:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; compress the page that answers it."""
        if scope["type"] == "http" and _may(Headers(scope=scope)):
            send = _Squeezed(send)
        await self._app(scope, receive, send)


class _Squeezed:
    """Sends pages compressed; everything else as it is."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _page(Headers(raw=message["headers"])):
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            body: bytes = message.get("body", b"")
            if not message.get("more_body") and len(body) >= LEAST:
                body = await run_in_threadpool(gzip.compress, body, _LEVEL, mtime=0)
                headers = MutableHeaders(raw=start["headers"])
                headers["Content-Encoding"] = "gzip"
                headers["Content-Length"] = str(len(body))
                headers.add_vary_header("Accept-Encoding")
                message = {**message, "body": body}
            await self._send(start)
        await self._send(message)


def _may(headers: Headers) -> bool:
    taken = headers.get("accept-encoding", "")
    return "gzip" in taken and headers.get("sec-fetch-site") in _OURS


def _page(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith("text/html") and (
        "content-encoding" not in headers
    )
