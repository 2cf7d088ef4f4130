"""Calls while they run: led from this page, looked over on the wall, and watched one at a time."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown, UnknownCall
from huiting.core.types import EmotionLabel, Role
from huiting.service.live.showing import Running
from huiting.service.views import View
from huiting.web.api.live import Id
from huiting.web.api.shapes.calls import CallId
from huiting.web.doors import address, either, require
from huiting.web.parts import Given, Parts
from huiting.web.site.live.cards import Card, who
from huiting.web.site.live.past import entries
from huiting.web.site.pages.hand_in import LANGUAGES
from huiting.web.site.showing import show
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Watcher = Annotated[Principal, Depends(require(Permission.LIVE_WATCH))]
Either = Annotated[Principal, Depends(either(Permission.LIVE_WATCH, Permission.LIVE_SPEAK))]
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
_WORDS: dict[str, Any] = {"roles": tuple(Role), "emotions": tuple(EmotionLabel)}


@router.get("/live")
def live(request: Request, principal: Either, parts: Given) -> Response:
    """Show what it takes to lead a call, and the calls that run."""
    if principal.may(Permission.LIVE_SPEAK):
        parts.live.prepare()
    return show(
        request, "live/page", own=own(principal), languages=LANGUAGES,
        gap=round(parts.live.limits.gap), **_WORDS,
    )  # fmt: skip


@router.get("/live/wall")
def wall(request: Request, principal: Watcher, parts: Given) -> Response:
    """Show the calls that run as cards."""
    running = parts.live.running(View(principal))
    language = tongue(request)
    return show(request, "live/wall", cards=[Card.of(one, language) for one in running])


@router.get("/live/done/{call}")
def done(call: CallId, request: Request, principal: Either, parts: Given) -> Response:
    """Show whether a call that is over is analyzed."""
    try:
        parts.reading.call(call, View(principal))
    except UnknownCall:
        there = False
    else:
        there = principal.may(Permission.CALLS_READ)
    return show(request, "live/done", recording=call, there=there)


@router.get("/live/{live}")
def call(
    live: Id,
    request: Request,
    principal: Either,
    parts: Given,
    *,
    unredacted: Annotated[bool, Query()] = False,
) -> Response:
    """Show one call that runs; of one that is over, what was seen of it then."""
    view = View(principal, unredacted)
    running = _running(live, view, parts)
    if running is None:
        return _past(live, view, request, parts)
    card = Card.of(running, tongue(request))
    return show(request, "live/call", call=running, card=card, unredacted=unredacted, **_WORDS)


@router.post("/live/{live}/remove")
def remove(live: Id, request: Request, principal: Remover, parts: Given) -> Response:
    """Remove for good what was shown of a call that is over and has no recording."""
    parts.live.remove(live, principal, principal.at(address(request)))
    return lead(request, "/live")


def _running(live: str, view: View, parts: Parts) -> Running | None:
    """Return a call that somebody may watch; None when it does not run."""
    if not view.principal.may(Permission.LIVE_WATCH):
        return None
    try:
        return parts.live.one(live, view)
    except Unknown:
        return None


def _past(live: str, view: View, request: Request, parts: Parts) -> Response:
    past = parts.live.told(live, view)
    return show(
        request, "live/past", past=past, entries=entries(past.told, tongue(request)),
        who=who(past.call.metadata, past.call.id), unredacted=view.unredacted,
    )  # fmt: skip


def own(principal: Principal) -> dict[str, str]:
    """Return what a call of somebody always has, because they see only such calls."""
    return {key: next(iter(values)) for key, values in principal.only.items() if len(values) == 1}
