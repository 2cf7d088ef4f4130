"""Entity tags: has it changed since it was seen?"""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from huiting.service.troubles import NotTheSame


def tag(*parts: object) -> str:
    """Return the strong entity tag of what these parts determine."""
    return f'"{sha256(repr(parts).encode(errors="backslashreplace")).hexdigest()[:32]}"'


def unchanged(request: Request, etag: str) -> Response | None:
    """Return the answer to who has it already, by `If-None-Match`; None for anybody else."""
    held = request.headers.get("if-none-match")
    if held is None or not _named(held, etag):
        return None
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "private, no-cache"})


def check(request: Request, etag: str) -> None:
    """Refuse a change by somebody who has not seen the newest state, by `If-Match`.

    Without the header the change is made whatever the state.

    Raises:
        NotTheSame: it has changed.
    """
    seen = request.headers.get("if-match")
    if seen is not None and not _named(seen, etag):
        raise NotTheSame(
            "If-Match", "it was changed since you read it", "read it again, then change it"
        )


def _named(header: str, etag: str) -> bool:
    names = (name.strip().removeprefix("W/") for name in header.split(","))
    return any(name in ("*", etag) for name in names)
