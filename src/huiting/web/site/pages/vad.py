"""Where somebody speaks in a recording, by options that can be tried at once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.speech import SpeechOptions, told
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.site.showing import show
from huiting.web.site.vad.subject import call_of, file_of, latest

router = APIRouter(prefix="/vad", include_in_schema=False)
Tuner = Annotated[Principal, Depends(require(Permission.SYSTEM_READ, Permission.TRANSCRIBE))]
_ID = "^[0-9a-f]{64}$"


class Asked(BaseModel):
    """A file that somebody is about to send."""

    model_config = ConfigDict(extra="forbid")

    recording: str = Field(pattern=_ID)


@router.get("")
def vad(
    request: Request,
    principal: Tuner,
    parts: Given,
    call: Annotated[str | None, Query(pattern="^[0-9a-f]{4,64}$")] = None,
    recording: Annotated[str | None, Query(pattern=_ID)] = None,
) -> Response:
    """Show where there is speech; the options stand in the address and are read by the page."""
    subject = call_of(call, principal, parts) if call else None
    if subject is None and recording:
        subject = file_of(recording, principal, parts)
    detector = parts.listening.detector
    return show(
        request, "vad/page", subject=subject, force=told(detector.options),
        usual=told(SpeechOptions()), others=detector.others, largest=parts.limits.upload,
        calls=latest(principal, parts) if subject is None else (),
    )  # fmt: skip


@router.post("/known")
def known(asked: Asked, principal: Tuner, parts: Given) -> JSONResponse:
    """Tell whether a file was measured before, so that it need not be sent."""
    return JSONResponse({"known": parts.listening.knows(asked.recording, principal)})
