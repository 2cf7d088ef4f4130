"""Sound: recordings to play, clips of evidence, outlines of waveforms."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError, Unknown
from huiting.core.types import Span
from huiting.service.hearing import Wanted, checked
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId, Unredacted
from huiting.web.doors import require
from huiting.web.parts import Given, Parts
from huiting.web.problems import documented
from huiting.web.ranges import send

router = APIRouter(prefix="/calls/{call}", tags=["audio"])
Listener = Annotated[Principal, Depends(require(Permission.CALLS_AUDIO))]
Channel = Annotated[int | None, Query(ge=0, le=63, description="One channel; left out: all.")]
_BINARY = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
_SOUND: dict[int | str, dict[str, Any]] = documented(404, 416) | {
    200: {"content": _BINARY, "description": "All of it."},
    206: {"content": _BINARY, "description": "The part that `Range` asks for."},
    304: {"description": "As it was."},
}
MARGIN = 0.3
"""Seconds kept on both sides of evidence."""


class Outline(BaseModel):
    """The outline of a waveform, in stretches of equal length."""

    step: float = Field(description="Seconds of a stretch.")
    low: list[list[int]] = Field(description="By channel, -127 to 127.")
    high: list[list[int]]


@router.get("/audio", responses=_SOUND, response_class=Response)
def audio(
    call: CallId,
    principal: Listener,
    parts: Given,
    request: Request,
    channel: Channel = None,
    *,
    unredacted: Unredacted = False,
) -> Response:
    """Play a call as WAV; what is private is a beep. Takes `Range`."""
    return _play(call, View(principal, unredacted), parts, request, Wanted(channel))


@router.get("/clip", responses=_SOUND, response_class=Response)
def clip(
    call: CallId,
    principal: Listener,
    parts: Given,
    request: Request,
    start: Annotated[float, Query(ge=0, le=1e6, description="Seconds.")],
    end: Annotated[float, Query(ge=0, le=1e6, description="Seconds.")],
    channel: Channel = None,
    *,
    unredacted: Unredacted = False,
) -> Response:
    """Play a stretch of a call."""
    if not start < end:
        raise InputError("clip", "it ends before it begins", "exchange start and end")
    span = checked(Span(start, end), parts.limits.clip)
    wanted = Wanted(channel, span=span)
    return _play(call, View(principal, unredacted), parts, request, wanted)


@router.get("/findings/{rule}/clip", responses=_SOUND, response_class=Response)
def evidence(
    call: CallId,
    rule: str,
    principal: Listener,
    parts: Given,
    request: Request,
    number: Annotated[int, Query(ge=0, le=1000, description="Of the evidence, from 0.")] = 0,
    *,
    unredacted: Unredacted = False,
) -> Response:
    """Play a piece of evidence of a verdict, with a moment before and after."""
    view = View(principal, unredacted)
    shown = parts.reading.finding(call, rule, view).evidence
    span = shown[number].span if number < len(shown) else None
    if span is None:
        raise Unknown("evidence", "there is none to hear", "see the finding's evidence")
    short = Span(span.start, min(span.end, span.start + parts.limits.clip))
    return _play(call, view, parts, request, Wanted(span=short, margin=MARGIN))


@router.get("/peaks", responses=documented(404))
def outline(
    call: CallId,
    principal: Listener,
    parts: Given,
    points: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> Outline:
    """Read the outline of each channel's waveform."""
    found = parts.hearing.peaks(parts.reading.original(call, principal), points)
    return Outline(
        step=found.step, low=list(map(list, found.low)), high=list(map(list, found.high))
    )


def _play(call: str, view: View, parts: Parts, request: Request, wanted: Wanted) -> Response:
    analysis = parts.reading.original(call, view.principal)
    wanted = Wanted(wanted.channel, not view.unredacted, wanted.span, wanted.margin)
    sound = parts.hearing.sound(analysis, wanted)
    return send(request, sound.opened, f'"{sound.etag}"', "audio/wav", f"{call[:16]}.wav")
