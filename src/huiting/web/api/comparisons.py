"""Engines compared on calls: asked for, followed, read, taken along, removed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Conflict
from huiting.service.comparisons.files import ComparisonTable, written
from huiting.service.comparisons.job import EXAMPLES
from huiting.service.views import View
from huiting.web.api.shapes.comparisons import (
    ComparedOf,
    ComparisonId,
    ComparisonOf,
    NewComparison,
)
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, stretch
from huiting.web.parts import Given
from huiting.web.problems import documented
from huiting.web.ranges import disposition

router = APIRouter(prefix="/comparisons", tags=["comparisons"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE, Permission.CALLS_READ))]
Taker = Annotated[Principal, Depends(require(Permission.CALLS_EXPORT, Permission.CALLS_READ))]
_ONE = documented(404)
_FILE: dict[int | str, dict[str, Any]] = documented(404, 409) | {
    200: {
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The table.",
    }
}


@router.post("", status_code=202)
def ask(new: NewComparison, request: Request, principal: Writer, parts: Given) -> ComparisonOf:
    """Have engines hear the same calls; what people corrected in them is what was really said."""
    by = principal.at(address(request))
    return ComparisonOf.of(parts.comparer.ask(new.calls, new.engines, principal, by))


@router.get("")
def comparisons(
    principal: Reader, parts: Given, limit: Limit = 50, cursor: Cursor = None
) -> Page[ComparisonOf]:
    """List the comparisons whose calls you may see, the latest first."""
    page = stretch(parts.comparer.latest(principal), limit, cursor)
    return Page(items=[ComparisonOf.of(one) for one in page.items], next=page.next)


@router.get("/{comparison}", responses=_ONE)
def one(
    comparison: ComparisonId, principal: Reader, parts: Given, *, unredacted: bool = False
) -> ComparedOf:
    """Read how far a comparison is, and what came of it."""
    view, comparer = View(principal, unredacted), parts.comparer
    standing = comparer.find(comparison, principal)
    return ComparedOf.told(standing, comparer.shown(standing, view, 0, EXAMPLES))


@router.get("/{comparison}/export", responses=_FILE, response_class=Response)
def export(
    comparison: ComparisonId,
    principal: Taker,
    parts: Given,
    table: Annotated[
        ComparisonTable, Query(description="Which table of it.")
    ] = ComparisonTable.ENGINES,
    *,
    unredacted: bool = False,
) -> Response:
    """Take a table of a comparison along as CSV."""
    view, comparer = View(principal, unredacted), parts.comparer
    standing = comparer.find(comparison, principal)
    shown = comparer.shown(standing, view, 0, EXAMPLES)
    if shown is None:
        raise Conflict(
            "comparison", "it is not done", "wait until all engines have heard the calls"
        )
    name = disposition(f"comparison-{comparison}-{table}.csv", save=True)
    text = written(shown, table, standing.asked.engines)
    return Response(text, headers={"Content-Disposition": name}, media_type="text/csv")


@router.delete("/{comparison}", status_code=204, responses=_ONE)
def remove(comparison: ComparisonId, request: Request, principal: Writer, parts: Given) -> None:
    """Remove a comparison; one that is not done is called off."""
    parts.comparer.remove(comparison, principal, principal.at(address(request)))
