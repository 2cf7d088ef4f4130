"""The bin, legal holds, retention, sealed recordings, backups."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.keeping.holds import Held
from huiting.service.keeping.restoring import backups as backups_in
from huiting.web.api.shapes.calls import CallId
from huiting.web.api.shapes.jobs import JobOf
from huiting.web.api.shapes.keeping import (
    BackupOf,
    BinEntry,
    CountOf,
    Emptied,
    HoldId,
    HoldOf,
    NewHold,
    RetentionOf,
    SealsOf,
)
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, cursor, place
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(tags=["keeping"])
Remover = Annotated[Principal, Depends(require(Permission.CALLS_DELETE))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]


@router.delete("/calls/{call}", status_code=204, responses=documented(404, 409))
def remove(
    call: CallId,
    principal: Remover,
    parts: Given,
    request: Request,
    reason: Annotated[str, Query(max_length=500)] = "",
) -> None:
    """Put a call into the bin: nobody finds it any more, until it is restored or removed."""
    parts.keeping.bin.put(call, reason, principal, principal.at(address(request)))


@router.get("/bin")
def listed(
    principal: Remover, parts: Given, limit: Limit = 50, after: Cursor = None
) -> Page[BinEntry]:
    """List what is in the bin, the latest call of the store first."""
    begin = place(after, (int,))
    found = parts.keeping.bin.page(principal, int(begin[0]) if begin else None, limit + 1)
    end = cursor((found[limit - 1].key,)) if len(found) > limit else None
    return Page(items=[BinEntry.of(entry) for entry in found[:limit]], next=end)


@router.post("/bin/{call}/restore", status_code=204, responses=documented(404))
def restore(call: CallId, principal: Remover, parts: Given, request: Request) -> None:
    """Take a call out of the bin; it is there again as it was."""
    parts.keeping.bin.restore(call, principal, principal.at(address(request)))


@router.delete("/bin/{call}", status_code=204, responses=documented(404, 409))
def purge(call: CallId, principal: Administrator, parts: Given, request: Request) -> None:
    """Remove a call in the bin for good: audio, text, index, verdicts, copies."""
    parts.keeping.bin.purge(call, principal, principal.at(address(request)))


@router.delete("/bin")
def empty(principal: Administrator, parts: Given, request: Request) -> Emptied:
    """Remove all that is in the bin for good, but for what is on legal hold."""
    removed, held = parts.keeping.bin.empty(principal, principal.at(address(request)))
    return Emptied(removed=removed, held=held)


@router.get("/holds")
def holds(
    _principal: Administrator,
    parts: Given,
    limit: Limit = 50,
    after: Cursor = None,
    *,
    released: Annotated[bool, Query(description="Those that are over too.")] = False,
) -> Page[HoldOf]:
    """List legal holds, the newest first."""
    begin = place(after, (int,))
    key = int(begin[0]) if begin else None
    found = parts.keeping.holds.page(over=released, after=key, limit=limit + 1)
    end = cursor((found[limit - 1].hold.key,)) if len(found) > limit else None
    return Page(items=[HoldOf.of(held) for held in found[:limit]], next=end)


@router.post("/holds", status_code=201)
def hold(new: NewHold, principal: Administrator, parts: Given, request: Request) -> HoldOf:
    """Hold calls: what it covers, also what is still to come, cannot be removed."""
    by = principal.at(address(request))
    return HoldOf.of(parts.keeping.holds.add(new.covers(), new.reason, by))


@router.post("/holds/{hold}/release", responses=documented(404))
def release(hold: HoldId, principal: Administrator, parts: Given, request: Request) -> HoldOf:
    """Let a hold go; it stays on record."""
    found = parts.keeping.holds.release(hold, principal.at(address(request)))
    return HoldOf.of(Held(found, 0))


@router.get("/retention")
def policy(_principal: Administrator, parts: Given) -> RetentionOf:
    """Read how long what is kept."""
    return RetentionOf.of(parts.keeping.retention.policy)


@router.get("/retention/preview")
def preview(_principal: Administrator, parts: Given) -> list[CountOf]:
    """Count what the policy would remove now; nothing is removed."""
    return [CountOf.of(count) for count in parts.keeping.retention.preview()]


@router.post("/retention/run", status_code=202)
def apply(principal: Administrator, parts: Given, request: Request) -> JobOf:
    """Have the policy applied now, as a job; every night it is by itself."""
    return JobOf.of(parts.keeping.apply_retention(principal.at(address(request))))


@router.get("/seals")
def seals(_principal: Administrator, parts: Given) -> SealsOf:
    """Count recordings that are sealed, and with which keys."""
    ring = parts.keeping.vault.ring
    return SealsOf.of(parts.keeping.seals(), len(ring.keys) if ring else 0)


@router.post("/seals", status_code=202, responses=documented(409))
def seal(principal: Administrator, parts: Given, request: Request) -> JobOf:
    """Have all recordings sealed with the current key, as a job."""
    return JobOf.of(parts.keeping.seal(principal.at(address(request))))


@router.get("/backups")
def backups(_principal: Administrator, parts: Given) -> list[BackupOf]:
    """List the backups in the folder that is set, the newest first."""
    folder = parts.keeping.backup.folder
    found = backups_in(folder) if folder else []
    return [BackupOf.of(path.name, manifest) for path, manifest in found]


@router.post("/backups", status_code=202, responses=documented(409))
def back_up(principal: Administrator, parts: Given, request: Request) -> JobOf:
    """Have a backup made into the folder that is set, as a job."""
    return JobOf.of(parts.keeping.back_up(principal.at(address(request))))
