"""How the service is: models, device, disks, settings, what is to be done; backups, seals, caches."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.keeping.restoring import backups
from huiting.service.keeping.room import Use
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.showing import show

router = APIRouter(prefix="/system", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.SYSTEM_READ))]
Rater = Annotated[Principal, Depends(require(Permission.SYSTEM_READ, Permission.CALLS_READ))]
Administrator = Annotated[Principal, Depends(require(Permission.SYSTEM_ADMIN))]
BACKUPS = 20
"""How many of the newest are listed."""


@router.get("")
def system(request: Request, principal: Reader, parts: Given) -> Response:
    """Show how the service is; backups to who administers it."""
    return show(
        request, "system/system", state=parts.state(), engine=", ".join(parts.engines),
        loads=parts.queue.loads(), calls=parts.store.count(),
        kept=_kept(parts) if principal.may(Permission.SYSTEM_ADMIN) else None,
        rated=principal.may(Permission.CALLS_READ),
    )  # fmt: skip


@router.get("/rates")
def rates(request: Request, principal: Rater, parts: Given) -> Response:
    """Show how much of what the team corrected each engine had wrong."""
    return show(request, "system/rates", rates=parts.correcting.rates(principal))


@router.get("/room")
def room(request: Request, _: Administrator, parts: Given) -> Response:
    """Show what can be made again takes on the disk."""
    return show(request, "system/room", looks=parts.keeping.room.look(), freed=None)


@router.post("/room/{use}/free")
def free(use: Use, request: Request, principal: Administrator, parts: Given) -> Response:
    """Free what can be made again, or was kept long enough."""
    of = parts.keeping.room
    freed = of.free(use, principal.at(address(request)))
    return show(request, "system/room", looks=of.look(), freed=freed)


@router.get("/queue")
def queue(request: Request, _: Reader, parts: Given) -> Response:
    """Show what is to be done, as it is now."""
    return show(request, "system/queue", loads=parts.queue.loads())


@router.post("/backup")
def back_up(request: Request, principal: Administrator, parts: Given) -> Response:
    """Have a backup made into the folder that is set."""
    parts.keeping.back_up(principal.at(address(request)))
    return show(request, "system/backups", kept=_kept(parts), asked=True)


@router.post("/seal")
def seal(request: Request, principal: Administrator, parts: Given) -> Response:
    """Have all recordings sealed with the current key."""
    parts.keeping.seal(principal.at(address(request)))
    return show(request, "system/seals", kept=_kept(parts), asked=True)


def _kept(parts: Parts) -> dict[str, object]:
    """Return what the templates say of backups and seals."""
    folder, ring = parts.keeping.backup.folder, parts.keeping.vault.ring
    return {
        "folder": folder,
        "backups": backups(folder)[:BACKUPS] if folder else [],
        "keys": len(ring.keys) if ring else 0,
        "seals": parts.keeping.seals(),
    }
