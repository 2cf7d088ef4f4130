"""Live calls from clients of FunASR's runtime: they connect to host and port, and name no path."""

from typing import Annotated

from fastapi import APIRouter, Depends, WebSocket

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import HuitingError
from huiting.web.live.entering import Speaking
from huiting.web.live.funasr_asked import Asked
from huiting.web.live.funasr_door import FunasrDoor
from huiting.web.live.funasr_told import Message, refused
from huiting.web.live.sockets import served
from huiting.web.problems import worded

PREFIX = ""
router = APIRouter()


def _tell(error: HuitingError, language: str) -> Message:
    return refused(Asked(), worded(error, language))


_door = Speaking(Permission.LIVE_SPEAK, _tell, bare=True)


@router.websocket("/")
async def talk(socket: WebSocket, principal: Annotated[Principal, Depends(_door)]) -> None:
    """Take audio in FunASR's protocol, and tell what is said in it."""
    door = FunasrDoor(socket, socket.app.state.parts, principal, lambda: _door.admitted(socket))
    await served(socket, principal, door.serve)
