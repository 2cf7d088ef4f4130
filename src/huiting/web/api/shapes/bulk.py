"""Work on all calls that a search finds."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Literal, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.jobs.job import State
from huiting.service.bulk.desk import Counted, Standing
from huiting.service.bulk.wish import Act, Why, Wish
from huiting.service.recordings import Options
from huiting.web.api.shapes.calls import CallFilter
from huiting.web.api.shapes.jobs import TroubleOf
from huiting.web.api.shapes.recordings import Engine, Line

BulkId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
ACTS: Mapping[str, Act] = {act.value: act for act in (Act.REMOVE, Act.JUDGE, Act.HEAR, Act.ASSIGN)}


class BulkFilter(BaseModel):
    """Which calls."""

    model_config = ConfigDict(extra="forbid")

    filter: CallFilter = Field(default_factory=lambda: CallFilter.model_validate({}))
    unredacted: bool = Field(
        default=False, description="Find them by personal data, too, where permitted."
    )


class NewBulk(BulkFilter):
    """What is to be done of all calls that are found."""

    act: Literal["remove", "judge", "hear", "assign"] = Field(
        description="`remove`: into the bin; `judge`: again, by the rules in force; `hear`: "
        "recognize again; `assign`: to be reviewed."
    )
    newest: Annotated[int, Field(ge=0, le=2**53)] | None = Field(
        None, description="As counting told: calls that came since are left alone."
    )
    reason: Annotated[str, Field(max_length=500)] = Field("", description="To `remove` them.")
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = Field(
        None, description="To `hear` them."
    )
    hotwords: list[Line] = Field([], max_length=1_000, description="To `hear` them.")
    engine: Engine | None = Field(None, description="To `hear` them; left out: the usual one.")
    name: Annotated[str, Field(max_length=200)] = Field(
        "", description="Of the batch in which they are heard."
    )

    def wish(self, zone: tzinfo | None) -> Wish:
        """Return what is wanted.

        Args:
            zone: of times that state none.
        """
        return Wish(
            ACTS[self.act],
            self.filter.sought(zone),
            self.unredacted,
            self.reason,
            Options(self.language, tuple(self.hotwords), self.engine),
            self.name,
        )


class BulkCount(BaseModel):
    """How many calls are found."""

    count: int
    more: bool = Field(description="There are more, and they were not counted.")
    newest: int = Field(description="Give it with the order: calls that come later are left alone.")

    @classmethod
    def of(cls, counted: Counted) -> Self:
        """Return a count as it is told."""
        return cls(count=counted.count, more=counted.more, newest=counted.newest)


class BulkOf(BaseModel):
    """Work on many calls, and how far it is."""

    id: str
    act: Act
    state: State
    job: int | None = Field(description="To be listened to; null when it is forgotten.")
    batch: str | None = Field(description="In which calls are heard again.")
    total: int | None = Field(description="Calls that were found; null where that is not told.")
    done: int = Field(description="Calls of which it was done.")
    left: dict[str, int] = Field(
        description=f"Calls of which it was not done, by why: {', '.join(Why)}."
    )
    trouble: TroubleOf | None = Field(description="Of the last attempt that failed.")
    in_bin: int = Field(description="Calls that it put into the bin and can bring back.")
    at: datetime
    ended_at: datetime | None = Field(description="When all was gone through, or it ended.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return work as it is told."""
        work, job = standing.work, standing.job
        told = None
        if job is not None and job.trouble is not None:
            trouble = job.trouble
            told = TroubleOf(code=trouble.code, reason=trouble.reason, remedy=trouble.remedy)
        return cls(
            id=work.asked.id,
            act=Act(work.asked.act),
            state=standing.state,
            job=standing.number,
            batch=standing.batch,
            total=work.asked.total,
            done=work.tally.done,
            left=dict(work.tally.left),
            trouble=told,
            in_bin=standing.in_bin,
            at=work.asked.at,
            ended_at=work.ended_at if job is None else job.ended_at,
        )
