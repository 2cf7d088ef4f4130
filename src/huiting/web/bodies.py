"""Large bodies: read piece by piece, and no more of them than is taken."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from huiting.service.troubles import TooLarge, Unsupported

_FIELDS = 50
_LONGEST_FIELD = 1 << 20
_DIGITS = 20
"""Of a number of bytes; the guard refuses longer ones."""


def form(request: Request, *, most: int, files: int) -> AbstractAsyncContextManager[FormData]:
    """Read a form with files while inside. The files lie on the disk, not in memory.

    Raises:
        Unsupported: it is no form.
        TooLarge: it is larger than `most`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Unsupported("body", "not a form with files", "send multipart/form-data")
    return _bounded(request, most).form(
        max_files=files, max_fields=_FIELDS, max_part_size=_LONGEST_FIELD
    )


def pieces(request: Request, *, most: int) -> AsyncIterator[bytes]:
    """Yield a body as it comes.

    Raises:
        TooLarge: it is larger than `most`.
    """
    return _bounded(request, most).stream()


def _bounded(request: Request, most: int) -> Request:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < _DIGITS and int(announced) > most:
        raise _too_large(most)
    count = 0

    async def receive() -> Message:
        nonlocal count
        message: dict[str, Any] = dict(await request.receive())
        count += len(message.get("body", b""))
        if count > most:
            raise _too_large(most)
        return message

    return Request(request.scope, receive)


def _too_large(most: int) -> TooLarge:
    return TooLarge("body", f"more than {most} bytes", "send less at once")
