"""Plans, items of the queue, appeals, agreement, as they are told and taken."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from huiting.core.judgement import Finding
from huiting.insights.agreement import Agreement
from huiting.service.review.measuring import Agreed
from huiting.service.review.planning import Drawn, Made
from huiting.service.review.queue import Mark, Outcome, Task
from huiting.store.reviewing.appeals import Appeal, AppealState
from huiting.store.reviewing.items import Waiting
from huiting.store.reviewing.plans import Terms
from huiting.store.reviews import Decision

RuleId = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=2_000)]


class _Closed(BaseModel):
    """Something that takes what it names, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class NewPlan(_Closed):
    """Which calls are to be reviewed, and by whom."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    rule: RuleId | None = Field(None, description="The only one that it is about; null: all.")
    fatal: bool = Field(default=True, description="All calls with a fatal item that failed.")
    failed: bool = Field(default=False, description="All calls that the one rule failed.")
    uncertain: bool = False
    each: Annotated[int, Field(ge=0, le=50)] = Field(
        0, description="Calls drawn by chance of each agent and week."
    )
    second: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Share of items that a second person looks at too."
    )
    weeks: Annotated[int, Field(ge=1, le=13)] = 4
    most: Annotated[int, Field(ge=1, le=2_000)] = 500
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    reviewers: Annotated[
        list[Annotated[str, Field(pattern=r"^user:[0-9]{1,12}$")]], Field(max_length=200)
    ] = Field(default=[], description="Such as `user:12`; empty: whoever comes.")

    def terms(self) -> Terms:
        """Return it as the service takes it."""
        return Terms(**self.model_dump(exclude={"reviewers"}), reviewers=tuple(self.reviewers))


class PlanOf(NewPlan):
    """A plan, and how far it is."""

    id: int
    paused: bool
    by: str
    at: datetime
    drawn_at: datetime | None
    items: int
    done: int
    drawn: int = Field(description="Of the items, those drawn by chance.")

    @classmethod
    def of(cls, made: Made) -> Self:
        """Return it as it is told."""
        plan, terms = made.plan, made.plan.terms
        return cls(
            name=terms.name, rule=terms.rule, fatal=terms.fatal, failed=terms.failed,
            uncertain=terms.uncertain, each=terms.each, second=terms.second, weeks=terms.weeks,
            most=terms.most, seed=terms.seed, reviewers=list(terms.reviewers), id=plan.key,
            paused=plan.paused, by=plan.by, at=plan.at, drawn_at=plan.drawn_at,
            items=made.progress.items, done=made.progress.done, drawn=made.progress.drawn,
        )  # fmt: skip


class DrawnOf(BaseModel):
    """What a draw added."""

    items: int
    by_chance: int
    left: int = Field(description="Agents and weeks that did not fit: draw again.")

    @classmethod
    def of(cls, drawn: Drawn) -> Self:
        """Return it as it is told."""
        return cls(items=drawn.items, by_chance=drawn.by_chance, left=drawn.left)


class WaitingOf(BaseModel):
    """How much there is to review."""

    mine: int
    common: int = Field(description="For whoever comes.")
    done: int = Field(description="Today, by who asks.")
    seconds: float | None = Field(description="Mean of those that were measured.")

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """Return it as it is told."""
        return cls(
            mine=waiting.mine, common=waiting.common, done=waiting.done, seconds=waiting.seconds
        )


class ReviewItemOf(BaseModel):
    """What is to be reviewed."""

    id: int
    call: str
    rule: str | None = Field(description="Null: the whole call.")
    why: str = Field(description="`fatal`, `random`, `failed`, `uncertain`, `picked`.")
    drawn: bool = Field(description="By chance, whatever the rules said of it.")
    asked: list[Finding] = Field(description="Verdicts that must be decided.")
    others: list[Finding] = Field(description="All other verdicts: one may have missed something.")

    @classmethod
    def of(cls, task: Task) -> Self:
        """Return it as it is told."""
        item = task.item
        return cls(
            id=item.key, call=item.call, rule=item.rule or None, why=item.why, drawn=item.drawn,
            asked=list(task.asked), others=list(task.others),
        )  # fmt: skip


class MarkOf(_Closed):
    """What is made of one verdict."""

    rule: RuleId
    decision: Decision
    moment: Annotated[float, Field(ge=0, le=1e6)] | None = Field(
        None, description="Second in which the rule is broken, of what was missed."
    )


class OutcomeOf(_Closed):
    """What is made of an item."""

    marks: Annotated[list[MarkOf], Field(max_length=500)] = []
    comment: Text = ""
    seconds: Annotated[float, Field(ge=0, le=86_400)] | None = Field(
        None, description="That it was on a screen that could be seen."
    )

    def outcome(self) -> Outcome:
        """Return it as the service takes it."""
        marks = [Mark(m.rule, m.decision, m.moment) for m in self.marks]
        return Outcome(marks, self.comment, self.seconds)


class NewAppeal(_Closed):
    """What an agent has against a verdict."""

    rule: RuleId
    reason: Annotated[Text, Field(min_length=1)]


class Answer(_Closed):
    """What becomes of an appeal."""

    upheld: bool = Field(description="The verdict was wrong.")
    answer: Annotated[Text, Field(min_length=1)]


class AppealOf(BaseModel):
    """An appeal."""

    id: int
    call: str
    rule: str
    rule_version: int
    reason: str
    by: str
    name: str
    at: datetime
    state: AppealState
    decided_by: str | None
    decided: datetime | None
    answer: str

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """Return it as it is told."""
        return cls(
            id=appeal.key, call=appeal.call, rule=appeal.rule, rule_version=appeal.version,
            reason=appeal.reason, by=appeal.by, name=appeal.name, at=appeal.at,
            state=appeal.state, decided_by=appeal.decided_by, decided=appeal.decided,
            answer=appeal.answer,
        )  # fmt: skip


class AgreementOf(BaseModel):
    """How far people agree: 1 always, 0 as chance would have it; with its 95 % interval."""

    value: float
    low: float | None
    high: float | None
    of: int

    @classmethod
    def of_found(cls, found: Agreement | None) -> Self | None:
        """Return it as it is told; None where it cannot be."""
        if found is None:
            return None
        ends = found.interval
        low, high = (None, None) if ends is None else (ends.low, ends.high)
        return cls(value=found.value, low=low, high=high, of=found.of)


class PairOf(BaseModel):
    """Two people who decided about the same verdicts."""

    one: str
    other: str
    of: int
    kappa: AgreementOf | None = Field(description="Cohen's; null of fewer than ten verdicts.")


class AgreedOf(BaseModel):
    """How far reviewers agree, by what they decided in the queue in 26 weeks."""

    pairs: list[PairOf]
    alpha: AgreementOf | None = Field(description="Krippendorff's, of all of them.")
    shared: int = Field(description="Verdicts that several decided about.")

    @classmethod
    def of(cls, agreed: Agreed) -> Self:
        """Return it as it is told."""
        pairs = [
            PairOf(one=p.one, other=p.other, of=p.of, kappa=AgreementOf.of_found(p.kappa))
            for p in agreed.pairs
        ]
        return cls(pairs=pairs, alpha=AgreementOf.of_found(agreed.all), shared=agreed.shared)
