"""What an agent is told of their own calls; they may say what is wrong with a verdict."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.access.visibility import AGENT
from huiting.service.views import View
from huiting.store import Which
from huiting.store.browse import NEWEST_FIRST, Sought
from huiting.web.doors import address, require
from huiting.web.pages import cursor, place
from huiting.web.parts import Given
from huiting.web.site.review.results import own_call, results
from huiting.web.site.showing import show
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(prefix="/results", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
CallId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
PAGE = 20


@router.get("")
def mine(
    request: Request,
    principal: Reader,
    parts: Given,
    agent: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """List the calls of an agent; of the one who looks, or of the one who is chosen."""
    own = principal.role is UserRole.AGENT
    view, chosen = View(principal), "" if own else agent.strip()
    begin = place(after, (float, int))
    at = None if begin is None else (begin[0], int(begin[1]))
    which = Which(metadata={AGENT: chosen} if chosen else {})
    shown = own or bool(chosen)
    part = parts.reading.page(Sought(which), NEWEST_FIRST, PAGE, at, view) if shown else None
    names = parts.looking.choices(view).rules
    found = results(part.entries, parts, names) if part else []
    following = cursor(part.end) if part and part.end else None
    return show(
        request, "results/list", results=found, following=following, agent=chosen, own=own,
        first=after is None,
    )  # fmt: skip


@router.get("/{call}")
def one(call: CallId, request: Request, principal: Reader, parts: Given) -> Response:
    """Show what failed a call, to be heard."""
    return show(
        request, "results/call", shown=own_call(call, principal, parts, tongue(request)),
        days=parts.appeals.days,
    )  # fmt: skip


@router.post("/{call}/appeal")
def appeal(
    call: CallId,
    request: Request,
    principal: Reader,
    parts: Given,
    rule: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Take an appeal against a verdict."""
    parts.appeals.add(call, rule, reason, principal, principal.at(address(request)))
    return lead(request, f"/results/{call}")
