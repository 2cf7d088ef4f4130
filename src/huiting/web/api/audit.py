"""The audit log: read, verified, exported."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.service.people.log_export import LogFormat, written
from huiting.store.audit import Action, Entry, Wanted
from huiting.web.api.shapes.people import AuditEntry, AuditState
from huiting.web.doors import address, require
from huiting.web.moments import Moment
from huiting.web.pages import Page, place
from huiting.web.pages import cursor as cursor_of
from huiting.web.problems import documented
from huiting.web.signing import People

router = APIRouter(prefix="/audit", tags=["people"])
Auditor = Annotated[Principal, Depends(require(Permission.AUDIT_READ))]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class AuditFilter(BaseModel):
    """Which entries; all that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = None
    until: Moment | None = Field(None, description="Before.")
    who: Text | None = Field(None, description="`user:12`.")
    action: Text | None = None
    subject: Text | None = Field(None, description="`call:…`, `user:12`.")

    def wanted(self) -> Wanted:
        """Return it as the log takes it."""
        return Wanted(self.since, self.until, self.who, self.action, self.subject)


class AuditQuery(AuditFilter):
    """A page of them."""

    limit: int = Field(100, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="`next` of the page before."
    )


class AuditExport(AuditFilter):
    """What to download."""

    format: LogFormat = LogFormat.CSV


@router.get("", responses=documented(404))
def entries(
    query: Annotated[AuditQuery, Query()], _principal: Auditor, people: People
) -> Page[AuditEntry]:
    """List what was done, the latest first."""
    after = place(query.cursor, (int,))
    before = None if after is None else int(after[0])
    found = people.audit.entries(query.wanted(), before=before, limit=query.limit)
    end = cursor_of((found[-1].number,)) if len(found) == query.limit else None
    return Page(items=[AuditEntry.of(noted) for noted in found], next=end)


@router.get("/verification", responses=documented(404))
def verification(
    _principal: Auditor, people: People, head: Annotated[str | None, Query(max_length=100)] = None
) -> AuditState:
    """Say whether the log is as it was written, and still holds an earlier `head`."""
    return AuditState.of(people.audit.verify(head))


@router.get("/export", response_class=StreamingResponse, responses=documented(404))
def export(
    query: Annotated[AuditExport, Query()], request: Request, principal: Auditor, people: People
) -> StreamingResponse:
    """Download the log, the oldest entry first; that it was downloaded is noted too."""
    by = principal.at(address(request))
    detail = {"format": query.format.value}
    people.audit.note(
        None, Entry(by.id, by.name, Action.AUDIT_EXPORTED, address=by.address, detail=detail)
    )
    lines: Iterator[str] = written(people.audit.read(query.wanted()), query.format)
    name = f'attachment; filename="huiting-audit.{query.format.value}"'
    return StreamingResponse(
        lines, media_type=query.format.media_type, headers={"Content-Disposition": name}
    )
