"""Requests and answers: sent, tried again where that is safe, checked, and read into dataclasses.

Tried again is what a server did not do (429, 503, no connection), and what may be done twice:
reading, and a POST with an `Idempotency-Key`. Other requests are sent once.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import TypeAdapter, ValidationError

from huiting.client.errors import LATER, Refused, Unreachable, Unreadable, refused
from huiting.core.whole_file import replacing

PIECE = 1 << 20
"""Bytes of a file that are read at once."""
T = TypeVar("T")
API = "/api/v1"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_WAIT = 60.0
"""Seconds that are waited at a server's word; who is told to wait longer is told so."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request never reached the server."""
STARTED = 409
"""Answer to a request whose first sending is still being worked on."""
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request."""

    method: str
    path: str
    """Below the address, with `/api…`."""
    params: Params = field(default_factory=dict)
    json: object = None
    data: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, tuple[str, bytes]], ...] = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    """The route takes an `Idempotency-Key`: sent twice, it is done once."""
    patience: float | None = None
    """Seconds that an answer may take; None for the usual ones."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection to a server. May be used from several threads."""

    web: httpx.Client
    tries: int = 4
    """Times that a request is sent at most."""
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def get(self, form: type[T], path: str, params: Params | None = None) -> T:
        """Read something.

        Raises:
            Refused: the server refuses.
            Unreachable: it does not answer.
            Unreadable: it answers something else.
        """
        return self.ask(form, Ask("GET", API + path, params or {}))

    def post(self, form: type[T], path: str, body: object = None, *, once: bool = False) -> T:
        """Have something done; raises as `get` does."""
        return self.ask(form, Ask("POST", API + path, json=body, once=once))

    def patch(self, form: type[T], path: str, body: object) -> T:
        """Change something; raises as `get` does."""
        return self.ask(form, Ask("PATCH", API + path, json=body))

    def put(self, form: type[T], path: str, body: object, **headers: str) -> T:
        """Write something; raises as `get` does."""
        return self.ask(form, Ask("PUT", API + path, json=body, headers=headers))

    def ask(self, form: type[T], ask: Ask) -> T:
        """Send a request and read its answer; raises as `get` does."""
        return read(form, self.send(ask).content, ask.path)

    def content(self, path: str, params: Params | None = None, **headers: str) -> bytes:
        """Read a file, whole; raises as `get` does."""
        return self.send(Ask("GET", API + path, params or {}, headers=headers)).content

    def send(self, ask: Ask) -> httpx.Response:
        """Send a request until it is answered; raises as `get` does, but `Unreadable`."""
        headers = {**ask.headers, **({"Idempotency-Key": uuid4().hex} if ask.once else {})}
        again = ask.once or ask.method in SAFE
        for left in reversed(range(self.tries)):
            try:
                answer = self.web.request(
                    ask.method,
                    ask.path,
                    params=_plain(ask.params),
                    headers=headers,
                    timeout=self.web.timeout if ask.patience is None else ask.patience,
                    **_body(ask),
                )
            except httpx.TransportError as error:
                if not left or not (again or isinstance(error, UNSENT)):
                    raise unreachable(self.web, error) from error
                wait = self._backoff(left)
            else:
                if answer.is_success:
                    return answer
                asked = self._wait(answer, left, again=again)
                if asked is None:
                    raise problem(answer)
                wait = asked
            self.pause(wait)
        raise AssertionError  # the last try returns or raises

    def _wait(self, answer: httpx.Response, left: int, *, again: bool) -> float | None:
        """Return the seconds to wait before the next try; None where there shall be none."""
        status = answer.status_code
        undone = status == HTTPStatus.TOO_MANY_REQUESTS or "Retry-After" in answer.headers
        worked_on = again and status == STARTED and "Idempotency-Key" in answer.request.headers
        if not left or not (worked_on or (status in LATER and (again or undone))):
            return None
        told = answer.headers.get("Retry-After", "")
        wait = float(told) if told.isdigit() else self._backoff(left)
        return None if wait > LONGEST_WAIT else wait

    def _backoff(self, left: int) -> float:
        """Return seconds that double with every try."""
        return 0.5 * 2.0 ** (self.tries - 1 - left)

    def download(self, path: str, params: Params, to: Path) -> Path:
        """Fetch a large file; `to` is whole or not there. Begins anew when the line breaks.

        Raises:
            Refused: the server refuses.
            Unreachable: it does not answer, or the line broke every time.
            OSError: `to` cannot be written.
        """
        for left in reversed(range(self.tries)):
            try:
                with self.stream(path, params) as answer, replacing(to) as file:
                    for piece in answer.iter_bytes(PIECE):
                        file.write(piece)
            except httpx.TransportError as error:
                if not left:
                    raise unreachable(self.web, error) from error
                self.pause(self._backoff(left))
            else:
                return to
        raise AssertionError  # the last try returns or raises

    @contextmanager
    def stream(self, path: str, params: Params | None = None) -> Iterator[httpx.Response]:
        """Open a long answer while inside; what breaks inside is the caller's to mend.

        Raises:
            Refused: the server refuses.
            httpx.TransportError: the line breaks.
        """
        with self.web.stream("GET", API + path, params=_plain(params or {})) as answer:
            if not answer.is_success:
                answer.read()
                raise problem(answer)
            yield answer


def read(form: type[T], content: bytes, subject: str) -> T:
    """Return what an answer says.

    Raises:
        Unreadable: it is not of this form.
    """
    try:
        return TypeAdapter(form).validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"it answers something else ({'.'.join(map(str, first['loc']))}: {first['msg']})"
        raise Unreadable(
            subject, reason, "check the address; client and server should be of one version"
        ) from error


def problem(answer: httpx.Response) -> Refused:
    """Return the error that an answer is."""
    subject = f"{answer.request.method} {answer.request.url.path}"
    try:
        body = json.loads(answer.content)
        code, told = str(body["code"]), str(body["detail"])
    except (ValueError, KeyError, TypeError):  # of a proxy, or of no Huiting at all
        code, told = "http", f"HTTP {answer.status_code}"
    return refused(answer.status_code, code, told, subject)


def unreachable(web: httpx.Client, error: Exception) -> Unreachable:
    """Return the error of a request that nobody answered."""
    reason = f"no answer ({type(error).__name__}: {error})"
    return Unreachable(
        str(web.base_url).rstrip("/"), reason, "check the address, and that the server runs"
    )


def _plain(params: Params) -> dict[str, Any]:
    """Return parameters without those that are not given."""
    return {name: _cell(value) for name, value in params.items() if value not in (None, (), [])}


def _cell(value: object) -> object:
    """Return a value as it stands in an address; dates in ISO 8601."""
    if isinstance(value, list | tuple):
        return [_cell(each) for each in value]
    told = getattr(value, "isoformat", None)
    return value if told is None else told()


def _body(ask: Ask) -> dict[str, Any]:
    if ask.files:
        return {"data": ask.data, "files": list(ask.files)}
    if ask.content is not None:
        return {"content": ask.content}
    return {} if ask.json is None else {"json": ask.json}
