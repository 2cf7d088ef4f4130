"""Documents of the team, trials of rules, and decisions about verdicts."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.core.judgement import Verdict
from huiting.insights.rates import Rate, Weighted
from huiting.service.library.kinds import Mistake
from huiting.service.library.trial import Trial, Tried
from huiting.service.reviewing import Measured
from huiting.store.library import Entry, Version
from huiting.store.reviews import Decision, Review
from huiting.web.moments import Moment

NAME = r"^[\w][\w .()-]{0,63}$"
DocumentName = Annotated[str, Path(pattern=NAME, description="Name of the document.")]
Body = Annotated[str, Field(max_length=1 << 20, description="The document: YAML, or hotwords.")]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
RuleId = Annotated[str, Field(min_length=1, max_length=100)]


class Closed(BaseModel):
    """Something that takes what it names, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Draft(Closed):
    """A new version of a document."""

    body: Body
    note: Annotated[str, Field(max_length=500, description="Why.")] = ""


class Publish(Closed):
    """What is to be in force."""

    version: Number


class TrialOrder(Closed):
    """Rules to be tried on calls that are there."""

    body: Body
    since: Moment | None = None
    until: Moment | None = None
    most: Annotated[int, Field(ge=1, le=500, description="Calls, the latest first.")] = 200


class RejudgeOrder(Closed):
    """Which calls the rules that are in force are to judge again."""

    since: Moment | None = None
    until: Moment | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None


class DocumentEntry(BaseModel):
    """A document without its text."""

    kind: str
    name: str
    version: int = Field(description="The newest.")
    published: int | None = Field(description="The version that is in force.")
    by: str
    at: datetime
    note: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return it as it is told."""
        return cls(
            kind=entry.kind,
            name=entry.name,
            version=entry.version,
            published=entry.published,
            by=entry.by,
            at=entry.at,
            note=entry.note,
        )


class DocumentOf(BaseModel):
    """One version of a document."""

    kind: str
    name: str
    version: int
    body: str
    by: str
    at: datetime
    note: str

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return it as it is told."""
        return cls(
            kind=version.kind,
            name=version.name,
            version=version.version,
            body=version.body,
            by=version.by,
            at=version.at,
            note=version.note,
        )


class MistakeOf(BaseModel):
    """Something that is wrong with a document."""

    line: int | None = Field(description="From 1; null where it concerns the whole.")
    reason: str
    remedy: str

    @classmethod
    def of(cls, mistake: Mistake) -> Self:
        """Return it as it is told."""
        return cls(line=mistake.line, reason=mistake.reason, remedy=mistake.remedy)


class Checked(BaseModel):
    """Whether a document can be used."""

    mistakes: list[MistakeOf]


class ChangeOf(BaseModel):
    """A verdict that would be another one."""

    call: str
    before: Verdict | None
    after: Verdict
    at: float | None = Field(description="Seconds at which to listen.")


class TriedOf(BaseModel):
    """What a rule says of the calls."""

    rule: str
    name: str
    counts: dict[Verdict, int]
    changed: int
    samples: list[ChangeOf]

    @classmethod
    def of(cls, tried: Tried) -> Self:
        """Return it as it is told."""
        return cls(
            rule=tried.rule,
            name=tried.name,
            counts=dict(tried.counts),
            changed=tried.changed,
            samples=[
                ChangeOf(call=c.call, before=c.before, after=c.after, at=c.at)
                for c in tried.samples
            ],
        )


class TrialOf(BaseModel):
    """What a document of rules says of some calls."""

    calls: int
    rules: list[TriedOf]
    problems: dict[str, int] = Field(description="Rule to the calls it could not judge.")

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Return it as it is told."""
        return cls(
            calls=trial.calls,
            rules=[TriedOf.of(tried) for tried in trial.rules],
            problems=dict(trial.problems),
        )


class Decided(Closed):
    """What somebody makes of a verdict."""

    rule: RuleId
    decision: Decision
    drawn: bool = Field(
        default=False, description="The call was drawn by chance, not for its verdict."
    )
    comment: Annotated[str, Field(max_length=2_000)] = ""
    seconds: Annotated[float, Field(ge=0, le=86_400)] | None = Field(None, description="It took.")


class ReviewOf(BaseModel):
    """A decision about a verdict."""

    id: int
    call: str
    rule: str
    rule_version: int
    verdict: Verdict = Field(description="The machine's, when it was reviewed.")
    decision: Decision
    drawn: bool
    comment: str
    by: str
    at: datetime
    seconds: float | None
    moment: float | None = Field(
        description="Second in which the rule is broken, of what was missed."
    )

    @classmethod
    def of(cls, review: Review) -> Self:
        """Return it as it is told."""
        return cls(
            id=review.key,
            call=review.call,
            rule=review.rule,
            rule_version=review.rule_version,
            verdict=review.verdict,
            decision=review.decision,
            drawn=review.drawn,
            comment=review.comment,
            by=review.by,
            at=review.at,
            seconds=review.seconds,
            moment=review.moment,
        )


class RateOf(BaseModel):
    """A share, with its 95 % interval and what it rests on."""

    share: float | None
    low: float | None
    high: float | None
    of: int

    @classmethod
    def of_rate(cls, rate: Rate | Weighted) -> Self:
        """Return it as it is told."""
        ends = rate.interval
        if ends is None:
            return cls(share=rate.share, low=None, high=None, of=rate.of)
        return cls(share=rate.share, low=ends.low, high=ends.high, of=rate.of)


class MeasuredOf(BaseModel):
    """How well a version of a rule did, by people's decisions."""

    rule: str
    version: int
    precision: RateOf
    recall: RateOf = Field(description="From calls drawn by chance.")
    unsure: int

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Return it as it is told."""
        return cls(
            rule=measured.rule,
            version=measured.version,
            precision=RateOf.of_rate(measured.precision),
            recall=RateOf.of_rate(measured.recall),
            unsure=measured.unsure,
        )
