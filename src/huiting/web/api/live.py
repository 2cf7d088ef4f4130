"""Live calls: speaking in them over a WebSocket, seeing which there are, and watching one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, WebSocket
from starlette.responses import StreamingResponse

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.api.shapes.calls import Unredacted
from huiting.web.api.shapes.live import LiveCall
from huiting.web.doors import address, require
from huiting.web.live.call_door import CallDoor
from huiting.web.live.entering import Speaking
from huiting.web.live.sockets import served
from huiting.web.live.watching import LONGEST, SCHEMA, opened, stream
from huiting.web.live.wire import trouble
from huiting.web.pages import Page
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.sse import MEDIA_TYPE

router = APIRouter(tags=["live"])
Watcher = Annotated[Principal, Depends(require(Permission.LIVE_WATCH))]
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Id = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$")]
_ONE = documented(404)
_STREAM = _ONE | {200: {"content": {MEDIA_TYPE: {"schema": SCHEMA}}}}
_door = Speaking(Permission.LIVE_SPEAK, trouble)


@router.websocket("/live")
async def talk(socket: WebSocket, principal: Annotated[Principal, Depends(_door)]) -> None:
    """Take the audio of a call while it runs, and tell what happens in it."""
    parts = socket.app.state.parts
    door = CallDoor(socket, parts.live, parts.live_terms, principal)
    await served(socket, principal, lambda: door.serve(lambda: _door.admitted(socket)))


@router.get("/live")
def live(principal: Watcher, parts: Given, *, unredacted: Unredacted = False) -> Page[LiveCall]:
    """List the calls that run, those in need of somebody first, and those that have just ended."""
    found = parts.live.running(View(principal, unredacted))
    return Page(items=[LiveCall.of(one) for one in found], next=None)


@router.get("/live/{live}", responses=_ONE)
def one(live: Id, principal: Watcher, parts: Given, *, unredacted: Unredacted = False) -> LiveCall:
    """Read how a call that runs goes."""
    return LiveCall.of(parts.live.one(live, View(principal, unredacted)))


@router.delete("/live/{live}", status_code=204, responses=documented(404, 409))
def remove(live: Id, principal: Remover, parts: Given, request: Request) -> None:
    """Remove for good what was shown of a call that is over and has no recording."""
    parts.live.remove(live, principal, principal.at(address(request)))


@router.get("/live/{live}/events", responses=_STREAM, response_class=StreamingResponse)
async def follow(
    live: Id,
    request: Request,
    principal: Watcher,
    parts: Given,
    *,
    unredacted: Unredacted = False,
    after: Annotated[int, Query(ge=0, description="Number of the last event known.")] = 0,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> StreamingResponse:
    """Listen to what happens in a call: server-sent events, each named by its `type`, numbered."""
    begin = int(last_event_id) if last_event_id.isdecimal() else after
    view = View(principal, unredacted)
    watching = await opened(parts.live, live, view, begin, address(request))
    return stream(watching, min(LONGEST, parts.limits.stream))
