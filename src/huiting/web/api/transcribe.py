"""Audio in, text out, in one answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.service.handing import options_of
from huiting.service.transcriber import Wishes
from huiting.web.api.shapes.transcripts import FORM, StillHeard, Transcript
from huiting.web.bodies import form
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.waiting import audio_of, heard, text_of

PREFIX = "/api"
router = APIRouter(tags=["transcribe"])
Sender = Annotated[Principal, Depends(require(Permission.TRANSCRIBE))]
_CHOICES = {"itn": (None, "true", "false"), "profile": (None, "fast", "accurate")}


_LATER: dict[int | str, dict[str, Any]] = {
    202: {"model": StillHeard, "description": "It is still being heard: ask the same again."}
}


@router.post(
    "/transcribe",
    response_model=Transcript | StillHeard,
    responses=_LATER | documented(413, 415),
    openapi_extra=FORM,
)
async def transcribe(
    principal: Sender, parts: Given, request: Request, response: Response
) -> Transcript | StillHeard:
    """Have audio heard, and wait for the text. The same audio is answered from what is kept."""
    async with form(request, most=parts.limits.upload, files=1) as sent:
        file = audio_of(sent)
        found = {
            name: text_of(sent, name)
            for name in ("language", "hotwords", "itn", "profile", "engine")
        }
        for name, choices in _CHOICES.items():
            if found[name] not in choices:
                known = ", ".join(str(choice) for choice in choices[1:])
                raise InputError(name, f"{found[name]!r} is not known", f"choose {known}")
        told = options_of(found["language"] or "", (found["hotwords"] or "").splitlines())
        wishes = Wishes(
            told.language, told.hotwords, found["itn"] != "false", found["profile"],
            found["engine"],
        )  # fmt: skip
        answer = await heard(file.file, file.filename or "audio", wishes, principal, parts)
    if answer.heard is None:
        assert answer.job is not None
        response.status_code = 202
        response.headers["Retry-After"] = "30"
        return StillHeard(job=answer.job)
    return Transcript.of(answer.heard, known=answer.job is None)
