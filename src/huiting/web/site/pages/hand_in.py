"""Handing in recordings: files, folders, the microphone; what is there already is not sent again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import UnknownCall
from huiting.service.batches import KNOWN
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallId
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.site.showing import show
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Sender = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]
Watcher = Annotated[Principal, Depends(require(Permission.CALLS_WRITE, Permission.CALLS_READ))]
LANGUAGES = ("zh", "yue", "en", "ja", "ko")


class Asked(BaseModel):
    """Recordings that somebody is about to send."""

    model_config = ConfigDict(extra="forbid")

    recordings: list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = Field(max_length=KNOWN)


@router.get("/hand-in")
def hand_in(request: Request, _: Sender, parts: Given) -> Response:
    """Take files."""
    return show(
        request, "hand_in/page", languages=LANGUAGES, engines=parts.engines,
        largest=parts.limits.upload, most=KNOWN,
    )  # fmt: skip


@router.get("/drop")
def drop(request: Request, _: Sender, parts: Given) -> Response:
    """Take the recording of the call just ended: a small window beside the telephone."""
    return show(request, "hand_in/drop", largest=parts.limits.upload)


@router.get("/drop/{call}")
def dropped(call: CallId, request: Request, principal: Watcher, parts: Given) -> Response:
    """Show what became of a recording: that it is being heard, or its curve and verdicts."""
    job = parts.work.under_way(call, principal)
    try:
        seen = None if job is not None else parts.reading.call(call, View(principal))
    except UnknownCall:
        seen = None
    return show(request, "hand_in/dropped", recording=call, seen=seen, job=job)


@router.get("/drop/{call}/curve.svg")
def curve(call: CallId, principal: Watcher, parts: Given, request: Request) -> Response:
    """Draw how both sides felt."""
    made = parts.exports.one(call, "curve", View(principal), tongue(request))
    return Response(made.content, media_type=made.media_type)


@router.post("/hand-in/known")
def known(asked: Asked, principal: Sender, parts: Given) -> Response:
    """Tell which recordings are calls already."""
    return JSONResponse({"known": list(parts.batches.known(asked.recordings, principal))})
