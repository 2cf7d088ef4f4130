"""My queue: one call or verdict at a time, looked at and decided."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.bulk.wish import Act, Wish
from huiting.service.review.queue import LONGEST_LOOK, Outcome, Task
from huiting.service.views import View
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.pages.found import Meant, of_all
from huiting.web.site.review.cards import card, marks
from huiting.web.site.showing import show
from huiting.web.tongue import tongue

router = APIRouter(prefix="/review", include_in_schema=False)
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Without = Annotated[list[Annotated[int, Query(ge=1, le=2**31 - 1)]] | None, Query(max_length=5)]


@router.get("")
def queue(request: Request, principal: Reviewer, parts: Given) -> Response:
    """Show what is to be looked at next."""
    by = principal.at(address(request))
    task = parts.to_review.next(View(principal), by)
    return _shown("review/queue", task, request, principal, parts)


@router.get("/next")
def following(
    request: Request, principal: Reviewer, parts: Given, without: Without = None
) -> Response:
    """Give what comes after that, before it is needed."""
    by = principal.at(address(request))
    task = parts.to_review.next(View(principal), by, without or ())
    return _shown("review/card", task, request, principal, parts)


@router.post("/items/{item}/decide")
def decide(
    item: ItemId,
    request: Request,
    principal: Reviewer,
    parts: Given,
    mark: Annotated[list[Annotated[str, Form(max_length=200)]] | None, Form(max_length=500)] = None,
    comment: Annotated[str, Form(max_length=2_000)] = "",
    seconds: Annotated[float | None, Form(ge=0, le=LONGEST_LOOK * 24)] = None,
) -> Response:
    """Keep what somebody makes of an item."""
    outcome = Outcome(marks(mark or ()), comment.strip(), seconds)
    parts.to_review.decide(item, outcome, principal, principal.at(address(request)))
    return show(request, "review/state", waiting=parts.to_review.waiting(principal))


@router.post("/items/{item}/skip")
def skip(item: ItemId, request: Request, principal: Reviewer, parts: Given) -> Response:
    """Put an item behind the others."""
    parts.to_review.skip(item, principal)
    return show(request, "review/state", waiting=parts.to_review.waiting(principal))


@router.post("/undo")
def undo(request: Request, principal: Reviewer, parts: Given) -> Response:
    """Take the last decision back, and show what it was about."""
    task = parts.to_review.undo(View(principal), principal.at(address(request)))
    return _shown("review/card", task, request, principal, parts)


@router.get("/state")
def state(request: Request, principal: Reviewer, parts: Given) -> Response:
    """Say how much there is to do."""
    return show(request, "review/state", waiting=parts.to_review.waiting(principal))


@router.post("/assign")
def assign(request: Request, principal: Reviewer, parts: Given, meant: Meant) -> Response:
    """Have calls looked at that somebody has chosen in the table of calls."""
    if meant.all:
        return of_all(request, principal, parts, meant, Wish(Act.ASSIGN))
    found = meant.found(principal, parts, 500)
    count = parts.planning.pick(found.ids, principal, principal.at(address(request)))
    return show(
        request, "review/assigned", count=count, known=len(found.ids) - count, more=found.more
    )


def _shown(
    template: str, task: Task | None, request: Request, principal: Principal, parts: Parts
) -> Response:
    found = None if task is None else card(task, principal, parts, tongue(request))
    waiting = parts.to_review.waiting(principal)
    appeals = parts.appeals.waiting(principal)
    return show(request, template, card=found, waiting=waiting, appeals=appeals)
