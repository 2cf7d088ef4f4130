"""What people decide about verdicts, and how well the rules do by that."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId
from huiting.web.api.shapes.library import Decided, MeasuredOf, ReviewOf
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, cursor, place
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(tags=["reviews"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
RuleName = Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,100}$", description="Id of a rule.")]


@router.post("/calls/{call}/reviews", status_code=201, responses=documented(404))
def decide(
    call: CallId, decided: Decided, request: Request, principal: Reviewer, parts: Given
) -> ReviewOf:
    """Say whether the verdict of a rule on a call is right. The latest decision counts."""
    found = parts.reading.one(call, View(principal)).call.id
    return ReviewOf.of(
        parts.reviewing.decide(
            found,
            decided.rule,
            decided.decision,
            principal.at(address(request)),
            drawn=decided.drawn,
            comment=decided.comment,
            seconds=decided.seconds,
            person=principal.person,
        )
    )


@router.get("/calls/{call}/reviews", responses=documented(404))
def of_call(call: CallId, principal: Reader, parts: Given) -> list[ReviewOf]:
    """List decisions about the verdicts on a call, the latest first."""
    found = parts.reading.one(call, View(principal)).call.id
    return [ReviewOf.of(review) for review in parts.reviewing.reviews.page(call=found, limit=500)]


@router.get("/reviews")
def reviews(
    principal: Reviewer,
    parts: Given,
    rule: RuleName = None,
    by: Annotated[
        str | None, Query(pattern=r"^(user|token):[0-9]{1,12}$", description="Such as `user:12`.")
    ] = None,
    limit: Limit = 100,
    after: Cursor = None,
) -> Page[ReviewOf]:
    """List decisions, the latest first."""
    begin = place(after, (int,))
    found = parts.reviewing.reviews.page(
        rule=rule,
        by=by,
        allowed=principal.only,
        after=None if begin is None else int(begin[0]),
        limit=limit + 1,
    )
    end = cursor((found[limit - 1].key,)) if len(found) > limit else None
    return Page(items=[ReviewOf.of(review) for review in found[:limit]], next=end)


@router.get("/reviews/rules")
def measured(principal: Reviewer, parts: Given, rule: RuleName = None) -> list[MeasuredOf]:
    """Tell how well each version of each rule does: precision, and recall where calls were drawn."""
    return [MeasuredOf.of(one) for one in parts.reviewing.measured(rule, principal.only)]
