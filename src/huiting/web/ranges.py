"""Files as answers, whole or a part: what a player asks for when somebody jumps into a call.

Source:
    RFC 9110, 14.2: one range of bytes; several at once, or a header that makes no sense,
    is answered with the whole file, as the RFC allows.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from huiting.core.errors import Unknown
from huiting.service.troubles import Unsatisfiable
from huiting.web.conditions import unchanged

PIECE = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


def send(
    request: Request, path: Path, etag: str, media_type: str, name: str, *, save: bool = False
) -> Response:
    """Return a file, or the part of it that is asked for.

    The file is opened here: taking it away from its folder afterwards does no harm.

    Args:
        request: its `Range`, `If-Range` and `If-None-Match` are looked at.
        path: of the file.
        etag: changes whenever the bytes do.
        media_type: of the file.
        name: it is saved under.
        save: whether a browser should save it rather than show it.

    Raises:
        Unsatisfiable: the range begins beyond the end.
        Unknown: the file has just gone.
    """
    held = unchanged(request, etag)
    if held is not None:
        return held
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unknown(name, "it is no longer there", "ask for it again") from error
    size = os.fstat(file.fileno()).st_size
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(name, save=save),
    }
    try:
        part = _asked(request, etag, size, name)
    except Unsatisfiable:
        file.close()
        raise
    first, last = part or (0, size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 206 if part else 200
    return StreamingResponse(
        _pieces(file, first, last - first + 1), status, headers, media_type=media_type
    )


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


def _pieces(file: BinaryIO, first: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
