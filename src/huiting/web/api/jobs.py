"""Jobs: how the work goes, by asking or by listening; cancelled and run again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.jobs.job import Job, State
from huiting.jobs.queue import Wanted
from huiting.service.batches import owner_of
from huiting.web.api.shapes.jobs import BatchId, BatchProgress, JobId, JobOf
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, cursor, place
from huiting.web.parts import Given, Parts
from huiting.web.problems import documented
from huiting.web.sse import MEDIA_TYPE, SCHEMA, Message, stream

router = APIRouter(tags=["jobs"])
Reader = Annotated[Principal, Depends(require(Permission.JOBS_READ))]
Director = Annotated[Principal, Depends(require(Permission.JOBS_WRITE))]
_ONE = documented(404)
_STREAM = _ONE | {200: {"content": {MEDIA_TYPE: {"schema": SCHEMA}}}}
EVERY = 0.5
"""Seconds between two looks at what is listened to."""


@router.get("/jobs")
def jobs(
    principal: Reader,
    parts: Given,
    state: Annotated[list[State] | None, Query(max_length=5)] = None,
    kind: Annotated[str | None, Query(max_length=50, pattern="^[a-z-]+$")] = None,
    batch: Annotated[str | None, Query(pattern="^[0-9a-f]{16}$")] = None,
    limit: Limit = 50,
    after: Cursor = None,
) -> Page[JobOf]:
    """List jobs, the newest first. Who may not see all calls sees their own jobs."""
    begin = place(after, (int,))
    wanted = Wanted(states=state or (), kind=kind, group=batch, owner=owner_of(principal))
    found = parts.queue.page(wanted, after=int(begin[0]) if begin else None, limit=limit)
    end = None if found.next is None else cursor((found.next,))
    return Page(items=[JobOf.of(job) for job in found.items], next=end)


@router.get("/jobs/{job}", responses=_ONE)
def one(job: JobId, principal: Reader, parts: Given) -> JobOf:
    """Read how a job goes."""
    return JobOf.of(_found(job, principal, parts))


@router.post("/jobs/{job}/cancel", responses=_ONE)
def cancel(job: JobId, principal: Director, parts: Given, request: Request) -> JobOf:
    """End a job: one that waits at once, one that runs at its next step."""
    found = _found(job, principal, parts)
    parts.many.ending(found, principal.at(address(request)))
    return JobOf.of(parts.queue.cancel(found.id))


@router.post("/jobs/{job}/retry", responses=documented(404, 409))
def retry(job: JobId, principal: Director, parts: Given, request: Request) -> JobOf:
    """Run a job again that failed or was cancelled."""
    found = _found(job, principal, parts)
    parts.many.going_on(found, principal.at(address(request)))
    return JobOf.of(parts.queue.retry(found.id))


@router.get("/jobs/{job}/events", responses=_STREAM, response_class=StreamingResponse)
def follow(job: JobId, principal: Reader, parts: Given) -> StreamingResponse:
    """Listen to how a job goes: server-sent events `progress`, and `end` when it is over."""
    _found(job, principal, parts)

    def look() -> Message:
        now = _found(job, principal, parts)
        event = "end" if now.state.over else "progress"
        return Message(event, JobOf.of(now).model_dump(mode="json"), last=now.state.over)

    return stream(look, every=EVERY, longest=parts.limits.stream)


@router.get("/batches/{batch}/events", responses=_STREAM, response_class=StreamingResponse)
def follow_batch(batch: BatchId, principal: Reader, parts: Given) -> StreamingResponse:
    """Listen to how a batch goes: server-sent events `progress`, and `end` when it is over."""
    parts.batches.find(batch, principal)

    def look() -> Message:
        now = parts.batches.find(batch, principal)
        event = "end" if now.over else "progress"
        return Message(event, BatchProgress.told(now).model_dump(mode="json"), last=now.over)

    return stream(look, every=EVERY, longest=parts.limits.stream)


def _found(job: int, principal: Principal, parts: Parts) -> Job:
    """Return a job that somebody may see.

    Raises:
        Unknown: there is none.
    """
    found = parts.queue.get(job)
    owner = owner_of(principal)
    if owner is not None and found.order.owner != owner:
        raise Unknown(f"job {job}", "no such job", "list the jobs to see which there are")
    return found
