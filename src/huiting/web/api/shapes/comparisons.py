"""Engines compared on calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.core.types import Role
from huiting.jobs.job import State
from huiting.service.comparing import Row
from huiting.service.comparisons.desk import (
    MOST,
    MOST_ENGINES,
    Differing,
    Shown,
    Standing,
    Unheard,
)
from huiting.service.comparisons.outcome import Apart
from huiting.text.error_rate import ErrorRate, Unit
from huiting.web.api.shapes.jobs import TroubleOf

ComparisonId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
CallId = Annotated[str, Field(pattern="^[0-9a-f]{4,64}$")]
EngineName = Annotated[str, Field(min_length=1, max_length=100)]


class NewComparison(BaseModel):
    """Engines to be compared on calls."""

    model_config = ConfigDict(extra="forbid")

    calls: list[CallId] = Field(
        min_length=1, max_length=MOST, description="Ids; those whose audio is gone are left out."
    )
    engines: list[EngineName] = Field(min_length=1, max_length=MOST_ENGINES)


class ComparisonOf(BaseModel):
    """How far a comparison is."""

    id: str
    engines: list[str]
    calls: int = Field(description="Whose recordings are heard.")
    left_out: int = Field(description="Asked for, and not seen or without a recording.")
    at: datetime
    ended_at: datetime | None
    state: State
    engine: str | None = Field(description="That is hearing now.")
    done: float = Field(description="Share of all, 0 to 1.")
    trouble: TroubleOf | None
    job: int | None
    mine: bool = Field(description="You may remove it.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Return it as it is told."""
        asked, job = standing.asked, standing.job
        trouble = None if job is None else job.trouble
        over = standing.state is State.DONE
        return cls(
            id=asked.id,
            engines=list(asked.engines),
            calls=len(asked.calls),
            left_out=asked.left_out,
            at=asked.at,
            ended_at=asked.ended_at,
            state=standing.state,
            engine=None if job is None or job.stage not in asked.engines else job.stage,
            done=1.0 if over else 0.0 if job is None else job.done,
            trouble=None
            if trouble is None
            else TroubleOf(code=trouble.code, reason=trouble.reason, remedy=trouble.remedy),
            job=None if job is None else job.id,
            mine=standing.mine,
        )


class ErrorRateOf(BaseModel):
    """Edits that lead from one text to another."""

    edits: int
    units: int = Field(description="Of the text that is compared with.")
    rate: float

    @classmethod
    def of(cls, rate: ErrorRate) -> Self:
        """Return it as it is told."""
        return cls(edits=rate.edits, units=rate.units, rate=rate.rate)


class EngineFiguresOf(BaseModel):
    """What was measured of an engine."""

    engine: str
    errors: dict[Unit, ErrorRateOf] = Field(
        description="Against what people corrected: CER of characters, WER of words, MER of both."
    )
    lines: int = Field(description="Corrected lines that were compared.")
    audio: float = Field(description="Seconds of recordings heard.")
    speech: float = Field(description="Seconds of speech in them, channels added up.")
    seconds: float = Field(
        description="That recognition took, other work at the same time included, loading not."
    )
    speed: float | None = Field(description="Seconds of recordings heard in a second.")
    memory: int | None = Field(description="Bytes; null where nobody knows.")
    card_memory: int | None = Field(
        description="Bytes on CUDA devices; null where none is used, or nobody knows."
    )
    heard_again: float = Field(description="Seconds of speech that a second engine heard too.")
    heard_by_fallback: float = Field(description="Seconds of speech that a fallback heard.")

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return it as it is told."""
        return cls(
            engine=row.engine,
            errors={unit: ErrorRateOf.of(rate) for unit, rate in row.rates.items()},
            lines=row.lines,
            audio=row.audio,
            speech=row.speech,
            seconds=row.seconds,
            speed=row.speed,
            memory=row.bytes,
            card_memory=row.cards,
            heard_again=row.again,
            heard_by_fallback=row.elsewhere,
        )


class ApartOf(BaseModel):
    """How much two engines differ."""

    first: str
    second: str
    difference: ErrorRateOf = Field(description="From what the first heard.")

    @classmethod
    def of(cls, apart: Apart) -> Self:
        """Return it as it is told."""
        return cls(
            first=apart.first, second=apart.second, difference=ErrorRateOf.of(apart.rate)
        )  # fmt: skip


class DifferingOf(BaseModel):
    """A line that engines heard differently."""

    call: str
    name: str
    start: float = Field(description="Seconds.")
    end: float
    channel: int | None
    role: Role
    said: str | None = Field(description="What was really said; null where nobody corrected it.")
    heard: dict[str, str] = Field(description="By engine; empty where `hidden`.")
    edits: int
    hidden: bool = Field(description="Personal data was said in it, which you may not see.")

    @classmethod
    def of(cls, line: Differing) -> Self:
        """Return it as it is told."""
        return cls(
            call=line.call,
            name=line.name,
            start=line.span.start,
            end=line.span.end,
            channel=line.channel,
            role=line.role,
            said=line.said,
            heard=dict(line.heard),
            edits=line.edits,
            hidden=line.hidden,
        )


class UnheardOf(BaseModel):
    """A call that an engine could not hear."""

    engine: str
    call: str
    name: str
    reason: str

    @classmethod
    def of(cls, one: Unheard) -> Self:
        """Return it as it is told."""
        return cls(engine=one.engine, call=one.call, name=one.name, reason=one.reason)


class ComparedOf(ComparisonOf):
    """A comparison, and what came of it once it is done."""

    referenced: bool | None = Field(description="Whether there was any correction.")
    common: int | None = Field(description="Calls that figures are of: all engines heard them.")
    figures: list[EngineFiguresOf]
    apart: list[ApartOf]
    lines: list[DifferingOf] = Field(description="Those that differ most first.")
    unheard: list[UnheardOf]

    @classmethod
    def told(cls, standing: Standing, shown: Shown | None) -> Self:
        """Return it as it is told."""
        head = ComparisonOf.of(standing).model_dump()
        figures = None if shown is None else shown.outcome.figures
        lines: Sequence[Differing] = () if shown is None else shown.lines
        unheard: Sequence[Unheard] = () if shown is None else shown.unheard
        return cls(
            **head,
            referenced=None if figures is None else figures.referenced,
            common=None if figures is None else figures.common,
            figures=[] if figures is None else [EngineFiguresOf.of(row) for row in figures.rows],
            apart=[] if figures is None else [ApartOf.of(one) for one in figures.apart],
            lines=[DifferingOf.of(line) for line in lines],
            unheard=[UnheardOf.of(one) for one in unheard],
        )
