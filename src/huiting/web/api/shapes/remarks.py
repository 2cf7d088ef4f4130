"""Remarks about calls, and corrected text."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from huiting.service import correcting, remarks
from huiting.service.correcting import EngineRate
from huiting.store.remarks import Correction, Remark
from huiting.text.error_rate import Unit
from huiting.text.misheard import Misheard


class NewRemark(BaseModel):
    """Something to say about a call."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=remarks.LONGEST)]
    moment: Annotated[float, Field(ge=0, le=1e6)] | None = Field(
        None, description="Second of the call; left out: all of it."
    )


class RemarkOf(BaseModel):
    """What somebody says about a call."""

    id: int
    call: str
    text: str
    moment: float | None
    by: str
    name: str = Field(description="What the author was called then.")
    at: datetime

    @classmethod
    def of(cls, remark: Remark) -> Self:
        """Return it as it is told."""
        return cls(
            id=remark.key, call=remark.call, text=remark.text, moment=remark.moment,
            by=remark.by.id, name=remark.by.name, at=remark.at,
        )  # fmt: skip


class Remarked(BaseModel):
    """What was really said in a segment."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=correcting.LONGEST)] | None = Field(
        description="As the machine wrote it: it was right. Empty: nobody spoke. "
        "Null: take earlier corrections back."
    )
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="Of the analysis that was looked at; refused when it is another by now."
    )


class CorrectionOf(BaseModel):
    """What was really said in a segment, and what the machine wrote."""

    id: int
    call: str
    version: int = Field(description="Of the analysis.")
    segment: int = Field(description="Place in the segments of that version, from 0.")
    start: float
    end: float
    engine: str
    heard: str = Field(description="What the machine wrote.")
    text: str | None
    by: str
    name: str
    at: datetime

    @classmethod
    def of(cls, made: Correction) -> Self:
        """Return it as it is told."""
        heard = made.heard
        return cls(
            id=made.key, call=made.call, version=heard.version, segment=heard.segment,
            start=heard.span.start, end=heard.span.end, engine=heard.engine, heard=heard.text,
            text=made.text, by=made.by.id, name=made.by.name, at=made.at,
        )  # fmt: skip


class EngineRateOf(BaseModel):
    """How much of the corrected lines an engine had wrong; of all lines it is less."""

    engine: str
    unit: Unit
    rate: float | None = Field(description="Edits per unit; null without a unit.")
    edits: int
    units: int
    lines: int
    right: int = Field(description="Lines without an error.")

    @classmethod
    def of(cls, found: EngineRate) -> Self:
        """Return it as it is told."""
        edits, units = found.rate.edits, found.rate.units
        return cls(
            engine=found.engine, unit=found.unit, rate=found.rate.rate if units else None,
            edits=edits, units=units, lines=found.lines, right=found.right,
        )  # fmt: skip


class MisheardOf(BaseModel):
    """A word that was corrected more than once."""

    word: str
    lines: int
    heard: list[str] = Field(description="What the machine wrote instead.")

    @classmethod
    def of(cls, found: Misheard) -> Self:
        """Return it as it is told."""
        return cls(word=found.word, lines=found.lines, heard=list(found.heard))
