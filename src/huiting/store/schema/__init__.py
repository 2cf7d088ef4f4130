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
from huiting.store.schema.received import (
    AnswerRow,
    BatchRow,
    FeelingRow,
    ReceivedRow,
    RecordingFileRow,
    UploadRow,
)

__all__ = [
    "HEAD",
    "AnalysisRow",
    "AnswerRow",
    "Base",
    "BatchRow",
    "Big",
    "DialogueRow",
    "FailureRow",
    "FeelingRow",
    "FieldRow",
    "FindingRow",
    "Instant",
    "IntentRow",
    "JudgementRow",
    "NameRow",
    "ReceivedRow",
    "RecordingFileRow",
    "RecordingRow",
    "ScoreRow",
    "SegmentRow",
    "UploadRow",
    "instant",
]
