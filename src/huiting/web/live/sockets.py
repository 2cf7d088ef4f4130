"""Around every live connection: one log line, and what becomes of an error nobody foresaw."""

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from huiting.access.principal import Principal
from huiting.web.live.entering import BROKEN, close

log = logging.getLogger(__name__)


async def served(
    socket: WebSocket, principal: Principal, talk: Callable[[], Awaitable[int]]
) -> None:
    """Let a door talk, to the end of the connection.

    Args:
        socket: the connection.
        principal: who speaks.
        talk: returns the close code.
    """
    began, code = time.perf_counter(), BROKEN
    try:
        code = await talk()
    except WebSocketDisconnect as gone:
        code = gone.code
    except Exception:
        log.exception("a live connection failed", extra={"principal": principal.id})
        with suppress(WebSocketDisconnect, RuntimeError):
            await close(socket, BROKEN)
    finally:
        told = {
            "method": "WEBSOCKET",
            "route": socket.scope["route"].path,
            "status": code,
            "seconds": round(time.perf_counter() - began, 4),
            "principal": principal.id,
        }
        log.info("live connection", extra=told)
