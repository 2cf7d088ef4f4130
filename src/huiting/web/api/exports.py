"""Calls as files: one at once, a set of them as a job with a file to fetch."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.jobs.job import Job, State
from huiting.service.exporting import MEDIA_TYPES, Form, Wish, exporter_of, formats
from huiting.service.views import View
from huiting.web.api.shapes.calls import CallFilter, CallId, Unredacted
from huiting.web.api.shapes.jobs import JobId, TroubleOf
from huiting.web.conditions import tag
from huiting.web.doors import require
from huiting.web.once import OnceOnly
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.ranges import disposition, send
from huiting.web.tongue import tongue

router = APIRouter(tags=["exports"])
Taker = Annotated[Principal, Depends(require(Permission.CALLS_EXPORT))]
Format = Annotated[
    str, Query(alias="format", pattern="^[a-z]{1,20}$", description=", ".join(formats()))
]


def _files(media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Return how an answer is described that is a file."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        200: {"content": dict.fromkeys(sorted(media_types), binary), "description": "The file."}
    }


_ONE = _files({exporter_of(kind, "en").media_type for kind in formats()})
_SET = _files(MEDIA_TYPES.values()) | {206: {"description": "The part that `Range` asks for."}}


class NewExport(BaseModel):
    """A set of calls that is wanted as a file."""

    model_config = ConfigDict(extra="forbid")

    form: Form = Form.XLSX
    formats: list[Annotated[str, Field(pattern="^[a-z]{1,20}$")]] = Field(
        [], max_length=20, description="Of each call in a ZIP."
    )
    filter: CallFilter = Field(default_factory=lambda: CallFilter.model_validate({}))
    unredacted: bool = Field(default=False, description="With personal data, where permitted.")
    language: Literal["zh", "en"] | None = Field(None, description="Of pages for people.")


class ExportOf(BaseModel):
    """An export."""

    id: int
    state: State
    stage: str | None
    done: float = Field(description="Share of the stage, 0 to 1.")
    trouble: TroubleOf | None
    put_at: datetime
    file: str | None = Field(description="Where it can be fetched, once it is done.")

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return an export as it is told."""
        trouble = job.trouble
        told = None
        if trouble is not None:
            told = TroubleOf(code=trouble.code, reason=trouble.reason, remedy=trouble.remedy)
        file = f"/api/v1/exports/{job.id}/file" if job.state is State.DONE else None
        return cls(
            id=job.id, state=job.state, stage=job.stage, done=job.done, trouble=told,
            put_at=job.put_at, file=file,
        )  # fmt: skip


@router.get("/calls/{call}/export", responses=_ONE | documented(404), response_class=Response)
def export_one(
    call: CallId,
    kind: Format,
    principal: Taker,
    parts: Given,
    request: Request,
    *,
    unredacted: Unredacted = False,
) -> Response:
    """Fetch one call in a format."""
    made = parts.exports.one(call, kind, View(principal, unredacted), tongue(request))
    headers = {"Content-Disposition": disposition(made.name, save=True)}
    return Response(made.content, headers=headers, media_type=made.media_type)


@router.post("/exports", status_code=202, response_model=ExportOf, responses=documented(409))
def order(
    wanted: NewExport, principal: Taker, parts: Given, once: OnceOnly, request: Request
) -> Response:
    """Ask for a set of calls as a file."""
    wish = Wish(
        wanted.filter.sought(parts.zone),
        wanted.form,
        tuple(dict.fromkeys(wanted.formats)),
        principal,
        wanted.unredacted,
        wanted.language or tongue(request),
    )
    return once.answer(
        principal,
        wanted,
        lambda: ExportOf.of(parts.exports.order(wish)),
        status=202,
        location=lambda made: f"/api/v1/exports/{made.id}",  # type: ignore[attr-defined]
    )


@router.get("/exports/{job}", responses=documented(404))
def one(job: JobId, principal: Taker, parts: Given) -> ExportOf:
    """Read how an export of one's own goes."""
    return ExportOf.of(parts.exports.find(job, principal))


@router.get(
    "/exports/{job}/file", responses=_SET | documented(404, 410, 416), response_class=Response
)
def file(job: JobId, principal: Taker, parts: Given, request: Request) -> Response:
    """Fetch the file of an export; it is kept for a week. Takes `Range`."""
    ready = parts.exports.ready(job, principal)
    etag = tag("export", job, ready.path.name)
    return send(request, ready.opened(), etag, ready.media_type, ready.name, save=True)
