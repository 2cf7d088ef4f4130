"""Work on all calls that a search finds: asked for, followed, cancelled, undone.

Which permission it takes depends on what is done; the service sees to it, when it is asked for
and again while it is done.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.api.shapes.bulk import BulkCount, BulkFilter, BulkId, BulkOf, NewBulk
from huiting.web.doors import address, require
from huiting.web.once import OnceOnly
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(prefix="/bulk", tags=["bulk"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]


@router.post("/count")
def count(wanted: BulkFilter, principal: Reader, parts: Given, request: Request) -> BulkCount:
    """Count the calls of which something would be done, no further than may be done at once."""
    view = View(principal, wanted.unredacted)
    found = parts.many.counted(wanted.filter.sought(parts.zone), view)
    if parts.noting is not None:
        parts.noting.searched(request, unredacted=wanted.unredacted)
    return BulkCount.of(found)


@router.post("", status_code=202, response_model=BulkOf, responses=documented(409))
def start(
    wanted: NewBulk, principal: Reader, parts: Given, once: OnceOnly, request: Request
) -> Response:
    """Have something done of all calls that are found.

    To `remove` takes `calls:delete`, to `judge` and to `hear` `calls:write`, to `assign` `review:write`.
    """
    by = principal.at(address(request))
    return once.answer(
        principal,
        wanted,
        lambda: BulkOf.of(parts.many.ask(wanted.wish(parts.zone), principal, by, wanted.newest)),
        status=202,
        location=lambda made: f"/api/v1/bulk/{made.id}",  # type: ignore[attr-defined]
    )


@router.get("")
def latest(principal: Reader, parts: Given) -> list[BulkOf]:
    """List the work that one has asked for in the last 30 days: the latest 20."""
    return [BulkOf.of(standing) for standing in parts.many.latest(principal)]


@router.get("/{bulk}", responses=documented(404))
def one(bulk: BulkId, principal: Reader, parts: Given) -> BulkOf:
    """Read how far work of one's own is."""
    return BulkOf.of(parts.many.find(bulk, principal))


@router.post("/{bulk}/cancel", responses=documented(404))
def cancel(bulk: BulkId, principal: Reader, parts: Given, request: Request) -> BulkOf:
    """Have work of one's own end at its next step; what was done stays done."""
    by = principal.at(address(request))
    return BulkOf.of(parts.many.cancel(bulk, principal, by))


@router.post("/{bulk}/undo", status_code=202, response_model=BulkOf, responses=documented(404, 409))
def undo(
    bulk: BulkId, principal: Remover, parts: Given, once: OnceOnly, request: Request
) -> Response:
    """Bring back what a removal of one's own put into the bin, as far as it is still there."""
    by = principal.at(address(request))
    return once.answer(
        principal,
        bulk,
        lambda: BulkOf.of(parts.many.undo(bulk, principal, by)),
        status=202,
        location=lambda made: f"/api/v1/bulk/{made.id}",  # type: ignore[attr-defined]
    )
