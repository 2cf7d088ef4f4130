"""Where somebody speaks in a recording: measured once, decided anew with other options."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.speech.files import Sheet, SpeechForm, written
from huiting.web.api.shapes.speech import (
    FRAMES,
    RecordingId,
    SpeechOf,
    SpeechRegionsOf,
    wanted,
)
from huiting.web.bodies import form
from huiting.web.conditions import tag, unchanged
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.ranges import disposition
from huiting.web.waiting import audio_of

router = APIRouter(prefix="/speech", tags=["speech"])
Listener = Annotated[Principal, Depends(require(Permission.TRANSCRIBE))]
Options = Annotated[dict[str, float | None], Depends(wanted)]
_ONE = documented(404)
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FRAMES: dict[int | str, dict[str, Any]] = _ONE | {
    200: {"content": {"application/octet-stream": _BINARY}, "description": FRAMES},
    304: {"description": "As it was."},
}
_EXPORT: dict[int | str, dict[str, Any]] = _ONE | {
    200: {
        "content": dict.fromkeys(("application/json", "text/csv", "text/plain"), _BINARY),
        "description": "The file.",
    }
}
_LEVEL = 6


@router.post("", status_code=202, responses=documented(413, 415), openapi_extra=_FILE)
async def take(principal: Listener, parts: Given, request: Request) -> SpeechOf:
    """Hand in a file to find its speech; no call is made of it. The same file is measured once."""
    async with form(request, most=parts.limits.upload, files=1) as sent:
        file = audio_of(sent)
        looked = await run_in_threadpool(
            parts.listening.take, file.file, file.filename or "audio", principal
        )
    return SpeechOf.of(looked, parts.listening.detector.options)


@router.post("/{recording}", status_code=202, responses=_ONE)
def ask(recording: RecordingId, principal: Listener, parts: Given) -> SpeechOf:
    """Have a recording measured that is here: of a call, or one handed in before."""
    looked = parts.listening.ask(recording, principal)
    return SpeechOf.of(looked, parts.listening.detector.options)


@router.get("/{recording}", responses=_ONE)
def one(recording: RecordingId, principal: Listener, parts: Given) -> SpeechOf:
    """Read how far it is with a recording."""
    looked = parts.listening.look(recording, principal)
    return SpeechOf.of(looked, parts.listening.detector.options)


@router.get("/{recording}/frames", responses=_FRAMES, response_class=Response)
def frames(
    recording: RecordingId, principal: Listener, parts: Given, request: Request
) -> Response:  # fmt: skip
    """Read how likely somebody speaks, and how loud it is, frame by frame."""
    speech = parts.listening.measured(recording, principal)
    etag = tag("speech", recording, parts.listening.detector.digest)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Content-Encoding": "gzip"}
    return unchanged(request, etag) or Response(
        gzip.compress(speech.frames(), _LEVEL, mtime=0),
        headers=headers,
        media_type="application/octet-stream",
    )


@router.get("/{recording}/regions", responses=_ONE)
def regions(
    recording: RecordingId, principal: Listener, parts: Given, given: Options
) -> SpeechRegionsOf:
    """Read where somebody speaks by these options; what is left out is as in force."""
    options = parts.listening.options(given)
    found = parts.listening.regions(recording, options, principal)
    return SpeechRegionsOf.of(options, list(found))


@router.get("/{recording}/export", responses=_EXPORT, response_class=Response)
def export(
    recording: RecordingId,
    principal: Listener,
    parts: Given,
    given: Options,
    kind: Annotated[SpeechForm, Query(alias="format")] = SpeechForm.CSV,
) -> Response:
    """Take the regions along as a file."""
    listening = parts.listening
    options = listening.options(given)
    found = listening.regions(recording, options, principal)
    sheet = Sheet(recording, listening.measured(recording, principal), options, found)
    made = written(sheet, kind)
    name = disposition(f"speech-{sheet.name}{made.suffix}", save=True)
    return Response(
        made.content, headers={"Content-Disposition": name}, media_type=made.media_type
    )  # fmt: skip
