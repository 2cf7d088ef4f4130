"""Reports that are sent by mail: one's own schedules, made, paused, tried and removed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.mailing.terms import LONGEST_TEAM, RECIPIENTS
from huiting.store.mailings import Period, Terms
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.showing import show
from huiting.web.tongue import tongue

router = APIRouter(prefix="/reports/schedules", include_in_schema=False)
Sender = Annotated[Principal, Depends(require(Permission.REPORTS_READ, Permission.CALLS_EXPORT))]
ScheduleId = Annotated[int, Path(ge=1, le=2**31 - 1)]
LIST = "reports/schedules_list"


def terms_of(
    request: Request,
    of: Annotated[Period, Form()],
    every: Annotated[Period, Form()],
    hour: Annotated[int, Form(ge=0, le=23)],
    to: Annotated[str, Form(max_length=RECIPIENTS * 260)],
    team: Annotated[str, Form(max_length=LONGEST_TEAM)] = "",
    attached: Annotated[str, Form(max_length=5)] = "",
) -> Terms:
    """Return what a form says; a dependency."""
    addresses = to.replace(",", " ").replace(";", " ").replace("，", " ").split()
    return Terms(of, every, hour, tuple(addresses), team, tongue(request), bool(attached))


@router.get("")
def schedules(request: Request, principal: Sender, parts: Given) -> Response:
    """List one's own schedules, and offer to make one."""
    return _shown("reports/schedules", request, principal, parts)


@router.post("")
def make(
    request: Request,
    principal: Sender,
    parts: Given,
    terms: Annotated[Terms, Depends(terms_of)],
) -> Response:
    """Make a schedule."""
    parts.mailings.make(terms, principal, principal.at(address(request)))
    return _shown(LIST, request, principal, parts)


@router.post("/{schedule}/try")
def trial(schedule: ScheduleId, request: Request, principal: Sender, parts: Given) -> Response:
    """Have it sent now."""
    parts.mailings.trial(schedule, principal)
    return _shown(LIST, request, principal, parts, tried=schedule)


@router.post("/{schedule}/remove")
def remove(schedule: ScheduleId, request: Request, principal: Sender, parts: Given) -> Response:
    """Remove a schedule."""
    parts.mailings.remove(schedule, principal, principal.at(address(request)))
    return _shown(LIST, request, principal, parts)


@router.post("/{schedule}/{what}")
def pause(
    schedule: ScheduleId,
    what: Annotated[str, Path(pattern="^(pause|resume)$")],
    request: Request,
    principal: Sender,
    parts: Given,
) -> Response:
    """Pause a schedule, or let it go on."""
    by = principal.at(address(request))
    parts.mailings.pause(schedule, principal, by, paused=what == "pause")
    return _shown(LIST, request, principal, parts)


def _shown(
    template: str, request: Request, principal: Principal, parts: Parts, tried: int | None = None
) -> Response:
    signed_in = principal.session is not None
    found = parts.mailings.list(principal) if signed_in else ()
    return show(
        request, template, schedules=found, unsent=parts.mailings.unsent(found),
        tried=tried, postal=parts.postal, signed_in=signed_in,
        teams=sorted(principal.only.get("team", ())),
    )  # fmt: skip
