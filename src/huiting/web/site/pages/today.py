"""Today: how calls went, what changed, and which need a person now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.insights.fields import Filter
from huiting.web.doors import require
from huiting.web.parts import Given
from huiting.web.places import outside
from huiting.web.site.showing import show
from huiting.web.site.spans import Day
from huiting.web.site.today.board import Board
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(require(Permission.REPORTS_READ))]
FIELDS = ("team", "agent", "site")


class Wanted(BaseModel):
    """Which days, and which of their calls; an input that was left empty says nothing."""

    model_config = ConfigDict(extra="ignore")

    since: Day = None
    until: Day = None
    team: Annotated[str, Field(max_length=200)] = ""
    agent: Annotated[str, Field(max_length=200)] = ""
    site: Annotated[str, Field(max_length=200)] = ""

    def chosen(self) -> list[tuple[str, str]]:
        """Return what is filtered by, as the address says it."""
        given = {"team": self.team, "agent": self.agent, "site": self.site}
        return [(name, value.strip()) for name, value in given.items() if value.strip()]


@router.get("/today")
def today(
    wanted: Annotated[Wanted, Query()], request: Request, principal: Reader, parts: Given
) -> Response:
    """Show some days at a glance."""
    chosen = wanted.chosen()
    only = Filter({name: (value,) for name, value in chosen})
    found = parts.dashboard.today((wanted.since, wanted.until), only, principal)
    board = Board(found, tongue(request), chosen, outside(request, "/"))
    return show(request, "today/page", board=board, today=found, wanted=wanted, fields=FIELDS)
