"""OpenAI's audio API: any client of it works with its address and a token of ours.

One model is there, the recognizer of the settings, under its own name; `whisper-1` means it too,
because many programs know no other name.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import EngineError, InputError, Unknown
from huiting.service.transcriber import Wishes
from huiting.web.bodies import form
from huiting.web.doors import require
from huiting.web.openai_form import (
    FORM,
    FORMATS,
    GRANULARITIES,
    STREAMED,
    answered,
    documented,
    hotwords_of,
    language_of,
    streamed,
)
from huiting.web.parts import Given, Parts
from huiting.web.waiting import audio_of, heard, text_of

PREFIX = "/v1"
USUAL = "whisper-1"
router = APIRouter(tags=["OpenAI"])
Sender = Annotated[Principal, Depends(require(Permission.TRANSCRIBE))]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "In the form that was asked for.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
            "text/vtt": {"schema": {"type": "string"}},
            "text/event-stream": {"schema": {"type": "string"}},
        },
    }
}
_ERRORS = documented(400, 401, 403, 404, 413, 415, 422, 429, 503)


@router.post(
    "/audio/transcriptions",
    responses=_ANSWERS | _ERRORS,
    openapi_extra=FORM,
    response_class=Response,
)
async def transcribe(principal: Sender, parts: Given, request: Request) -> Response:
    """Have audio heard, and wait for the text."""
    async with form(request, most=parts.limits.upload, files=1) as sent:
        file = audio_of(sent)
        model = model_of(text_of(sent, "model"), parts)
        wanted = _choice(sent, "response_format", FORMATS) or "json"
        grains = _choices(sent, "timestamp_granularities[]", GRANULARITIES)
        stream = _choice(sent, "stream", ("true", "false", "True", "False")) in {"true", "True"}
        if stream and wanted not in STREAMED:
            known = ", ".join(sorted(STREAMED))
            raise InputError("stream", f"not with {wanted}", f"choose {known}, or no stream")
        wishes = Wishes(
            language_of(text_of(sent, "language")), hotwords_of(text_of(sent, "prompt")),
            engine=None if model in {USUAL, parts.engines[0]} else model,
        )  # fmt: skip
        found = (await heard(file.file, file.filename or "audio", wishes, principal, parts)).heard
    if found is None:  # OpenAI's clients try again by themselves
        raise EngineError("audio", "it is still being heard", "ask again in a while")
    return streamed(found, wanted) if stream else answered(found, wanted, grains)


@router.get("/models", responses=_ERRORS)
def models(_principal: Sender, parts: Given) -> dict[str, Any]:
    """List the models there are."""
    return {"object": "list", "data": [_model(name) for name in names(parts)]}


@router.get("/models/{model}", responses=_ERRORS)
def model(model: str, _principal: Sender, parts: Given) -> dict[str, Any]:
    """Tell of a model."""
    return _model(model_of(model, parts))


def names(parts: Parts) -> tuple[str, ...]:
    """Return what models are called."""
    return tuple(dict.fromkeys((*parts.engines, USUAL)))


def model_of(name: str | None, parts: Parts) -> str:
    """Return the model of that name.

    Raises:
        InputError: none is named.
        Unknown: there is none.
    """
    if name is None:
        raise InputError("model", "it is missing", f"give one of {', '.join(names(parts))}")
    if name not in names(parts):
        raise Unknown("model", "there is no such model", f"choose {', '.join(names(parts))}")
    return name


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "huiting"}


def _choice(sent: FormData, name: str, choices: tuple[str, ...]) -> str | None:
    value = text_of(sent, name)
    if value is not None and value not in choices:
        raise InputError(name, "not known", f"choose {', '.join(choices)}")
    return value


def _choices(sent: FormData, name: str, choices: tuple[str, ...]) -> list[str]:
    found = [value for value in sent.getlist(name) if isinstance(value, str)]
    if any(value not in choices for value in found):
        raise InputError(name, "not known", f"choose {', '.join(choices)}")
    return found
