"""The door of a WebSocket: who speaks, and how they are told that they may not.

A browser shows the session's cookie to whatever page makes it connect, and no page can add a
header: that a page of ours asks, its `Origin` says (cross-site WebSocket hijacking).
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import WebSocket, WebSocketException
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketState

from huiting.access.credentials import Credentials
from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, HuitingError
from huiting.web.doors import COOKIE, SECURE_COOKIE, check, foreign_origin
from huiting.web.live.terms import token_of
from huiting.web.live.wire import written
from huiting.web.parts import Parts
from huiting.web.problems import status_of
from huiting.web.tongue import tongue

log = logging.getLogger(__name__)
OURS = 4000
"""Close codes of ours are this and a status of HTTP: 4401, 4403, 4429."""
TIMEOUT, GARBAGE, TOO_LARGE, BROKEN = 4408, 1003, 1009, 1011
LEAVING = 1012
"""The service is started again; without a word before, as where it cuts what is open itself."""
Telling = Callable[[HuitingError, str], Mapping[str, Any]]
"""Writes an error in the protocol of a door, in a language."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A dependency: lets in who may speak in live calls. Others are told why, and cut off."""

    permission: Permission
    tell: Telling
    bare: bool = False
    """Its clients can set no header: a token may stand in the address, or belong to theirs."""

    async def __call__(self, socket: WebSocket) -> Principal:
        """Return who speaks.

        Raises:
            WebSocketException: nobody that may; they were told.
        """
        try:
            return await run_in_threadpool(self.admitted, socket)
        except HuitingError as error:
            await accept(socket)
            await socket.send_text(written(self.tell(error, tongue_of(socket))))
            raise WebSocketException(code_of(error), error.code) from error

    def admitted(self, socket: WebSocket) -> Principal:
        """Return who speaks; asked again while they do.

        Raises:
            Unauthenticated: nobody that is known, or no longer.
            Forbidden: known, and may not; or another site's page asks.
            TooMany: asked too often.
        """
        parts: Parts = socket.app.state.parts
        principal = parts.doorkeeper.admit(self._shown(socket, parts))
        check(principal, self.permission)
        socket.scope["huiting.principal"] = principal
        return principal

    def _shown(self, socket: WebSocket, parts: Parts) -> Credentials:
        address = socket.client.host if socket.client else ""
        scheme, _, token = socket.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else None
        origin = socket.headers.get("origin")
        if self.bare and not bearer:
            terms = parts.live_terms
            near = origin is None or origin.lower() in terms.origins
            bearer = socket.query_params.get("token")
            bearer = bearer or (token_of(address, terms.trusted) if near else None)
        secure = socket.url.scheme == "wss"
        session = socket.cookies.get(SECURE_COOKIE if secure else COOKIE)
        foreign = foreign_origin(socket)
        if bearer is None and not self.bare and (foreign or (session and origin is None)):
            raise Forbidden("websocket", "another site's page asked for this", "use our own pages")
        return Credentials(address=address, bearer=bearer, session=None if self.bare else session)


async def accept(socket: WebSocket) -> None:
    """Begin to talk; a browser wants one of the protocols that it offered."""
    offered = socket.scope.get("subprotocols") or [None]
    await socket.accept("binary" if "binary" in offered else offered[0])


async def close(socket: WebSocket, code: int, reason: str = "") -> None:
    """End the connection, unless the other side has."""
    if socket.client_state is WebSocketState.CONNECTED and (
        socket.application_state is WebSocketState.CONNECTED
    ):
        await socket.close(code, reason)


def code_of(error: HuitingError) -> int:
    """Return the close code that says an error."""
    return OURS + status_of(error)


def tongue_of(socket: WebSocket) -> str:
    """Return the language of who speaks."""
    return tongue(socket)
