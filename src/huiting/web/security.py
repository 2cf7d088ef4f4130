"""Around the application: whose requests are taken, how many, how large; what answers carry.

Pure ASGI. Knows no routes and no users; who may do what, `doors` says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huiting.access.addresses import Network, client, neighbourhood, parse, within
from huiting.access.buckets import Buckets, Rate
from huiting.core.errors import Forbidden, HuitingError, InputError, TooMany
from huiting.service.troubles import TooLarge
from huiting.web.problems import answer, problem
from huiting.web.security_headers import set_headers

_LARGE = ("multipart/form-data", "application/offset+octet-stream", "application/octet-stream",
          "audio/", "video/", "application/zip")  # fmt: skip
"""Kinds of content that may be recordings."""
_FORWARDED = (b"forwarded", b"x-forwarded-")
_PLAIN, _SECURE = ("http", "ws"), ("https", "wss")
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is let through. The defaults let everything through but what is too large."""

    allowed: tuple[Network, ...] = ()
    """Addresses that may come; empty for all."""
    proxies: tuple[Network, ...] = ()
    """Our own, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    hosts: tuple[str, ...] = ()
    """Names under which we are asked for, `*.example.com` for all below; empty for any."""
    body: int = 1 << 20
    """Bytes of a request that holds no recording."""
    upload: int = 4 << 30
    """Bytes of one that may."""
    rate: Rate | None = None
    """Requests of one address; None for any number."""
    together: Rate | None = None
    """Requests of all addresses."""
    origins: frozenset[str] = frozenset()
    """Of other sites' pages that may speak with us over a WebSocket; of the doors, only those
    where a cookie does not count let them in."""
    patience: float = 60.0
    """Seconds without a byte of a body that is not over."""


class Guard:
    """An ASGI middleware, around all others."""

    def __init__(self, app: ASGIApp, rules: Rules, clock: Callable[[], float]) -> None:
        """Stand before an application.

        Args:
            app: what to pass requests on to.
            rules: what is let through.
            clock: seconds that never go back.
        """
        self._app = app
        self._rules = rules
        self._clock = clock
        self._each = None if rules.rate is None else Buckets(rules.rate)
        self._all = None if rules.together is None else Buckets(rules.together, most=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._located(scope)
        protected = _Protected(send, https=scope["scheme"] in _SECURE)
        if _ambiguous(Headers(scope=scope)):
            end = {"Connection": "close"}
            told = problem(
                Request(scope), 400, "bad-request", "its length is said twice", headers=end
            )
            await told(scope, receive, protected)
            return
        try:
            largest = self._check(scope)
        except HuitingError as error:
            await _refuse(scope, receive, protected, error)
            return
        await self._app(scope, _Measured(receive, largest, self._rules.patience), protected)

    def _located(self, scope: Scope) -> Scope:
        """Return the scope with the client's own address and scheme; nobody else asks proxies."""
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        trusted = within(peer, self._rules.proxies)
        here = client(peer, headers.getlist("x-forwarded-for"), self._rules.proxies)
        scheme = scope.get("scheme", "http")
        said = headers.get("x-forwarded-proto", "").strip().lower()
        if trusted and said in ("http", "https"):
            pair = _SECURE if said == "https" else _PLAIN
            scheme = pair[scope["type"] == "websocket"]
        kept = [pair for pair in scope["headers"] if not pair[0].lower().startswith(_FORWARDED)]
        port = scope["client"][1] if scope.get("client") and here == peer else 0
        return {**scope, "client": (here, port), "scheme": scheme, "headers": kept}

    def _check(self, scope: Scope) -> int:
        """Return how many bytes the request may have.

        Raises:
            Forbidden: the address or the page may not come.
            InputError: asked for under a name that is not ours, or it is too large.
            TooMany: it comes too often.
        """
        address, headers, rules = scope["client"][0], Headers(scope=scope), self._rules
        if rules.allowed and not within(address, rules.allowed):
            raise Forbidden("address", f"{address or 'unknown'} may not come here", "ask who may")
        host = headers.get("host", "")
        if rules.hosts and not known_host(host, rules.hosts):
            raise InputError("host", "we are not called that", "use the address you were given")
        origin = headers.get("origin")
        known = _same(origin, host) or (origin or "").lower() in rules.origins
        if scope["type"] == "websocket" and not known:
            raise Forbidden("websocket", "another site's page asked for this", "use our own pages")
        self._check_rate(address)
        largest = rules.upload if _large(headers) else rules.body
        length = headers.get("content-length", "")
        if _more(length, largest):
            raise TooLarge("request", f"more than {largest} bytes", "send less at a time")
        return largest

    def _check_rate(self, address: str) -> None:
        now, wait = self._clock(), 0.0
        if self._each is not None:
            wait = self._each.take(neighbourhood(address), now)
        if self._all is not None and not wait:
            wait = self._all.take(_ALL, now)
        if wait:
            raise TooMany("requests", "too many", "wait, and ask less often", wait)


@dataclass(slots=True)
class _Measured:
    """Receives a body, as long as it is not too large."""

    receive: Receive
    left: int
    patience: float
    over: bool = False
    """The body is; what comes then, such as the end of the line, takes its time."""

    async def __call__(self) -> Message:
        try:
            with anyio.fail_after(None if self.over else self.patience):
                message = await self.receive()
        except TimeoutError as error:
            raise HTTPException(408, "the rest of the request did not come") from error
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            if self.left < 0:
                raise HTTPException(413, "the request is larger than it may be")
        self.over = self.over or not message.get("more_body", False)
        return message


@dataclass(frozen=True, slots=True)
class _Protected:
    """Sends an answer with the headers that every answer has."""

    send: Send
    https: bool

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            raw = list(message.get("headers", []))
            set_headers(raw, https=self.https)
            message = {**message, "headers": raw}
        await self.send(message)


async def _refuse(scope: Scope, receive: Receive, send: Send, error: HuitingError) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    await answer(Request(scope), error)(scope, receive, send)


def known_host(host: str, hosts: Sequence[str]) -> bool:
    """Tell whether a `Host` header, with or without a port, names one of these."""
    name = _name(host)
    return bool(name) and any(
        name.endswith(known[1:].lower()) if known.startswith("*.") else name == _name(known)
        for known in hosts
    )


def usual_hosts(listening: str) -> tuple[str, ...]:
    """Return the names of a service on this machine alone; empty, for any, where others come.

    Without it a page elsewhere could have its own name lead to this machine, and read what
    is answered to it as its own (DNS rebinding).
    """
    found = parse(listening)
    if listening == "localhost" or (found is not None and found.is_loopback):
        return ("localhost", "127.0.0.1", "[::1]", listening)
    return ()


def _name(host: str) -> str:
    """Return the name or address in a `Host` header."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _same(origin: str | None, host: str) -> bool:
    """Tell whether a page is ours; programs that are no browsers send no origin."""
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _ambiguous(headers: Headers) -> bool:
    """Tell whether a proxy before us may have seen another end of this request than we do.

    Source:
        RFC 9112, 6.1: such a request may be refused, and the connection must be closed.
    """
    return "transfer-encoding" in headers and "content-length" in headers


def _more(length: str, most: int) -> bool:
    """Tell whether a `Content-Length` is a larger number; one that Python would not read is."""
    plain = length.lstrip("0")
    return length.isdecimal() and (len(plain) > len(str(most)) or int(plain or "0") > most)


def _large(headers: Headers) -> bool:
    return headers.get("content-type", "").strip().lower().startswith(_LARGE)
