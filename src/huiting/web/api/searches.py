"""Searches that people keep under names, for themselves or for their team."""

from typing import Annotated

from fastapi import APIRouter, Depends

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.web.api.shapes.searches import NewSearch, SearchId, SearchOf
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(prefix="/searches", tags=["searches"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]


@router.get("")
def searches(principal: Reader, parts: Given) -> list[SearchOf]:
    """List one's own searches and those that are shared with one."""
    return [SearchOf.of(kept) for kept in parts.searching.list(principal)]


@router.post("", status_code=201, responses=documented(409))
def keep(new: NewSearch, principal: Reader, parts: Given) -> SearchOf:
    """Keep a search; one's own of the same name is replaced."""
    return SearchOf.of(parts.searching.keep(new.draft(), principal))


@router.get("/{search}", responses=documented(404))
def one(search: SearchId, principal: Reader, parts: Given) -> SearchOf:
    """Read a search."""
    return SearchOf.of(parts.searching.find(search, principal))


@router.delete("/{search}", status_code=204, responses=documented(404))
def remove(search: SearchId, principal: Reader, parts: Given) -> None:
    """Remove a search of one's own; for a day it can be restored."""
    parts.searching.remove(search, principal)


@router.post("/{search}/restore", responses=documented(404, 409))
def restore(search: SearchId, principal: Reader, parts: Given) -> SearchOf:
    """Bring back a search of one's own that was removed."""
    return SearchOf.of(parts.searching.restore(search, principal))
