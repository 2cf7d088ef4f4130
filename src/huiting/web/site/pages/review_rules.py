"""How rules do by what people decided, and how far those people agree."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.views import View
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.site.history.asking import people
from huiting.web.site.review.measures import by_rule, line
from huiting.web.site.showing import show

router = APIRouter(prefix="/review/rules", include_in_schema=False)
Reviewer = Annotated[Principal, Depends(require(Permission.REVIEW))]
RuleId = Annotated[str, Path(max_length=100)]


@router.get("")
def rules(request: Request, principal: Reviewer, parts: Given) -> Response:
    """Show how well each version of each rule does, and how far reviewers agree."""
    measured = parts.reviewing.measured(None, principal.only)
    names = parts.looking.choices(View(principal)).rules
    return show(
        request, "review/rules", rules=by_rule(measured, names), who=people(parts),
        agreed_by=parts.measuring.agreement(principal), work=parts.measuring.workload(principal),
        appeals=parts.appeals.waiting(principal),
    )  # fmt: skip


@router.get("/{rule}")
def one(rule: RuleId, request: Request, principal: Reviewer, parts: Given) -> Response:
    """Show how a rule did week by week, and where it was wrong."""
    course = parts.measuring.course(rule, principal)
    measured = parts.reviewing.measured(rule, principal.only)
    names = parts.looking.choices(View(principal)).rules
    calls = parts.reading.browser.known([m.call for m in course.mistakes], principal.only)
    shown = {call.id: parts.reading.named(call, View(principal)) for call in calls[:30]}
    return show(
        request, "review/rule", rule=rule, name=names.get(rule, rule), course=course,
        line=line(course.weeks), versions=sorted(measured, key=lambda m: -m.version),
        calls=shown, appeals=parts.appeals.waiting(principal),
    )  # fmt: skip
