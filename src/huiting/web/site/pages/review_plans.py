"""Plans by which calls are drawn to be reviewed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.review.drawing import Reader
from huiting.service.review.planning import Drawn
from huiting.service.views import View
from huiting.store.reviewing.plans import Terms
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.reviewers import reviewers
from huiting.web.site.showing import show

router = APIRouter(prefix="/review/plans", include_in_schema=False)
Planner = Annotated[Principal, Depends(require(Permission.REVIEW))]
PlanId = Annotated[int, Path(ge=1, le=2**31 - 1)]
PAGE = 50


def terms_of(
    name: Annotated[str, Form(max_length=100)],
    rule: Annotated[str, Form(max_length=100)] = "",
    *,
    fatal: Annotated[bool, Form()] = False,
    failed: Annotated[bool, Form()] = False,
    uncertain: Annotated[bool, Form()] = False,
    each: Annotated[int, Form(ge=0, le=50)] = 0,
    second: Annotated[float, Form(ge=0, le=100)] = 0.0,
    weeks: Annotated[int, Form(ge=1, le=13)] = 4,
    most: Annotated[int, Form(ge=1, le=2_000)] = 500,
    seed: Annotated[int, Form(ge=0, le=2**31 - 1)] = 1,
    reviewer: Annotated[
        list[Annotated[str, Form(max_length=40)]] | None, Form(max_length=200)
    ] = None,
) -> Terms:
    """Return what a form says of a plan; a dependency."""
    return Terms(
        name, rule or None, fatal, failed, uncertain, each, second / 100, weeks, most, seed,
        tuple(reviewer or ()),
    )  # fmt: skip


@router.get("")
def plans(
    request: Request,
    principal: Planner,
    parts: Given,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """List plans, the latest first, and offer to make one."""
    return _shown("review/plans", request, principal, parts, before=before)


@router.post("")
def make(
    request: Request,
    principal: Planner,
    parts: Given,
    terms: Annotated[Terms, Depends(terms_of)],
) -> Response:
    """Make a plan, and draw by it at once."""
    by = principal.at(address(request))
    made = parts.planning.make(terms, principal, by)
    drawn = parts.planning.draw(made.key, _readers(parts), principal, by)
    return _shown("review/plans_list", request, principal, parts, drawn=drawn)


@router.post("/{plan}/draw")
def draw(plan: PlanId, request: Request, principal: Planner, parts: Given) -> Response:
    """Add what is new."""
    by = principal.at(address(request))
    drawn = parts.planning.draw(plan, _readers(parts), principal, by)
    return _shown("review/plans_list", request, principal, parts, drawn=drawn)


@router.post("/{plan}/{what}")
def direct(
    plan: PlanId,
    what: Annotated[str, Path(pattern="^(pause|resume|release)$")],
    request: Request,
    principal: Planner,
    parts: Given,
) -> Response:
    """Pause a plan, let it go on, or give what is open of it to whoever comes."""
    by = principal.at(address(request))
    if what == "release":
        parts.planning.release(plan, principal, by)
    else:
        parts.planning.pause(plan, principal, by, paused=what == "pause")
    return _shown("review/plans_list", request, principal, parts)


def _readers(parts: Parts) -> list[Reader]:
    return [one.reader for one in reviewers(parts)]


def _shown(
    template: str,
    request: Request,
    principal: Principal,
    parts: Parts,
    *,
    drawn: Drawn | None = None,
    before: int | None = None,
) -> Response:
    found = parts.planning.page(principal, before, PAGE)
    people = reviewers(parts)
    return show(
        request, template, plans=found, drawn=drawn, people=people, more=len(found) == PAGE,
        names={one.reader.person: one.name for one in people},
        rules=parts.looking.choices(View(principal)).rules,
        appeals=parts.appeals.waiting(principal), seed=int(parts.now().timestamp()) % 100_000,
    )  # fmt: skip
