"""Calls: recordings, their analyses, what search and rules read, verdicts and scores.

What search looks up is not here: it differs between databases (see `_index`).
"""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class RecordingRow(Base):
    """An accepted file. The columns of its latest analysis's call are repeated here."""

    __tablename__ = "recording"
    __table_args__ = (
        Index("ix_recording_duration", "duration", "clock"),
        Index("ix_recording_language", "language", "clock"),
    )

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the bytes."""
    clock: Mapped[int] = mapped_column(BigInteger, unique=True)
    """Orders calls by their start; see `search`."""
    name: Mapped[str] = mapped_column(Text)
    """File name it was last saved under."""
    path: Mapped[str] = mapped_column(Text)
    began: Mapped[datetime] = mapped_column(Instant, index=True)
    """When the call began; when that is not known, when it was first analyzed."""
    started_at: Mapped[str | None] = mapped_column(Text)
    """As in the recording's metadata, ISO 8601 with its own zone."""
    duration: Mapped[float]
    """Seconds."""
    size: Mapped[int] = mapped_column(BigInteger)
    codec: Mapped[str] = mapped_column(Text)
    channels: Mapped[int]
    language: Mapped[str | None] = mapped_column(Text)
    fields: Mapped[dict[str, str]] = mapped_column("metadata", JSON)
    analysis: Mapped[int]
    """Version that is current."""
    judgement: Mapped[str | None] = mapped_column(Text)
    """`rules` of the judgement that is current; none until the current analysis is judged."""


class NameRow(Base):
    """A path a recording was saved under; the same call may have several."""

    __tablename__ = "recording_name"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    stem: Mapped[str] = mapped_column(Text, index=True)
    """File name without its last extension."""


class FieldRow(Base):
    """One entry of a recording's metadata, for filters."""

    __tablename__ = "recording_field"
    __table_args__ = (Index("ix_recording_field_entry", "name", "value", "recording"),)

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class AnalysisRow(Base):
    """One version of a recording's analysis; never changed once written."""

    __tablename__ = "analysis"
    __table_args__ = (UniqueConstraint("recording", "version"),)

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recording.key", ondelete="CASCADE"))
    version: Mapped[int]
    """From 1."""
    at: Mapped[datetime] = mapped_column(Instant)
    huiting: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(Text)
    models: Mapped[dict[str, str]] = mapped_column(JSON)
    settings: Mapped[str] = mapped_column(Text)
    segments: Mapped[int]
    turns: Mapped[int]
    speech: Mapped[float]
    silence: Mapped[float]
    silence_ratio: Mapped[float | None]
    longest_silence: Mapped[float]
    dead_air: Mapped[float]
    hold: Mapped[float]
    overlap: Mapped[float]
    overlap_ratio: Mapped[float | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The analysis as JSON, compressed with zlib."""


class SegmentRow(Base):
    """A segment of a recording's current analysis, for search and reports."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    """The recording's clock and the ordinal: later calls have greater ids."""
    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), index=True
    )
    ordinal: Mapped[int]
    """Place in `Call.segments`, from 0."""
    channel: Mapped[int]
    role: Mapped[str] = mapped_column(Text)
    start: Mapped[float]
    end: Mapped[float]
    language: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    spoken: Mapped[str | None] = mapped_column(Text)
    """Absent when it is the same as the text."""
    folded: Mapped[str] = mapped_column(Text)
    """What exact search reads: the text, and on a second line the spoken form if it differs."""
    sound: Mapped[str] = mapped_column(Text)
    """What search by sound reads; lines as in `folded`."""


class DialogueRow(Base):
    """What rules read of a recording's current analysis; absent until it is first wanted.

    Apart from the analysis, so that reading all of history does not turn its pages.
    """

    __tablename__ = "dialogue"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]
    """Of the analysis it was made of."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """See `_dialogue_codec`."""


class JudgementRow(Base):
    """What a set of rules says of a call; one for each set that has judged it."""

    __tablename__ = "judgement"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    rules: Mapped[str] = mapped_column(Text, primary_key=True)
    """Digest of the rules and scorecards."""
    version: Mapped[int]
    """Of the analysis that was judged."""
    at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The judgement as JSON, compressed with zlib."""


class FindingRow(Base):
    """What one rule says of a call, in its current judgement."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_rule", "rule", "verdict", "recording"),
        Index("ix_finding_verdict", "verdict", "recording"),
    )

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    """Of the rule."""
    verdict: Mapped[str] = mapped_column(Text)
    effect: Mapped[float]


class ScoreRow(Base):
    """A scorecard filled in, in a call's current judgement."""

    __tablename__ = "score"
    __table_args__ = (Index("ix_score_scorecard", "scorecard", "points", "recording"),)

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    scorecard: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int]
    points: Mapped[float | None]
    most: Mapped[float]
    grade: Mapped[str] = mapped_column(Text)
    fatal: Mapped[bool]
    """A fatal item failed."""
    uncertain: Mapped[bool]


class IntentRow(Base):
    """Why the customer calls, by the current analysis."""

    __tablename__ = "intent"
    __table_args__ = (Index("ix_intent_name", "name", "recording"),)

    recording: Mapped[int] = mapped_column(
        ForeignKey("recording.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    score: Mapped[float]
    main: Mapped[bool]


class FailureRow(Base):
    """A file whose last analysis failed."""

    __tablename__ = "failure"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    recording: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the bytes, when the file could be read."""
    code: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int]
