"""Uploads in pieces, for large files and bad lines: tus 1.0.

Source:
    The tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload: core,
    and the extensions creation, expiration, checksum and termination.
"""

from datetime import datetime
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import InputError
from huiting.service.troubles import NotTheSame, Unsupported
from huiting.service.uploads import ALGORITHMS, Appending, Checksum
from huiting.store.arriving import Arriving
from huiting.web.bodies import pieces
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.places import outside
from huiting.web.problems import documented

VERSION = "1.0.0"
CONTENT = "application/offset+octet-stream"
PIECE = 1 << 20
"""Bytes that are gathered before they are written."""
_LARGEST = 2**62
_UploadId = Annotated[str, Path(alias="upload", pattern="^[0-9a-f]{32}$")]
_Number = Annotated[str, Header(pattern="^[0-9]{1,19}$")]
Sender = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]


def resumable(version: Annotated[str | None, Header(alias="Tus-Resumable")] = None) -> None:
    """Refuse a sender that speaks another version; a dependency.

    Raises:
        NotTheSame: it does.
    """
    if version != VERSION:
        raise NotTheSame("Tus-Resumable", "another version, or none", f"speak {VERSION}")


router = APIRouter(prefix="/uploads", tags=["uploads"])
Speaks = [Depends(resumable)]


class UploadOf(BaseModel):
    """How far an upload is."""

    id: str
    length: int
    offset: int = Field(description="Bytes that are safely there.")
    expires_at: datetime
    recording: str | None = Field(description="Once it is whole.")
    job: int | None


@router.options("", status_code=204, responses={204: {"description": "What is spoken."}})
def abilities(_sender: Sender, parts: Given) -> Response:
    """Say what of tus is spoken."""
    return _answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Max-Size": str(parts.uploads.largest),
            "Tus-Extension": "creation,expiration,checksum,termination",
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


@router.post("", status_code=201, dependencies=Speaks, responses=documented(404, 412, 413))
def create(
    request: Request,
    principal: Sender,
    parts: Given,
    length: Annotated[_Number, Header(alias="Upload-Length")],
    metadata: Annotated[str, Header(alias="Upload-Metadata", max_length=16_384)] = "",
) -> Response:
    """Announce a file. `Upload-Metadata` may hold `filename`, and the fields of the form."""
    parts.desk.check(metadata, principal)
    made = parts.uploads.create(_number(length), metadata, principal)
    place = outside(request, f"/api/v1/uploads/{made.id}")
    return _answer(201, {"Location": place, **_expires(made)})


@router.get("/{upload}", responses=documented(404, 410, 423))
def one(upload: _UploadId, principal: Sender, parts: Given) -> UploadOf:
    """Read how far an upload is, and what became of it."""
    found = parts.uploads.find(upload, principal)
    return UploadOf(
        id=found.id,
        length=found.length,
        offset=found.offset,
        expires_at=found.expires_at,
        recording=found.recording,
        job=found.job,
    )


@router.head("/{upload}", dependencies=Speaks, responses=documented(404, 410, 412, 423))
def offset(upload: _UploadId, principal: Sender, parts: Given) -> Response:
    """Say how far an upload is, in headers."""
    found = parts.uploads.find(upload, principal)
    own = {
        "Upload-Offset": str(found.offset),
        "Upload-Length": str(found.length),
        "Cache-Control": "no-store",
    }
    if found.metadata:
        own["Upload-Metadata"] = found.metadata
    return _answer(200, own | _expires(found))


@router.patch(
    "/{upload}",
    status_code=204,
    dependencies=Speaks,
    responses=documented(404, 409, 410, 412, 413, 415, 423, 460),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {CONTENT: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def append(
    upload: _UploadId,
    principal: Sender,
    parts: Given,
    request: Request,
    at: Annotated[_Number, Header(alias="Upload-Offset")],
    checksum: Annotated[str | None, Header(alias="Upload-Checksum", max_length=200)] = None,
) -> Response:
    """Append a piece; what of it arrives is kept even when the line breaks."""
    if request.headers.get("content-type", "").strip().lower() != CONTENT:
        raise Unsupported("body", "not a piece of an upload", f"send {CONTENT}")
    expected = Checksum.read(checksum) if checksum else None
    appending = await run_in_threadpool(
        parts.uploads.append, upload, _number(at), expected, principal
    )
    try:
        await _written(request, appending, parts.uploads.largest)
        now = await run_in_threadpool(appending.finish)
    finally:
        await run_in_threadpool(appending.close)
    return _answer(204, {"Upload-Offset": str(now.offset), **_expires(now)})


async def _written(request: Request, appending: Appending, most: int) -> None:
    waiting = bytearray()
    try:
        async for piece in pieces(request, most=most):
            waiting += piece
            if len(waiting) >= PIECE:
                await run_in_threadpool(appending.write, bytes(waiting))
                waiting.clear()
    finally:
        if waiting:
            await run_in_threadpool(appending.write, bytes(waiting))


@router.delete(
    "/{upload}", status_code=204, dependencies=Speaks, responses=documented(404, 412, 423)
)
def remove(upload: _UploadId, principal: Sender, parts: Given) -> Response:
    """Forget an upload; a recording that it became stays."""
    parts.uploads.remove(upload, principal)
    return _answer(204, {})


def _number(text: str) -> int:
    if int(text) > _LARGEST:
        raise InputError("header", "a number out of reach", "send a smaller one")
    return int(text)


def _expires(upload: Arriving) -> dict[str, str]:
    own = {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}
    if upload.recording is not None:
        own |= {"Huiting-Recording": upload.recording, "Huiting-Job": str(upload.job)}
    return own


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status_code=status, headers={"Tus-Resumable": VERSION, **headers})
