"""Batches: what was handed in together, watched until all is over, and taken along."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.jobs.job import State
from huiting.service.exporting import Form as ExportForm
from huiting.service.exporting import Wish
from huiting.store import Which
from huiting.store.browse import Sought
from huiting.store.watching import REFUSED
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.showing import partial, show
from huiting.web.tongue import tongue

router = APIRouter(prefix="/batches", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.JOBS_READ))]
Director = Annotated[Principal, Depends(require(Permission.JOBS_WRITE))]
Taker = Annotated[Principal, Depends(require(Permission.CALLS_EXPORT))]
BatchId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
After = Annotated[int, Query(ge=0, le=2**62)]
PAGE = 100
LISTED = 50
TROUBLED = (REFUSED, State.FAILED.value)
SHOWN = {
    "": (),
    "open": (State.WAITING.value, State.RUNNING.value),
    "done": (State.DONE.value,),
    "trouble": TROUBLED,
    "cancelled": (State.CANCELLED.value,),
}
"""What the table of a batch can be narrowed to, by the word in the address."""
Narrowed = Annotated[str, Query(pattern="^(|open|done|trouble|cancelled)$")]


@router.get("")
def batches(
    request: Request,
    principal: Reader,
    parts: Given,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """List batches, the latest first."""
    found = parts.batches.list(principal, before, LISTED + 1)
    shown = [parts.batches.find(batch.id, principal) for batch in found[:LISTED]]
    return show(request, "batches/list", found=shown, more=len(found) > LISTED)


@router.get("/{batch}")
def one(
    batch: BatchId,
    request: Request,
    principal: Reader,
    parts: Given,
    only: Narrowed = "",
    after: After = 0,
) -> Response:
    """Show how far a batch is; asked for again and again while it goes on."""
    template = "batches/state" if partial(request) else "batches/page"
    return _shown(batch, template, request, principal, parts, only, after)


@router.post("/{batch}/{what}")
def direct(
    batch: BatchId,
    what: Annotated[str, Path(pattern="^(pause|resume|cancel|retry)$")],
    request: Request,
    principal: Director,
    parts: Given,
) -> Response:
    """Pause a batch, let it go on, end it, or try again what failed."""
    seen = parts.batches.find(batch, principal).batch
    match what:
        case "cancel":
            parts.many.ending_batch(seen.id, principal.at(address(request)))
            parts.batches.cancel(seen.id)
        case "retry":
            parts.batches.retry(seen.id)
        case _:
            parts.batches.change(seen, seen.name, paused=what == "pause")
    return _shown(batch, "batches/state", request, principal, parts)


@router.post("/{batch}/files/{form}")
def export(
    batch: BatchId,
    form: ExportForm,
    request: Request,
    principal: Taker,
    parts: Given,
    formats: Annotated[list[str] | None, Form(max_length=10)] = None,
) -> Response:
    """Have the calls of a batch written as a file."""
    parts.batches.find(batch, principal)
    sought = Sought(which=Which(batch=batch))
    wish = Wish(sought, form, tuple(formats or ()), principal, False, tongue(request))  # noqa: FBT003
    job = parts.exports.order(wish)
    return show(request, "calls/work", kind="export", job=job, chosen=None)


def _shown(
    batch: str,
    template: str,
    request: Request,
    principal: Principal,
    parts: Parts,
    only: str = "",
    after: int = 0,
) -> Response:
    found = parts.batches.find(batch, principal)
    watched = parts.batches.watch(batch, principal, SHOWN[only], after, PAGE + 1)
    owner, told = found.batch.owner, parts.history.told
    lines = [replace(x, name=told(x.name, x.recording, owner, principal)) for x in watched]
    return show(
        request, template, found=found, lines=lines[:PAGE], more=len(lines) > PAGE,
        only=only, after=after, speed=parts.batches.speed(found), shown=tuple(SHOWN),
    )  # fmt: skip
