"""What a team writes for itself, in versions; and what people decided about verdicts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Instant


class DocumentRow(Base):
    """One version of a document; never changed once written."""

    __tablename__ = "document"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    """`rules`, `scorecards`, `hotwords`…"""
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    """From 1."""
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    """Why it was written."""
    by: Mapped[str] = mapped_column(Text)
    """`Principal.id` of who wrote it."""
    at: Mapped[datetime] = mapped_column(Instant)


class PublishedRow(Base):
    """The version of a document that is in force; none for a document that is not."""

    __tablename__ = "published"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class ReviewRow(Base):
    """What somebody decided about a verdict; the latest of a person counts."""

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_last", "recording", "rule", "rule_version", "key"),
        Index("ix_review_rule", "rule", "rule_version", "decision"),
        Index("ix_review_item", "item"),
        Index("ix_review_at", "at"),
    )

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[int]
    verdict: Mapped[str] = mapped_column(Text)
    """The machine's, when it was reviewed."""
    decision: Mapped[str] = mapped_column(Text)
    """`confirmed`, `wrong`, `missed`, `unsure`."""
    drawn: Mapped[bool]
    """The call was drawn by chance, not picked for its verdict."""
    comment: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    seconds: Mapped[float | None]
    """It took; None when not measured."""
    item: Mapped[int | None]
    """Of the queue, that it was decided in; None outside of any."""
    moment: Mapped[float | None]
    """Second of the call in which the rule is broken, of what was missed."""
