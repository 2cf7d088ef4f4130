"""Who saw, played, exported, changed what: the audit log to read, to search and to verify."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.store.audit import Action, Wanted
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.signing import People
from huiting.web.site.showing import show
from huiting.web.site.spans import Day, begin, end

router = APIRouter(prefix="/audit", include_in_schema=False)
Auditor = Annotated[Principal, Depends(require(Permission.AUDIT_READ))]
Text = Annotated[str, Field(max_length=200)]
PAGE = 50


class Sought(BaseModel):
    """What the form above the log says."""

    model_config = ConfigDict(extra="ignore")

    since: Day = None
    until: Day = None
    who: Text = ""
    action: Text = ""
    subject: Text = ""
    before: Annotated[int, Field(ge=1, le=2**62)] | None = None


@router.get("")
def log(
    query: Annotated[Sought, Query()], request: Request, _: Auditor, people: People, parts: Given
) -> Response:
    """List what was done, the latest first."""
    wanted = Wanted(
        begin(query.since, parts.zone), end(query.until, parts.zone), query.who or None,
        query.action or None, query.subject or None,
    )  # fmt: skip
    found = people.audit.entries(wanted, before=query.before, limit=PAGE + 1)
    return show(
        request, "audit/log", sought=query, entries=found[:PAGE], more=len(found) > PAGE,
        actions=list(Action), subject=_place,
    )  # fmt: skip


@router.post("/verify")
def verify(request: Request, _: Auditor, people: People) -> Response:
    """Look through the whole log: is it as it was written?"""
    return show(request, "audit/verified", found=people.audit.verify())


def _place(subject: str) -> str | None:
    """Return our path of what an entry is about; None where it has none."""
    kind, _, name = subject.partition(":")
    if kind == "call" and name.isalnum():
        return f"/calls/{name}"
    return f"/users/{name}" if kind == "user" and name.isdecimal() else None
