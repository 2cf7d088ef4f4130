"""Reviewing: plans, the queue, appeals, and how far reviewers agree."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.store.reviewing.appeals import AppealState
from huiting.web.api.shapes.calls import CallId
from huiting.web.api.shapes.reviewing import (
    AgreedOf,
    Answer,
    AppealOf,
    DrawnOf,
    NewAppeal,
    NewPlan,
    OutcomeOf,
    PlanOf,
    ReviewItemOf,
    WaitingOf,
)
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, cursor, place
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.reviewers import reviewers

router = APIRouter(tags=["reviews"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Without = Annotated[
    list[Annotated[int, Query(ge=1, le=2**31 - 1)]] | None,
    Query(max_length=5, description="Items that one has already."),
]


@router.get("/reviews/plans", responses=documented(403))
def plans(
    principal: Reviewer, parts: Given, limit: Limit = 100, after: Cursor = None
) -> Page[PlanOf]:
    """List plans, the latest first."""
    begin = place(after, (int,))
    before = None if begin is None else int(begin[0])
    found = parts.planning.page(principal, before, limit)
    end = cursor((found[-1].plan.key,)) if len(found) == limit else None
    return Page(items=[PlanOf.of(made) for made in found], next=end)


@router.post("/reviews/plans", status_code=201, responses=documented(403))
def make(wanted: NewPlan, request: Request, principal: Reviewer, parts: Given) -> PlanOf:
    """Make a plan; nothing is drawn yet."""
    by = principal.at(address(request))
    plan = parts.planning.make(wanted.terms(), principal, by)
    return PlanOf.of(parts.planning.one(plan.key, principal))


@router.post("/reviews/plans/{plan}/draw", responses=documented(403, 404))
def draw(plan: Number, request: Request, principal: Reviewer, parts: Given) -> DrawnOf:
    """Choose what is to be reviewed; what was chosen before is not chosen again."""
    readers = [one.reader for one in reviewers(parts)]
    by = principal.at(address(request))
    return DrawnOf.of(parts.planning.draw(plan, readers, principal, by))


@router.post("/reviews/plans/{plan}/{what}", responses=documented(403, 404))
def direct(
    plan: Number,
    what: Annotated[str, Path(pattern="^(pause|resume|release)$")],
    request: Request,
    principal: Reviewer,
    parts: Given,
) -> PlanOf:
    """Pause a plan, let it go on, or give what is open of it to whoever comes."""
    by = principal.at(address(request))
    if what == "release":
        parts.planning.release(plan, principal, by)
    else:
        parts.planning.pause(plan, principal, by, paused=what == "pause")
    return PlanOf.of(parts.planning.one(plan, principal))


@router.get("/reviews/queue")
def waiting(principal: Reviewer, parts: Given) -> WaitingOf:
    """Tell how much there is to review."""
    return WaitingOf.of(parts.to_review.waiting(principal))


@router.post("/reviews/queue/next")
def following(
    request: Request, principal: Reviewer, parts: Given, without: Without = None
) -> ReviewItemOf | None:
    """Take the next item; it is one's own for an hour. Null when nothing is left."""
    by = principal.at(address(request))
    task = parts.to_review.next(View(principal), by, without or ())
    return None if task is None else ReviewItemOf.of(task)


@router.post("/reviews/queue/undo", responses=documented(409))
def undo(request: Request, principal: Reviewer, parts: Given) -> ReviewItemOf:
    """Take back what one decided last, within ten minutes."""
    return ReviewItemOf.of(parts.to_review.undo(View(principal), principal.at(address(request))))


@router.post("/reviews/items/{item}/decide", status_code=204, responses=documented(404, 409))
def decide(
    item: Number, made: OutcomeOf, request: Request, principal: Reviewer, parts: Given
) -> None:
    """Decide about all verdicts of an item at once."""
    by = principal.at(address(request))
    parts.to_review.decide(item, made.outcome(), principal, by)


@router.post("/reviews/items/{item}/skip", status_code=204, responses=documented(409))
def skip(item: Number, principal: Reviewer, parts: Given) -> None:
    """Put an item behind all others."""
    parts.to_review.skip(item, principal)


@router.get("/reviews/agreement")
def agreement(principal: Reviewer, parts: Given) -> AgreedOf:
    """Tell how far reviewers agree."""
    return AgreedOf.of(parts.measuring.agreement(principal))


@router.get("/reviews/appeals")
def appeals(
    principal: Reviewer,
    parts: Given,
    state: AppealState | None = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[AppealOf]:
    """List appeals, the latest first."""
    begin = place(after, (int,))
    before = None if begin is None else int(begin[0])
    found = parts.appeals.page(state, View(principal), before, limit + 1)
    end = cursor((found[limit - 1].key,)) if len(found) > limit else None
    return Page(items=[AppealOf.of(one) for one in found[:limit]], next=end)


@router.post("/calls/{call}/appeals", status_code=201, responses=documented(403, 404, 409))
def appeal(
    call: CallId, wanted: NewAppeal, request: Request, principal: Reader, parts: Given
) -> AppealOf:
    """Appeal against a verdict on a call of one's own, as an agent, before the deadline."""
    by = principal.at(address(request))
    kept = parts.appeals.add(call, wanted.rule, wanted.reason, principal, by)
    return AppealOf.of(parts.appeals.shown(kept, View(principal)))


@router.post("/reviews/appeals/{appeal}/decide", responses=documented(403, 404, 409))
def answer(
    appeal: Number, made: Answer, request: Request, principal: Reviewer, parts: Given
) -> AppealOf:
    """Decide an appeal; who has decided about the verdict before may not."""
    by = principal.at(address(request))
    closed = parts.appeals.decide(appeal, made.answer, principal, by, upheld=made.upheld)
    return AppealOf.of(parts.appeals.shown(closed, View(principal)))
