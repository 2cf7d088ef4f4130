"""Files as answers, whole or a part: what a player asks for when somebody jumps into a call.

Source:
    RFC 9110, 14.2: one range of bytes; several at once, or a header that makes no sense,
    is answered with the whole file, as the RFC allows.
"""

import re
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from huiting.service.troubles import Unsatisfiable
from huiting.web.conditions import unchanged

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


class Readable(Protocol):
    """Bytes that are open for reading any part of them."""

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def read(self, start: int, length: int, /) -> Iterator[bytes]:
        """Yield some of them, in pieces."""
        ...

    def close(self) -> None:
        """Let them go."""
        ...


def send(
    request: Request, source: Readable, etag: str, media_type: str, name: str, *, save: bool = False
) -> Response:
    """Return what is open for reading, or the part of it that is asked for; closes it.

    Taking its file away from its folder meanwhile does no harm.

    Args:
        request: its `Range`, `If-Range` and `If-None-Match` are looked at.
        source: what is sent.
        etag: changes whenever the bytes do.
        media_type: of them.
        name: they are saved under.
        save: whether a browser should save them rather than show them.

    Raises:
        Unsatisfiable: the range begins beyond the end.
    """
    try:
        held = unchanged(request, etag)
        part = None if held else _asked(request, etag, source.size, name)
    except Unsatisfiable:
        source.close()
        raise
    if held is not None:
        source.close()
        return held
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(name, save=save),
    }
    first, last = part or (0, source.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{source.size}"
    status = 206 if part else 200
    pieces = source.read(first, last - first + 1)
    return _Sending(source, StreamingResponse(pieces, status, headers, media_type=media_type))


def disposition(name: str, *, save: bool) -> str:
    """Return a `Content-Disposition` from which no name can break out (RFC 6266)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\/%]', "_", name)
    exact = quote(name, safe="", errors="replace")
    return f"{'attachment' if save else 'inline'}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _asked(request: Request, etag: str, size: int, name: str) -> tuple[int, int] | None:
    """Return the first and the last byte that are asked for; None for all of them."""
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if found is None or request.headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return None
    if start >= size or (not first and not int(last)):
        raise Unsatisfiable(name, f"it has {size} bytes", "ask for a part inside it", size)
    return start, end


class _Sending(Response):
    """Sends what is open for reading, and lets it go: also when nobody waits for it any more."""

    def __init__(self, source: Readable, answer: StreamingResponse) -> None:
        self._source = source
        self._answer = answer
        self.status_code = answer.status_code
        self.raw_headers = answer.raw_headers
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        finally:
            self._source.close()
