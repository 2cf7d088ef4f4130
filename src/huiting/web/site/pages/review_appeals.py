"""Appeals: what agents say to verdicts, and a second reviewer's answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.store.reviewing.appeals import AppealState
from huiting.web.doors import address, require
from huiting.web.parts import Given
from huiting.web.site.history.asking import people
from huiting.web.site.review.results import own_call
from huiting.web.site.showing import show
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(prefix="/review/appeals", include_in_schema=False)
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
AppealId = Annotated[int, Path(ge=1, le=2**31 - 1)]
PAGE = 30


@router.get("")
def appeals(
    request: Request,
    principal: Reviewer,
    parts: Given,
    state: Annotated[str, Query(pattern="^(open|upheld|rejected|all)$")] = "open",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """List appeals, the latest first."""
    wanted = None if state == "all" else AppealState(state)
    found = parts.appeals.page(wanted, View(principal), before, PAGE + 1)
    names = parts.looking.choices(View(principal)).rules
    return show(
        request, "review/appeals", found=found[:PAGE], more=len(found) > PAGE, state=state,
        states=[*AppealState], names=names, who=people(parts),
        appeals=parts.appeals.waiting(principal),
    )  # fmt: skip


@router.get("/{appeal}")
def one(appeal: AppealId, request: Request, principal: Reviewer, parts: Given) -> Response:
    """Show an appeal, with what the rule goes by."""
    found = parts.appeals.look(appeal, View(principal), principal.at(address(request)))
    shown = own_call(found.call, principal, parts, tongue(request))
    failure = next((f for f in shown.failures if f.ruled.finding.rule == found.rule), None)
    return show(
        request, "review/appeal", appeal=found, shown=shown, failure=failure, who=people(parts),
        why_not=parts.appeals.why_not(found, principal), appeals=parts.appeals.waiting(principal),
    )  # fmt: skip


@router.post("/{appeal}/decide")
def decide(
    appeal: AppealId,
    request: Request,
    principal: Reviewer,
    parts: Given,
    outcome: Annotated[str, Form(pattern="^(upheld|rejected)$")],
    answer: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Keep what becomes of an appeal."""
    upheld, by = outcome == "upheld", principal.at(address(request))
    parts.appeals.decide(appeal, answer, principal, by, upheld=upheld)
    return lead(request, f"/review/appeals/{appeal}")
