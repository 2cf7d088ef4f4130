"""`Idempotency-Key`: a POST that makes something, done once however often it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from huiting.access.principal import Principal
from huiting.service.answers import Said
from huiting.web.parts import Given
from huiting.web.places import outside

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[ -~]+$",
        description="Any unique text; the same key gives the same answer for a day.",
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """Answers a request once."""

    parts: Given
    request: Request
    key: str | None

    def answer(
        self,
        principal: Principal,
        asked: object,
        make: Callable[[], BaseModel],
        *,
        status: int = 201,
        location: Callable[[BaseModel], str] | None = None,
    ) -> Response:
        """Return the answer to a request, made now or before.

        Args:
            principal: who asks.
            asked: all that the request asks; what is equal has the same `repr`.
            make: does it.
            status: of the answer.
            location: of what was made.

        Raises:
            InputError: the key was used for another request.
            Conflict: the same request is being worked on.
        """
        route = f"{self.request.method} {self.request.url.path}"
        digest = sha256(repr((route, asked)).encode(errors="backslashreplace")).hexdigest()

        def said() -> Said:
            body = make()
            where = location(body) if location else None
            return Said(status, body.model_dump_json().encode(), where)

        found = self.parts.answers.once(principal, self.key, digest, said)
        headers = {"Location": outside(self.request, found.location)} if found.location else {}
        if found.again:
            headers["Idempotency-Replayed"] = "true"
        return Response(found.body, found.status, headers, media_type="application/json")


def once(request: Request, parts: Given, key: Key = None) -> Once:
    """Return what answers this request; a dependency."""
    return Once(parts, request, key)


OnceOnly = Annotated[Once, Depends(once)]
"""How a route takes it."""
