"""How long what is kept, and what must stay: retention and legal holds."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.service.keeping.holds import Covers
from huiting.web.api.shapes.keeping import HoldId
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, cursor, place
from huiting.web.parts import Given, Parts
from huiting.web.site.history.asking import people
from huiting.web.site.showing import show
from huiting.web.site.spans import begin, end
from huiting.web.site.troubles import lead

router = APIRouter(prefix="/history", include_in_schema=False)
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]
Text = Annotated[str, Form(max_length=500)]
PAGE = 50


@router.get("/retention")
def retention(request: Request, _: Remover, parts: Given) -> Response:
    """Show the rules by which what is old enough goes."""
    return show(request, "history/retention", policy=parts.keeping.retention.policy)


@router.get("/retention/preview")
def preview(request: Request, _: Administrator, parts: Given) -> Response:
    """Count what would go now."""
    return show(request, "history/preview", counts=parts.keeping.retention.preview())


@router.post("/retention/run")
def apply(request: Request, principal: Administrator, parts: Given) -> Response:
    """Have the rules applied now, as a job; every night they are by themselves."""
    job = parts.keeping.apply_retention(principal.at(address(request)))
    return show(request, "history/applied", job=job)


@router.get("/holds")
def holds(
    request: Request, _: Administrator, parts: Given, after: Cursor = None,
    released: Annotated[str, Query(max_length=5)] = "",
) -> Response:  # fmt: skip
    """List legal holds, the newest first."""
    start = place(after, (int,))
    key = int(start[0]) if start else None
    found = parts.keeping.holds.page(over=bool(released), after=key, limit=PAGE + 1)
    following = cursor((found[PAGE - 1].hold.key,)) if len(found) > PAGE else None
    return show(
        request, "history/holds", held=found[:PAGE], following=following,
        released=bool(released), who=people(parts), fields=parts.looking.fields(),
    )  # fmt: skip


@router.post("/holds")
def hold(
    request: Request, principal: Administrator, parts: Given, reason: Text,
    name: Text = "", value: Text = "", since: Text = "", until: Text = "",
) -> Response:  # fmt: skip
    """Hold calls: what fits cannot be removed, also what is still to come."""
    covers = _covers((name.strip(), value.strip()), since, until, parts)
    parts.keeping.holds.add(covers, reason, principal.at(address(request)))
    return lead(request, "/history/holds")


@router.post("/holds/{hold}/release")
def release(hold: HoldId, request: Request, principal: Administrator, parts: Given) -> Response:
    """Let a hold go; it stays on record."""
    parts.keeping.holds.release(hold, principal.at(address(request)))
    return lead(request, "/history/holds")


def _covers(entry: tuple[str, str], since: str, until: str, parts: Parts) -> Covers:
    """Return what a form says is to stay.

    Raises:
        InputError: it says nothing, which would hold all calls; or a day is none.
    """
    if bool(entry[0]) != bool(entry[1]):
        raise InputError("hold", "half an entry", "give both its name and its value")
    metadata = {entry[0]: entry[1]} if entry[0] else {}
    try:
        first = begin(date.fromisoformat(since) if since else None, parts.zone)
        last = end(date.fromisoformat(until) if until else None, parts.zone)
    except (ValueError, OverflowError) as error:
        raise InputError("hold", "not a day", "write 2025-03-12") from error
    if not metadata and first is None and last is None:
        raise InputError("hold", "it would cover every call", "say which are to stay")
    return Covers(None, metadata, first, last)
