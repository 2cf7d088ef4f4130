"""Batches: recordings that are handed in together, watched, paused and ended together."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.web.api.shapes.jobs import (
    Affected,
    BatchChange,
    BatchId,
    BatchOf,
    BatchProgress,
    ItemOf,
    NewBatch,
)
from huiting.web.conditions import check, tag
from huiting.web.doors import address, require
from huiting.web.once import OnceOnly
from huiting.web.pages import Cursor, Limit, Page, cursor, place
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(prefix="/batches", tags=["batches"])
Reader = Annotated[Principal, Depends(require(Permission.JOBS_READ))]
Sender = Annotated[Principal, Depends(require(Permission.CALLS_WRITE))]
Director = Annotated[Principal, Depends(require(Permission.JOBS_WRITE))]
_ONE = documented(404)


@router.post("", status_code=201, response_model=BatchProgress, responses=documented(409))
def make(new: NewBatch, principal: Sender, parts: Given, once: OnceOnly) -> Response:
    """Make an empty batch, to hand recordings in with."""
    return once.answer(
        principal,
        new,
        lambda: BatchProgress.told(parts.batches.make(new.name, principal)),
        location=lambda made: f"/api/v1/batches/{made.id}",  # type: ignore[attr-defined]
    )


@router.get("")
def batches(
    principal: Reader, parts: Given, limit: Limit = 50, after: Cursor = None
) -> Page[BatchOf]:
    """List batches, the latest first."""
    before = place(after, (int,))
    found = parts.batches.list(principal, int(before[0]) if before else None, limit + 1)
    end = cursor((found[limit - 1].number,)) if len(found) > limit else None
    return Page(items=[BatchOf.of(batch) for batch in found[:limit]], next=end)


@router.get("/{batch}", responses=_ONE)
def one(batch: BatchId, principal: Reader, parts: Given, response: Response) -> BatchProgress:
    """Read how far a batch is."""
    found = parts.batches.find(batch, principal)
    response.headers["ETag"] = tag(found.batch.id, found.batch.revision)
    return BatchProgress.told(found)


@router.get("/{batch}/recordings", responses=_ONE)
def items(
    batch: BatchId, principal: Reader, parts: Given, limit: Limit = 100, after: Cursor = None
) -> Page[ItemOf]:
    """List what was handed in with a batch, in order; what was refused, with the reason."""
    begin = place(after, (int,))
    found = parts.batches.items(batch, principal, int(begin[0]) if begin else 0, limit + 1)
    end = cursor((found[limit - 1].key,)) if len(found) > limit else None
    owner, told = parts.batches.find(batch, principal).batch.owner, parts.history.told
    named = [replace(x, name=told(x.name, x.recording, owner, principal)) for x in found[:limit]]
    return Page(items=[ItemOf.of(item) for item in named], next=end)


@router.patch("/{batch}", responses=documented(404, 409, 412))
def change(
    batch: BatchId,
    wanted: BatchChange,
    principal: Director,
    parts: Given,
    request: Request,
    response: Response,
) -> BatchProgress:
    """Give a batch a name; pause it, or let it go on. Takes `If-Match`."""
    seen = parts.batches.find(batch, principal).batch
    check(request, tag(seen.id, seen.revision))
    name = seen.name if wanted.name is None else wanted.name
    paused = seen.paused if wanted.paused is None else wanted.paused
    parts.batches.change(seen, name, paused=paused)
    return one(batch, principal, parts, response)


@router.post("/{batch}/cancel", responses=_ONE)
def cancel(batch: BatchId, principal: Director, parts: Given, request: Request) -> Affected:
    """End what of a batch is not over."""
    found = parts.batches.find(batch, principal)
    parts.many.ending_batch(found.batch.id, principal.at(address(request)))
    return Affected(jobs=parts.batches.cancel(found.batch.id))


@router.post("/{batch}/retry", responses=_ONE)
def retry(batch: BatchId, principal: Director, parts: Given) -> Affected:
    """Run again what of a batch failed or was cancelled."""
    found = parts.batches.find(batch, principal)
    return Affected(jobs=parts.batches.retry(found.batch.id))
