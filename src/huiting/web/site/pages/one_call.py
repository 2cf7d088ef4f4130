"""One call: heard, read, judged. What is drawn and the lines further down are asked for in parts.

Its name sorts after that of the list of calls: paths of the list such as `/calls/new` must be
tried before `/calls/{call}`.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import JSONResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import UnknownCall
from huiting.service.views import View
from huiting.text.misheard import Misheard
from huiting.web.api.shapes.calls import CallId
from huiting.web.conditions import tag, unchanged
from huiting.web.doors import require
from huiting.web.parts import Given, Parts
from huiting.web.site.call.lanes import lanes
from huiting.web.site.call.lines import CHUNK
from huiting.web.site.call.opening import Asked, asked, opened, told
from huiting.web.site.showing import show
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(prefix="/calls/{call}", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Listener = Annotated[Principal, Depends(require(Permission.CALLS_AUDIO))]
Wanted = Annotated[Asked, Depends(asked)]
Place = Annotated[int, Path(ge=0, le=2**20)]


@router.get("")
def one(
    call: CallId, request: Request, principal: Reader, wanted: Wanted, parts: Given
) -> Response:
    """Show a call; of one that is still being analyzed, how far that is."""
    view = View(principal, wanted.unredacted)
    try:
        shown = opened(call, wanted, view, parts, tongue(request))
    except UnknownCall:
        return _awaited(call, request, principal, parts)
    return show(request, "call/call", shown=shown, engines=parts.engines)


@router.get("/timeline")
def timeline(
    call: CallId, request: Request, principal: Reader, wanted: Wanted, parts: Given
) -> Response:
    """Tell when each line is said, and what is drawn below the waveform."""
    seen = parts.sheets.open(call, View(principal, wanted.unredacted), wanted.version)
    drawn = JSONResponse(lanes(seen, tongue(request)).told())
    etag = tag(drawn.body)
    drawn.headers.update({"ETag": etag, "Cache-Control": "private, no-cache"})
    return unchanged(request, etag) or drawn


@router.get("/outline")
def outline(call: CallId, principal: Listener, parts: Given, request: Request) -> Response:
    """Give the waveform: how loud each channel is, a byte for each stretch."""
    original = parts.reading.original(call, principal)
    etag = tag("outline", original.call.recording.id)
    return unchanged(request, etag) or Response(
        parts.hearing.outline(original),
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
        media_type="application/octet-stream",
    )


@router.get("/lines")
def lines(
    call: CallId,
    request: Request,
    principal: Reader,
    wanted: Wanted,
    parts: Given,
    begin: Annotated[int, Query(alias="from", ge=0, le=2**20)] = 0,
) -> Response:
    """Show some lines of the transcript."""
    known = told(call, wanted, View(principal, wanted.unredacted), parts)
    found = known.transcript.lines(begin, CHUNK, wanted.form)
    return show(
        request, "call/lines", lines=found, seen=known.seen, asked=wanted, version=known.version
    )


@router.get("/find")
def find(
    call: CallId,
    principal: Reader,
    wanted: Wanted,
    parts: Given,
    q: Annotated[str, Query(min_length=1, max_length=200)],
) -> list[int]:
    """Tell in which lines something is said, in what is shown of them."""
    known = told(call, wanted, View(principal, wanted.unredacted), parts)
    return known.transcript.saying(q)


@router.get("/rates")
def rates(call: CallId, request: Request, principal: Reader, parts: Given) -> Response:
    """Show how much of what was corrected each engine had wrong: of this call, of all calls."""
    found = parts.sheets.open(call, View(principal)).call.id
    own = parts.correcting.rates(principal, found)
    wishes: Sequence[Misheard] = ()
    if principal.may(Permission.RULES_WRITE) and principal.may(Permission.CALLS_UNREDACTED):
        wishes = parts.correcting.words(View(principal, unredacted=True), most=8)
    return show(
        request, "call/rates", own=own, team=parts.correcting.rates(principal), wishes=wishes
    )


def _awaited(call: str, request: Request, principal: Principal, parts: Parts) -> Response:
    """Show how far a recording is of which there is no call yet.

    Raises:
        UnknownCall: nothing is being done with it.
    """
    job = parts.work.under_way(call, principal)
    if job is None:
        raise UnknownCall(call[:12], "no such call", "look for it in the list of calls")
    return show(request, "call/awaited", job=job, call=call)


@router.get("/progress/{job}")
def work(
    call: CallId,
    job: Annotated[int, Path(ge=1, le=2**63 - 1)],
    request: Request,
    principal: Reader,
    parts: Given,
) -> Response:
    """Show how far a job is; load the page again once it is done."""
    found = parts.work.find(job, call, principal)
    if found.state.over and found.trouble is None:
        return lead(request, f"/calls/{call}")
    return show(request, "call/work", job=found, call=call)
