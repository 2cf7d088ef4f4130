# ruff: noqa: FAST003  (the dependency `seen` takes what the path names)
"""Calls: listed, found, and read whole or in parts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.judgement import Finding, Score
from huiting.core.meaning import Entity, Meaning
from huiting.core.metrics import Metrics
from huiting.core.types import Event, Segment
from huiting.service.reading import Seen
from huiting.service.views import View
from huiting.store.browse import Order
from huiting.web.api.shapes.calls import (
    CallEntry,
    CallId,
    CallQuery,
    HitOf,
    Overview,
    SearchQuery,
    Unredacted,
    VersionOf,
    WholeCall,
)
from huiting.web.conditions import tag, unchanged
from huiting.web.doors import require
from huiting.web.pages import Cursor, Limit, Page, cursor, place, stretch
from huiting.web.parts import Given
from huiting.web.problems import documented

router = APIRouter(tags=["calls"])
Reader = Annotated[Principal, Depends(require(Permission.CALLS_READ))]
_ONE = documented(404)
Analyzed = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Of the analysis; the newest by default.")
]


@router.get("/calls", response_model=Page[CallEntry])
def calls(query: Annotated[CallQuery, Query()], principal: Reader, parts: Given) -> Response:
    """List calls. What is added meanwhile neither repeats nor hides an entry."""
    wanted = query.wanted()
    after = place(query.cursor, (float, int))
    found = parts.reading.page(
        query.sought(parts.zone),
        Order(query.sort, query.order == "desc"),
        query.limit,
        None if after is None else (after[0], int(after[1])),
        View(principal, query.unredacted),
    )
    items = [CallEntry.of(entry).model_dump(mode="json", include=wanted) for entry in found.entries]
    return JSONResponse({"items": items, "next": found.end and cursor(found.end)})


@router.get("/search")
def search(query: Annotated[SearchQuery, Query()], principal: Reader, parts: Given) -> Page[HitOf]:
    """Find what was said: exact hits first, then what sounds alike, each by relevance."""
    began = place(query.cursor, (int, int))
    offset, newest = map(int, began or (0, parts.reading.browser.newest()))
    found = parts.reading.hits(
        query.sought(parts.zone),
        query.said_by,
        View(principal, query.unredacted),
        limit=query.limit,
        offset=max(0, min(offset, 1_000_000)),
        newest=newest,
    )
    end = None if found.end is None else cursor((found.end, newest))
    return Page(items=[HitOf.of(hit) for hit in found.entries], next=end)


@router.get("/calls/{call}", response_model=WholeCall, responses=_ONE)
def whole(
    call: CallId,
    principal: Reader,
    parts: Given,
    request: Request,
    version: Analyzed = None,
    *,
    unredacted: Unredacted = False,
) -> Response:
    """Read all that is known of a call; `docs/reference/analysis.schema.json` explains it."""
    view = View(principal, unredacted)
    seen = parts.reading.call(call, view, version)
    entry = CallEntry.of(parts.reading.one(seen.call.id, view))
    body = WholeCall(call=entry, analysis=seen.analysis, judgement=seen.judgement)
    text = body.model_dump_json().encode()
    etag = tag(text)
    return unchanged(request, etag) or Response(
        text,
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
        media_type="application/json",
    )


@router.get("/calls/{call}/summary", responses=_ONE)
def overview(
    call: CallId, principal: Reader, parts: Given, *, unredacted: Unredacted = False
) -> Overview:
    """Read a call at a glance: why, what came of it, what should happen next."""
    view = View(principal, unredacted)
    meaning = parts.reading.call(call, view).analysis.meaning
    return Overview(
        call=CallEntry.of(parts.reading.one(call, view)),
        needs=list(meaning.needs),
        outcome=meaning.outcome,
        churn=meaning.churn,
        urgency=meaning.urgency,
        summary=meaning.summary,
        advice=list(meaning.advice),
    )


def seen(
    call: CallId,
    principal: Reader,
    parts: Given,
    version: Analyzed = None,
    *,
    unredacted: Unredacted = False,
) -> Seen:
    """Return the call that a path names, as its reader may see it; a dependency."""
    return parts.reading.call(call, View(principal, unredacted), version)


Shown = Annotated[Seen, Depends(seen)]


@router.get("/calls/{call}/segments", responses=_ONE)
def segments(
    _reader: Reader, shown: Shown, limit: Limit = 100, after: Cursor = None
) -> Page[Segment]:
    """Read what is said, in order."""
    return stretch(shown.analysis.call.segments, limit, after)


@router.get("/calls/{call}/events", responses=_ONE)
def events(_reader: Reader, shown: Shown, limit: Limit = 100, after: Cursor = None) -> Page[Event]:
    """Read what happens besides words: silence, music, interruptions."""
    return stretch(shown.analysis.call.events, limit, after)


@router.get("/calls/{call}/entities", responses=_ONE)
def entities(
    _reader: Reader, shown: Shown, limit: Limit = 100, after: Cursor = None
) -> Page[Entity]:
    """Read the sums, numbers, names that are said."""
    return stretch(shown.analysis.meaning.entities, limit, after)


@router.get("/calls/{call}/findings", responses=_ONE)
def findings(
    _reader: Reader, shown: Shown, limit: Limit = 100, after: Cursor = None
) -> Page[Finding]:
    """Read the verdicts of the rules, with their evidence; none when nothing has judged the call."""
    return stretch(shown.judgement.findings if shown.judgement else (), limit, after)


@router.get("/calls/{call}/scores", responses=_ONE)
def scores(_reader: Reader, shown: Shown) -> list[Score]:
    """Read the scorecards, item by item."""
    return list(shown.judgement.scores if shown.judgement else ())


@router.get("/calls/{call}/metrics", responses=_ONE)
def metrics(_reader: Reader, shown: Shown) -> Metrics:
    """Read the numbers: talk, silence, rate, answers."""
    return shown.analysis.metrics


@router.get("/calls/{call}/meaning", responses=_ONE)
def meaning(_reader: Reader, shown: Shown) -> Meaning:
    """Read what the call is about: intents, needs, outcome, entities."""
    return shown.analysis.meaning


@router.get("/calls/{call}/versions", responses=_ONE)
def versions(call: CallId, principal: Reader, parts: Given) -> list[VersionOf]:
    """List the analyses that the call has had, the oldest first."""
    return [VersionOf.of(version) for version in parts.reading.versions(call, principal)]
