"""Today at a glance."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.insights.fields import Filter, parse
from huiting.web.api.shapes.dashboard import TodayOf
from huiting.web.doors import require
from huiting.web.parts import Given

router = APIRouter(prefix="/dashboard", tags=["reports"])
Reader = Annotated[Principal, Depends(require(Permission.REPORTS_READ))]
Day = Annotated[date, Field(ge=date(1970, 1, 2), le=date(2105, 12, 31))]
Values = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=50)]


class DashboardQuery(BaseModel):
    """Which days, and which of their calls."""

    model_config = ConfigDict(extra="forbid")

    since: Day | None = Field(None, description="First day; by default the last one alone.")
    until: Day | None = Field(None, description="Last day; by default today.")
    team: Values = Field([], description="One of these entries of the metadata.")
    agent: Values = Field([], description="One of these.")
    site: Values = Field([], description="One of these.")
    where: Annotated[str, Field(max_length=500)] = Field(
        "all", description="More, such as `language=zh topic=售后`."
    )

    def wanted(self) -> Filter:
        """Return the calls that are meant.

        Raises:
            InputError: `where` is no filter.
        """
        given = {"team": self.team, "agent": self.agent, "site": self.site}
        more = parse(self.where)
        fields = {**more.fields, **{name: values for name, values in given.items() if values}}
        return Filter(fields, more.since, more.until)


@router.get("")
def today(query: Annotated[DashboardQuery, Query()], principal: Reader, parts: Given) -> TodayOf:
    """Read how calls went, what changed against four weeks before, and which need a person."""
    span = (query.since, query.until)
    return TodayOf.of(parts.dashboard.today(span, query.wanted(), principal))
