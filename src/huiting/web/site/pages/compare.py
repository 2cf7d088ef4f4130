"""Engines compared on calls: asked for, followed while it runs, read side by side."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.jobs.job import State
from huiting.service.comparisons.desk import MOST, MOST_ENGINES, Standing
from huiting.service.views import View
from huiting.web.api.shapes.comparisons import ComparisonId
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.compare.table import engine_rows, lines, matrix
from huiting.web.site.pages.found import Meant
from huiting.web.site.showing import partial, show
from huiting.web.site.troubles import lead

router = APIRouter(prefix="/compare", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Writer = Annotated[Principal, Depends(require(Permission.CALLS_WRITE, Permission.CALLS_READ))]
Engines = Annotated[
    list[Annotated[str, Form(max_length=100)]] | None, Form(max_length=MOST_ENGINES)
]
Ids = Annotated[str, Form(max_length=20_000)]
PAGE = 10
"""Lines shown at once."""
LISTED = 50
USUAL = 20
"""Corrected calls that are taken where nobody says how many."""


@router.get("")
def comparisons(
    request: Request,
    principal: Writer,
    parts: Given,
    call: Annotated[list[str] | None, Query(max_length=MOST)] = None,
) -> Response:
    """Offer to compare engines, and list what was compared."""
    found = parts.comparer.latest(principal)
    corrected = len(parts.comparer.corrected(principal))
    return show(
        request, "compare/page", found=found[:LISTED], engines=parts.engines, calls=call or (),
        corrected=corrected, usual=min(USUAL, corrected), most=MOST,
    )  # fmt: skip


@router.post("")
def ask(
    request: Request, principal: Writer, parts: Given, engine: Engines = None,
    which: Annotated[str, Form(pattern="^(corrected|these)$")] = "these", ids: Ids = "",
    count: Annotated[int, Form(ge=1, le=MOST)] = USUAL,
) -> Response:  # fmt: skip
    """Have engines compared on calls that people corrected, or on these."""
    corrected = which == "corrected"
    calls = parts.comparer.corrected(principal, count) if corrected else ids.split()
    by = principal.at(address(request))
    made = parts.comparer.ask(calls, engine or (), principal, by)
    return lead(request, f"/compare/{made.asked.id}")


@router.post("/chosen")
def chosen(
    request: Request, principal: Writer, parts: Given, meant: Meant, engine: Engines = None
) -> Response:
    """Have engines compared on calls that are ticked in the table of calls."""
    calls = meant.found(principal, parts, MOST).ids
    by = principal.at(address(request))
    made = parts.comparer.ask(calls, engine or (), principal, by)
    return lead(request, f"/compare/{made.asked.id}")


@router.get("/{comparison}")
def one(
    comparison: ComparisonId, request: Request, principal: Reader, parts: Given,
    *, unredacted: bool = False,
) -> Response:  # fmt: skip
    """Show how far a comparison is, and what came of it; asked for again while it runs."""
    standing = parts.comparer.find(comparison, principal)
    if partial(request):
        return _state(request, standing)
    return _shown(request, standing, View(principal, unredacted), parts)


@router.get("/{comparison}/lines")
def more(
    comparison: ComparisonId, request: Request, principal: Reader, parts: Given,
    begin: Annotated[int, Query(ge=0, le=10_000)] = 0, *, unredacted: bool = False,
) -> Response:  # fmt: skip
    """Show further lines."""
    standing = parts.comparer.find(comparison, principal)
    shown = parts.comparer.shown(standing, View(principal, unredacted), begin, PAGE)
    found = lines(shown, standing.asked.engines, unredacted=unredacted) if shown else ()
    return show(
        request, "compare/lines", one=standing, lines=found, begin=begin + PAGE,
        more=shown.more if shown else 0, unredacted=unredacted,
    )  # fmt: skip


@router.post("/{comparison}/stop")
def stop(
    comparison: ComparisonId, request: Request, principal: Writer, parts: Given
) -> Response:  # fmt: skip
    """Call a comparison off."""
    return _state(request, parts.comparer.stop(comparison, principal))


@router.post("/{comparison}/remove")
def remove(
    comparison: ComparisonId, request: Request, principal: Writer, parts: Given
) -> Response:  # fmt: skip
    """Remove a comparison."""
    parts.comparer.remove(comparison, principal, principal.at(address(request)))
    return lead(request, "/compare")


def _shown(request: Request, standing: Standing, view: View, parts: Parts) -> Response:
    engines = standing.asked.engines
    shown = parts.comparer.shown(standing, view, 0, PAGE)
    return show(
        request, "compare/one", one=standing, hearing=_hearing(standing), shown=shown,
        rows=engine_rows(shown, engines) if shown else (),
        matrix=matrix(shown, engines) if shown else (),
        lines=lines(shown, engines, unredacted=view.unredacted) if shown else (),
        more=shown.more if shown else 0, begin=PAGE, unredacted=view.unredacted,
    )  # fmt: skip


def _state(request: Request, standing: Standing) -> Response:
    """Return how far it is; once it is done the whole page is read anew."""
    headers = {"HX-Refresh": "true"} if standing.state is State.DONE else None
    hearing = _hearing(standing)
    return show(request, "compare/state", headers=headers, one=standing, hearing=hearing)


def _hearing(standing: Standing) -> str | None:
    """Return which engine is hearing."""
    job = standing.job
    return job.stage if job is not None and job.stage in standing.asked.engines else None
