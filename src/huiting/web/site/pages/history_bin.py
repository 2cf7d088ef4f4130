"""The bin: calls that may still come back, until they go for good."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.web.api.shapes.calls import CallId
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, cursor, place
from huiting.web.parts import Given
from huiting.web.site.history.asking import people
from huiting.web.site.showing import show

router = APIRouter(prefix="/history/bin", include_in_schema=False)
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]
PAGE = 50
_CHANGED = {"HX-Trigger": "found-changed"}


@router.get("")
def binned(request: Request, principal: Remover, parts: Given, after: Cursor = None) -> Response:
    """List what is in the bin, and when each goes for good."""
    begin = place(after, (int,))
    found = parts.keeping.bin.page(principal, int(begin[0]) if begin else None, PAGE + 1)
    following = cursor((found[PAGE - 1].key,)) if len(found) > PAGE else None
    stays = timedelta(days=parts.keeping.retention.policy.bin)
    return show(
        request, "history/bin", entries=found[:PAGE], following=following, here=after,
        stays=stays, who=people(parts), name=parts.history.shown,
        together=() if after else parts.many.removals(principal),
    )  # fmt: skip


@router.post("/{call}/purge")
def purge(call: CallId, request: Request, principal: Administrator, parts: Given) -> Response:
    """Remove a call in the bin for good."""
    parts.keeping.bin.purge(call, principal, principal.at(address(request)))
    return show(request, "history/purged", headers=_CHANGED, removed=1, held=0)


@router.post("/empty")
def empty(request: Request, principal: Administrator, parts: Given) -> Response:
    """Remove all that is in the bin for good, but for what is on legal hold."""
    removed, held = parts.keeping.bin.empty(principal, principal.at(address(request)))
    return show(request, "history/purged", headers=_CHANGED, removed=removed, held=held)
