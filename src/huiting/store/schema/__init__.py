"""The tables, as they are after the last migration; docs/reference/store.md explains them."""

from huiting.store.schema.base import HEAD, Base, Big, Instant, instant
from huiting.store.schema.calls import (
    AnalysisRow,
    DialogueRow,
    FailureRow,
    FieldRow,
    FindingRow,
    IntentRow,
    JudgementRow,
    NameRow,
    RecordingRow,
    ScoreRow,
    SegmentRow,
)

__all__ = [
    "HEAD",
    "AnalysisRow",
    "Base",
    "Big",
    "DialogueRow",
    "FailureRow",
    "FieldRow",
    "FindingRow",
    "Instant",
    "IntentRow",
    "JudgementRow",
    "NameRow",
    "RecordingRow",
    "ScoreRow",
    "SegmentRow",
    "instant",
]
