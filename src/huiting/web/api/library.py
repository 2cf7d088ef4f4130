"""Rules, scorecards, hotwords, intents, entities and links to documents, in versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.service import rejudging
from huiting.service.library.kinds import Kind, mistakes
from huiting.store import Which
from huiting.web.api.shapes.jobs import JobOf
from huiting.web.api.shapes.library import (
    Checked,
    DocumentEntry,
    DocumentName,
    DocumentOf,
    Draft,
    MistakeOf,
    Publish,
    RejudgeOrder,
    TrialOf,
    TrialOrder,
)
from huiting.web.conditions import check, tag, unchanged
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, stretch
from huiting.web.parts import Given, Parts
from huiting.web.problems import documented

router = APIRouter(tags=["library"])
Reader = Annotated[Principal, Depends(require(Permission.RULES_READ))]
Writer = Annotated[Principal, Depends(require(Permission.RULES_WRITE))]
Trier = Annotated[Principal, Depends(require(Permission.RULES_WRITE, Permission.CALLS_READ))]
Numbered = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest by default.")]
_ONE = documented(404)


@router.get("/library")
def documents(
    _principal: Reader,
    parts: Given,
    kind: Kind | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[DocumentEntry]:
    """List documents, by kind and name."""
    found = [DocumentEntry.of(entry) for entry in parts.shelf.entries(kind)]
    return stretch(found, limit, cursor)


@router.post("/library/{kind}/check")
def look(kind: Kind, draft: Draft, _principal: Reader) -> Checked:
    """Say everything that is wrong with a document, without keeping it."""
    return Checked(mistakes=[MistakeOf.of(found) for found in mistakes(kind, "draft", draft.body)])


@router.get("/library/{kind}/{name}", response_model=DocumentOf, responses=_ONE)
def document(
    kind: Kind,
    name: DocumentName,
    request: Request,
    _principal: Reader,
    parts: Given,
    version: Numbered = None,
) -> Response:
    """Read a version of a document. Its entity tag goes into `If-Match` of a change."""
    found = parts.shelf.library.read(kind, name, version)
    etag = _tag(found.kind, found.name, found.version)
    held = unchanged(request, etag)
    if held is not None:
        return held
    body = DocumentOf.of(found).model_dump_json()
    return Response(body, headers={"ETag": etag}, media_type="application/json")


@router.put("/library/{kind}/{name}", responses=documented(409, 412))
def write(
    kind: Kind, name: DocumentName, draft: Draft, request: Request, principal: Writer, parts: Given
) -> DocumentOf:
    """Write a new version; it is not in force yet. With `If-Match`, only over what was read."""
    newest = _newest(kind, name, parts)
    check(request, _tag(kind, name, newest))
    seen = newest if "if-match" in request.headers else None
    by = principal.at(address(request))
    return DocumentOf.of(parts.shelf.write(kind, name, draft.body, by, note=draft.note, seen=seen))


@router.get("/library/{kind}/{name}/versions", responses=_ONE)
def versions(
    kind: Kind,
    name: DocumentName,
    _principal: Reader,
    parts: Given,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[DocumentOf]:
    """List the versions of a document, the newest first."""
    parts.shelf.library.entry(kind, name)
    found = [DocumentOf.of(version) for version in parts.shelf.library.versions(kind, name)]
    return stretch(found, limit, cursor)


@router.post("/library/{kind}/{name}/publish", responses=_ONE)
def publish(
    kind: Kind,
    name: DocumentName,
    wanted: Publish,
    request: Request,
    principal: Writer,
    parts: Given,
) -> DocumentEntry:
    """Put a version in force, an older one to roll back. It holds from the next call on."""
    parts.shelf.publish(kind, name, wanted.version, principal.at(address(request)))
    return DocumentEntry.of(parts.shelf.library.entry(kind, name))


@router.post("/library/{kind}/{name}/withdraw", responses=_ONE)
def withdraw(
    kind: Kind, name: DocumentName, request: Request, principal: Writer, parts: Given
) -> DocumentEntry:
    """Put a document out of force; its versions stay."""
    parts.shelf.withdraw(kind, name, principal.at(address(request)))
    return DocumentEntry.of(parts.shelf.library.entry(kind, name))


@router.post("/trials")
def trial(wanted: TrialOrder, principal: Trier, parts: Given) -> TrialOf:
    """Try rules on calls that are there: what they say, and what would change."""
    which = Which(wanted.since, wanted.until, allowed=principal.only)
    return TrialOf.of(parts.trials.trial("draft", wanted.body, which, wanted.most))


@router.post("/rejudge", status_code=202)
def rejudge(wanted: RejudgeOrder, principal: Writer, parts: Given) -> JobOf:
    """Have calls judged again by the rules that are in force, without their audio."""
    digest = parts.rules()
    order = rejudging.order_of(
        digest,
        since=wanted.since,
        until=wanted.until,
        language=wanted.language,
        owner=principal.id,
    )
    with parts.store.database.writing() as connection:
        job, _ = parts.queue.put(connection, order)
    return JobOf.of(job)


def _newest(kind: Kind, name: str, parts: Parts) -> int:
    try:
        return parts.shelf.library.entry(kind, name).version
    except Unknown:
        return 0


def _tag(kind: str, name: str, version: int) -> str:
    return tag("document", str(kind), name, version)
