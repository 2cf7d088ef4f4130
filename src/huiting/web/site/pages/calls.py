"""The table of calls: look for them, keep searches, choose columns."""

from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, InputError
from huiting.service.looking import Leaf, Turn
from huiting.service.views import View
from huiting.store.searches import Draft
from huiting.text.redaction.digits import may_identify
from huiting.web.api.shapes.searches import SearchId
from huiting.web.doors import require
from huiting.web.pages import place
from huiting.web.parts import Given, Parts
from huiting.web.places import outside
from huiting.web.problems import worded
from huiting.web.site.calls import columns
from huiting.web.site.calls.asking import Asked, read, read_text
from huiting.web.site.calls.chips import Speaker, chips
from huiting.web.site.calls.offers import OFFERS
from huiting.web.site.calls.table import Table, pager, rows
from huiting.web.site.showing import partial, show
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
Text = Annotated[str, Form(max_length=8_000)]
PAGE = 50
COUNTED = 1_000
"""Calls are counted no further."""
_YEAR = 31_536_000


@router.get("/calls")
def calls(request: Request, principal: Reader, parts: Given) -> Response:
    """Show a page of the calls that are looked for."""
    asked = read(request.query_params.multi_items(), parts.now(), parts.zone)
    table = _table(asked, request, principal, parts)
    screens = request.app.state.screens
    said = {"table": table, "screens": screens, "engines": parts.engines, **OFFERS}
    if not partial(request):
        return show(request, "calls/page", **said)
    return show(request, "calls/body", headers={"HX-Push-Url": _place(asked, request)}, **said)


@router.get("/found/count")
def count(request: Request, principal: Reader, parts: Given) -> Response:
    """Say how many calls there are, or that there are more than anybody counts."""
    asked = read(request.query_params.multi_items(), parts.now(), parts.zone)
    view = View(principal, asked.unredacted)
    found = parts.looking.count(asked.sought(parts.zone), view, COUNTED + 1)
    return show(request, "calls/count", found=found, most=COUNTED)


@router.get("/found/values")
def values(
    request: Request,
    principal: Reader,
    parts: Given,
    name: Annotated[str, Query(min_length=1, max_length=100)],
    begins: Annotated[str, Query(max_length=100)] = "",
    *,
    unredacted: bool = False,
) -> Response:
    """Suggest values of a metadata entry."""
    found = parts.reading.values(name, begins, 50, View(principal, unredacted))
    return show(request, "calls/values", values=[field.text for field in found])


@router.post("/found/columns")
def choose_columns(
    _: Reader, column: Annotated[list[str] | None, Form(max_length=columns.MOST)] = None
) -> Response:
    """Show these columns from now on, in this browser."""
    response = HTMLResponse("", headers={"HX-Refresh": "true"})
    chosen = columns.written([one[:120] for one in column or ()])
    if chosen:
        response.set_cookie(
            columns.COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax"
        )  # fmt: skip
    else:
        response.delete_cookie(columns.COOKIE)
    return response


@router.get("/found/searches/{search}")
def open_search(search: SearchId, request: Request, principal: Reader, parts: Given) -> Response:
    """Lead to what a kept search finds now."""
    kept = parts.searching.find(search, principal)
    asked = read_text(kept.query, parts.now(), parts.zone)
    return lead(request, f"/calls?{asked.other(search=str(search))}")


@router.post("/found/searches")
def keep_search(
    request: Request,
    principal: Reader,
    parts: Given,
    name: Text,
    query: Text = "",
    shared: Text = "",
) -> Response:
    """Keep what is looked for now under a name."""
    asked = read_text(query, parts.now(), parts.zone)
    if shared:
        _check_harmless(name, asked, parts)
    chosen = columns.read(request.cookies.get(columns.COOKIE))
    kept = parts.searching.keep(Draft(name, asked.query, chosen, bool(shared)), principal)
    return lead(request, f"/calls?{asked.other(search=str(kept.key))}")


@router.post("/found/searches/{search}/remove")
def remove_search(search: SearchId, request: Request, principal: Reader, parts: Given) -> Response:
    """Remove a kept search, and offer to bring it back."""
    kept = parts.searching.find(search, principal)
    parts.searching.remove(search, principal)
    return show(request, "calls/search_removed", kept=kept, headers={"HX-Trigger": "found-changed"})


@router.post("/found/searches/{search}/restore")
def restore_search(search: SearchId, request: Request, principal: Reader, parts: Given) -> Response:
    """Bring a removed search back."""
    kept = parts.searching.restore(search, principal)
    return show(request, "calls/search_back", kept=kept, headers={"HX-Trigger": "found-changed"})


def _place(asked: Asked, request: Request) -> str:
    """Return the address to show; `false` where it stands there: one way back is enough."""
    address = outside(request, f"/calls?{asked.here}" if asked.here else "/calls")
    now = urlsplit(request.headers.get("hx-current-url", ""))
    return "false" if address == urlunsplit(("", "", now.path, now.query, "")) else address


def _check_harmless(name: str, asked: Asked, parts: Parts) -> None:
    """Refuse to share a search that names somebody."""
    for entry in asked.filter.metadata:
        field = entry.partition(":")[0]
        if parts.reading.policy.field_kind(field) is not None:
            raise InputError("search", f"{field} is personal data", "keep it for yourself alone")
    if any(may_identify(text) for text in (name, asked.filter.q or "")):
        raise InputError(
            "search", "a long number may be personal data", "keep it for yourself alone"
        )


def _table(asked: Asked, request: Request, principal: Principal, parts: Parts) -> Table:
    """Return what the page shows; where it cannot be looked for, why."""
    view = View(principal, asked.unredacted)
    choices = parts.looking.choices(view)
    kept = parts.searching.list(principal)
    leaf, trouble = _leaf(asked, view, request, parts)
    speaker = Speaker(asked, tongue(request), parts.zone, choices.rules)
    own = next((one.columns for one in kept if one.key == asked.search), ())
    wanted = own or columns.read(request.cookies.get(columns.COOKIE))
    return Table(
        asked, chips(speaker), choices, columns.wanted(wanted, choices.fields),
        columns.there_are(choices.fields), rows(leaf, asked), pager(leaf, asked), kept, trouble,
    )  # fmt: skip


def _leaf(asked: Asked, view: View, request: Request, parts: Parts) -> tuple[Leaf, str | None]:
    try:
        after = place(asked.cursor, (float, int))
        turn = Turn(None if after is None else (after[0], int(after[1])), asked.back)
        sought = asked.sought(parts.zone)
        return parts.looking.leaf(sought, asked.order, PAGE, turn, view), None
    except (InputError, Forbidden) as error:
        return Leaf((), None, None), worded(error, tongue(request))
