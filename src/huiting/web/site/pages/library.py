"""Rules, scorecards, hotwords, intents, entities, links: written, checked, tried, put in force."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.judgement import Verdict
from huiting.quality.rules.manual import pages
from huiting.service import rejudging
from huiting.service.library.kinds import LONGEST, Kind, mistakes
from huiting.service.views import View
from huiting.store import Which
from huiting.store.library import Version
from huiting.web.doors import address, require
from huiting.web.parts import Given, Parts
from huiting.web.site.library.asking import form_of
from huiting.web.site.library.beginnings import BEGINNINGS
from huiting.web.site.library.differences import compared
from huiting.web.site.showing import show
from huiting.web.site.spans import Day, begin, end
from huiting.web.site.troubles import lead
from huiting.web.tongue import tongue

router = APIRouter(prefix="/library", include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.RULES_READ))]
Writer = Annotated[Principal, Depends(require(Permission.RULES_WRITE))]
Name = Annotated[str, Path(max_length=64)]
Trier = Annotated[Principal, Depends(require(Permission.RULES_WRITE, Permission.CALLS_READ))]
Body = Annotated[str, Form(max_length=LONGEST)]
Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
Seen = Annotated[int | None, Form(ge=0, le=2**31 - 1)]
VERSIONS = 50
"""How many of the latest versions are listed."""


@router.get("")
def front(request: Request, principal: Reader, parts: Given) -> Response:
    """Show the rules: what people look for first."""
    return documents(Kind.RULES, request, principal, parts)


@router.get("/{kind}")
def documents(kind: Kind, request: Request, _: Reader, parts: Given) -> Response:
    """List the documents of a kind."""
    found = parts.shelf.entries(kind)
    return show(request, "library/list", kind=kind, kinds=list(Kind), entries=found)


@router.get("/{kind}/new")
def new(kind: Kind, request: Request, principal: Writer, parts: Given) -> Response:
    """Begin a document, with what one of its kind looks like."""
    return _editor(request, kind, None, BEGINNINGS[kind], principal, parts)


@router.post("/{kind}/check")
def check(kind: Kind, request: Request, _: Reader, body: Body = "") -> Response:
    """Say everything that is wrong with a document, as it is being written."""
    return show(request, "library/mistakes", mistakes=mistakes(kind, "draft", body))


@router.post("/{kind}/save")
def create(
    kind: Kind,
    request: Request,
    principal: Writer,
    parts: Given,
    name: Annotated[str, Form(max_length=64)],
    body: Body,
    note: Annotated[str, Form(max_length=500)] = "",
    seen: Seen = None,
) -> Response:
    """Keep a new version; show it where it is from now on."""
    by, text = principal.at(address(request)), body.replace("\r\n", "\n")
    made = parts.shelf.write(kind, name.strip(), text, by, note=note, seen=seen)
    return lead(request, f"/library/{kind}/{made.name}?saved={made.version}")


@router.post("/rules/try")
def try_out(
    request: Request,
    principal: Trier,
    parts: Given,
    body: Body,
    most: Annotated[int, Form(ge=1, le=500)] = 200,
    since: Annotated[Day, Form()] = None,
    until: Annotated[Day, Form()] = None,
) -> Response:
    """Say what rules would say of the latest calls, and which verdicts would change."""
    zone = parts.zone
    which = Which(begin(since, zone), end(until, zone), allowed=principal.only)
    found = parts.trials.trial("draft", body.replace("\r\n", "\n"), which, most)
    return show(request, "library/trial", trial=found, verdicts=list(Verdict))


@router.post("/rules/rejudge")
def rejudge(
    request: Request,
    principal: Writer,
    parts: Given,
    since: Annotated[Day, Form()] = None,
    until: Annotated[Day, Form()] = None,
) -> Response:
    """Have history judged by the rules that are in force."""
    order = rejudging.order_of(
        parts.rules(), since=begin(since, parts.zone), until=end(until, parts.zone),
        owner=principal.id,
    )  # fmt: skip
    with parts.store.database.writing() as connection:
        job, _ = parts.queue.put(connection, order)
    return show(request, "library/rejudging", job=job)


@router.get("/{kind}/{name}")
def one(
    kind: Kind,
    name: Name,
    request: Request,
    principal: Reader,
    parts: Given,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    saved: int | None = None,
) -> Response:
    """Show a document, to be read or written on."""
    shown = parts.shelf.library.read(kind, name, version)
    return _editor(request, kind, shown, shown.body, principal, parts, saved)


@router.get("/{kind}/{name}/changes")
def changes(
    kind: Kind,
    name: Name,
    request: Request,
    _: Reader,
    parts: Given,
    after: Annotated[int, Query(ge=1, le=2**31 - 1)],
    before: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """Show what changed between two versions."""
    library = parts.shelf.library
    old = library.read(kind, name, before).body if before else ""
    new = library.read(kind, name, after)
    return show(
        request, "library/changes", lines=compared(old, new.body), before=before, after=after
    )


@router.post("/{kind}/{name}/publish")
def publish(
    kind: Kind, name: Name, request: Request, principal: Writer, parts: Given, version: Number
) -> Response:
    """Put a version in force, an older one to roll back."""
    parts.shelf.publish(kind, name, version, principal.at(address(request)))
    return _versions(request, kind, name, parts)


@router.post("/{kind}/{name}/withdraw")
def withdraw(kind: Kind, name: Name, request: Request, principal: Writer, parts: Given) -> Response:
    """Put a document out of force; its versions stay."""
    parts.shelf.withdraw(kind, name, principal.at(address(request)))
    return _versions(request, kind, name, parts)


def _versions(request: Request, kind: Kind, name: str, parts: Parts) -> Response:
    library = parts.shelf.library
    return show(
        request, "library/versions", kind=kind, entry=library.entry(kind, name),
        versions=library.versions(kind, name, VERSIONS), names=_names(parts), changed=True,
    )  # fmt: skip


def _editor(
    request: Request,
    kind: Kind,
    shown: Version | None,
    body: str,
    principal: Principal,
    parts: Parts,
    saved: int | None = None,
) -> Response:
    library = parts.shelf.library
    entry = None if shown is None else library.entry(kind, shown.name)
    choices = parts.looking.choices(View(principal))
    return show(
        request, "library/document", kind=kind, shown=shown, body=body, saved=saved,
        newest=entry.version if entry else 0, changed=False,
        form=form_of(kind, tongue(request), choices, library),
        manual=pages() if kind is Kind.RULES else (), entry=entry,
        versions=library.versions(kind, entry.name, VERSIONS) if entry else [],
        names=_names(parts) if entry else {},
    )  # fmt: skip


def _names(parts: Parts) -> dict[str, str]:
    """Return who is who, by what versions say they were written by."""
    people = parts.access.accounts.all() if parts.access else ()
    return {f"user:{user.id}": user.profile.shown for user in people}
