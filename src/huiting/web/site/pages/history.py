"""What was handed in, by whom, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.recordings import Asked, Options
from huiting.service.views import View
from huiting.store.handed import Standing
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.ranges import disposition
from huiting.web.site.history.asking import Sought, people, table
from huiting.web.site.showing import show
from huiting.web.tongue import tongue

router = APIRouter(prefix="/history", include_in_schema=False)
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]
Taker = Annotated[Principal, Depends(require(Permission.CALLS_EXPORT))]
RecordingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
PAGE = 50


@router.get("")
def handed_in(
    query: Annotated[Sought, Query()], request: Request, principal: Remover, parts: Given
) -> Response:
    """List what was handed in, the latest first."""
    view = View(principal, query.unredacted)
    part = parts.history.page(query.wanted(parts.zone), query.before, PAGE, view)
    return show(
        request, "history/list", sought=query, part=part, who=people(parts),
        standings=list(Standing),
    )  # fmt: skip


@router.get("/list.csv")
def taken_along(
    query: Annotated[Sought, Query()], request: Request, principal: Taker, parts: Given
) -> Response:
    """Give the history as a table."""
    view = View(principal, query.unredacted)
    pages = parts.history.all(query.wanted(parts.zone), view)
    lines = table(list(pages), people(parts), tongue(request), parts.zone)
    headers = {"Content-Disposition": disposition("history.csv", save=True)}
    return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")


@router.post("/again/{recording}")
def again(recording: RecordingId, request: Request, principal: Writer, parts: Given) -> Response:
    """Have a recording that failed heard again."""
    parts.history.check(recording, principal)
    done = parts.recordings.again(recording, Asked(principal, Options()))
    told = {"HX-Trigger": "found-changed"}
    return show(
        request, "history/again", headers=told, name=parts.history.shown(done.name, recording)
    )
