"""What reviewers do: plans by which calls are drawn, items to be looked at, appeals of agents."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class ReviewPlanRow(Base):
    """By which calls are chosen to be looked at."""

    __tablename__ = "review_plan"

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(Text)
    """The only one that it is about; none for all."""
    fatal: Mapped[bool]
    """All calls with a fatal item that failed."""
    failed: Mapped[bool]
    """All calls that the one rule failed."""
    uncertain: Mapped[bool]
    """All verdicts that are uncertain."""
    each: Mapped[int]
    """Calls drawn by chance of each agent and week."""
    second: Mapped[float]
    """Share of items that a second person looks at too."""
    weeks: Mapped[int]
    """How many that are over it reaches back."""
    most: Mapped[int]
    """Items that one draw adds."""
    seed: Mapped[int]
    reviewers: Mapped[list[str]] = mapped_column(JSON)
    """`Principal.person` of each; none for whoever comes."""
    allowed: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Metadata entries that a call must have, those of who made it."""
    paused: Mapped[bool]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ReviewItemRow(Base):
    """A call, or the verdict of one rule on a call, that one person is to look at."""

    __tablename__ = "review_item"
    __table_args__ = (
        UniqueConstraint("recording", "rule", "version", "reader"),
        Index("ix_review_item_open", "decided", "reviewer", "key"),
        Index("ix_review_item_plan", "plan", "decided"),
        Index("ix_review_item_stratum", "week", "agent", "drawn"),
        Index("ix_review_item_by", "by", "decided"),
    )

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    plan: Mapped[int | None] = mapped_column(ForeignKey("review_plan.key", ondelete="SET NULL"))
    """None for what somebody picked."""
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(Text)
    """Empty for the whole call."""
    version: Mapped[int]
    """Of the rule, when it was drawn; 0 for the whole call."""
    reader: Mapped[int]
    """1, or 2 for the second person who looks at the same."""
    why: Mapped[str] = mapped_column(Text)
    """`fatal`, `random`, `uncertain`, `failed`, `picked`."""
    drawn: Mapped[bool]
    """By chance, whatever the rules said of it."""
    agent: Mapped[str] = mapped_column(Text)
    """Of the stratum that it was drawn from; empty where none is known."""
    week: Mapped[str] = mapped_column(Text)
    """Monday of it, ISO 8601."""
    weight: Mapped[float | None]
    """Calls of the stratum for each that was drawn of it."""
    reviewer: Mapped[str | None] = mapped_column(Text)
    """Whose it is; none while nobody has taken it."""
    taken: Mapped[datetime | None] = mapped_column(Instant)
    """When somebody took it from what is there for all; none for what was assigned."""
    skipped: Mapped[datetime | None] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str | None] = mapped_column(Text)
    """Who decided."""
    decided: Mapped[datetime | None] = mapped_column(Instant)
    seconds: Mapped[float | None]
    """That it was on a screen that could be seen; none when not measured."""


class AppealRow(Base):
    """What an agent has against a verdict, and what a second person made of that."""

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("recording", "rule", "version"),
        Index("ix_appeal_state", "state", "key"),
    )

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    """Of the rule."""
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    """`Principal.person` of the agent."""
    name: Mapped[str] = mapped_column(Text)
    """What the agent was called then."""
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    """`open`, `upheld`, `rejected`."""
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Text)
