"""What is changed on the page of a call: text, remarks, another judgement, the bin."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service import correcting, rejudging, remarks
from huiting.service.handing import options_of
from huiting.service.recordings import Asked as Again
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.call.opening import Asked, asked, told
from huiting.web.site.showing import show
from huiting.web.site.troubles import lead

router = APIRouter(prefix="/calls/{call}", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE, Permission.CALLS_READ))]
"""Of a page that shows what it has changed."""
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Wanted = Annotated[Asked, Depends(asked)]
Place = Annotated[int, Path(ge=0, le=2**20)]
Said = Annotated[str, Form(max_length=correcting.LONGEST)]
Remark = Annotated[str, Form(max_length=remarks.LONGEST)]


@router.get("/lines/{number}")
def line(
    call: CallId, number: Place, request: Request, principal: Reader, wanted: Wanted
) -> Response:
    """Show a line, as after a correction that was not made."""
    return _line("call/one_line", number, call, wanted, View(principal, wanted.unredacted), request)


@router.get("/lines/{number}/edit")
def edit(
    call: CallId, number: Place, request: Request, principal: Writer, wanted: Wanted
) -> Response:
    """Ask what was really said in a line."""
    return _line("call/edit", number, call, wanted, View(principal, wanted.unredacted), request)


@router.post("/lines/{number}")
def correct(
    call: CallId,
    number: Place,
    request: Request,
    principal: Writer,
    wanted: Wanted,
    parts: Given,
    text: Said = "",
    what: Annotated[Literal["said", "right", "back"], Form()] = "said",
) -> Response:
    """Keep what was really said in a line: that the machine was right, or nothing any more."""
    view, by = View(principal, wanted.unredacted), principal.at(address(request))
    heard = parts.sheets.open(call, view, wanted.version).analysis.call.segments
    said = {"said": text, "back": None}
    told = heard[number].text if what == "right" and number < len(heard) else said.get(what, text)
    parts.correcting.correct(call, number, told, view, by, wanted.version)
    return _line("call/one_line", number, call, wanted, view, request)


@router.post("/remarks")
def remark(
    call: CallId,
    request: Request,
    principal: Writer,
    wanted: Wanted,
    parts: Given,
    text: Remark,
    moment: Annotated[float | None, Form(ge=0, le=1e6)] = None,
) -> Response:
    """Keep a remark about the call, or about a moment of it."""
    parts.remarking.add(call, text, moment, principal, principal.at(address(request)))
    return _remarks(call, wanted, principal, request, parts)


@router.post("/remarks/{number}/remove")
def unsay(
    call: CallId,
    number: Annotated[int, Path(ge=1, le=2**63 - 1)],
    request: Request,
    principal: Writer,
    wanted: Wanted,
    parts: Given,
) -> Response:
    """Remove a remark."""
    parts.remarking.remove(call, number, principal, principal.at(address(request)))
    return _remarks(call, wanted, principal, request, parts)


@router.post("/judge")
def judge(call: CallId, request: Request, principal: Writer, parts: Given) -> Response:
    """Have the rules that are in force judge the call again."""
    found = parts.sheets.open(call, View(principal)).call.id
    order = rejudging.order_of(parts.rules(), owner=principal.id, among=[found])
    with parts.store.database.writing() as connection:
        job, _ = parts.queue.put(connection, order)
    return show(request, "call/work", job=job, call=found)


@router.post("/hear")
def hear(
    call: CallId,
    request: Request,
    principal: Writer,
    parts: Given,
    language: Annotated[str, Form(pattern="^[a-z]{0,3}$")] = "",
    hotwords: Annotated[str, Form(max_length=20_000)] = "",
    engine: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Have the call recognized again, in another way."""
    found = parts.sheets.open(call, View(principal)).call.id
    words = [line.strip() for line in hotwords.splitlines() if line.strip()]
    accepted = parts.recordings.again(found, Again(principal, options_of(language, words, engine)))
    return show(request, "call/work", job=parts.queue.get(accepted.job), call=found)


@router.post("/remove")
def remove(
    call: CallId, request: Request, principal: Remover, wanted: Wanted, parts: Given
) -> Response:
    """Put the call into the bin; it can be taken out again at once."""
    found = parts.sheets.open(call, View(principal)).call.id
    parts.keeping.bin.put(found, "", principal, principal.at(address(request)))
    return show(request, "call/binned", call=found, asked=wanted)


@router.post("/restore")
def restore(
    call: CallId, request: Request, principal: Remover, wanted: Wanted, parts: Given
) -> Response:
    """Take the call out of the bin."""
    parts.keeping.bin.restore(call, principal, principal.at(address(request)))
    return lead(request, f"/calls/{call}{wanted.here}")


def _line(
    template: str, number: int, call: str, wanted: Asked, view: View, request: Request
) -> Response:
    parts: Parts = request.app.state.parts
    known = told(call, wanted, view, parts)
    found = known.transcript.lines(number, 1, wanted.form)
    if not found:
        return lead(request, f"/calls/{call}{wanted.here}")
    return show(
        request, template, line=found[0], seen=known.seen, asked=wanted, version=known.version
    )


def _remarks(
    call: str, wanted: Asked, principal: Principal, request: Request, parts: Parts
) -> Response:
    seen = parts.sheets.open(call, View(principal, wanted.unredacted))
    found = parts.remarking.page(call, View(principal, wanted.unredacted))
    return show(request, "call/remarks", remarks=found, seen=seen, asked=wanted)
