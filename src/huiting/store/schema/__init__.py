"""The tables, as they are after the last migration; docs/reference/store.md explains them."""

from huiting.store.schema.base import HEAD, Base, Big, Instant, instant
from huiting.store.schema.bulk import BulkRow
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
from huiting.store.schema.comparisons import ComparisonCallRow, ComparisonRow
from huiting.store.schema.jobs import AttemptRow, JobRow, ScheduleRow, TranscriptionRow
from huiting.store.schema.keeping import BinRow, HoldRow
from huiting.store.schema.library import DocumentRow, PublishedRow, ReviewRow
from huiting.store.schema.live import LiveCallRow
from huiting.store.schema.looking import KeptSearchRow, MeasureRow, SoundRow
from huiting.store.schema.outreach import ArrivalRow, ReportScheduleRow
from huiting.store.schema.people import (
    AccountLimitRow,
    AccountRow,
    AuditRow,
    AuditSealRow,
    FailedSignInRow,
    SessionRow,
    SignOnRow,
    TokenRow,
)
from huiting.store.schema.received import (
    AnswerRow,
    BatchRow,
    FeelingRow,
    ReceivedRow,
    RecordingFileRow,
    UploadRow,
)
from huiting.store.schema.remarks import CorrectionRow, RemarkRow
from huiting.store.schema.reviewing import AppealRow, ReviewItemRow, ReviewPlanRow
from huiting.store.schema.speech import SpeechFileRow, SpeechRow
from huiting.store.schema.totals import ClockRow, FactsRow, MarkRow, TotalRow

__all__ = [
    "HEAD",
    "AccountLimitRow",
    "AccountRow",
    "AnalysisRow",
    "AnswerRow",
    "AppealRow",
    "ArrivalRow",
    "AttemptRow",
    "AuditRow",
    "AuditSealRow",
    "Base",
    "BatchRow",
    "Big",
    "BinRow",
    "BulkRow",
    "ClockRow",
    "ComparisonCallRow",
    "ComparisonRow",
    "CorrectionRow",
    "DialogueRow",
    "DocumentRow",
    "FactsRow",
    "FailedSignInRow",
    "FailureRow",
    "FeelingRow",
    "FieldRow",
    "FindingRow",
    "HoldRow",
    "Instant",
    "IntentRow",
    "JobRow",
    "JudgementRow",
    "KeptSearchRow",
    "LiveCallRow",
    "MarkRow",
    "MeasureRow",
    "NameRow",
    "PublishedRow",
    "ReceivedRow",
    "RecordingFileRow",
    "RecordingRow",
    "RemarkRow",
    "ReportScheduleRow",
    "ReviewItemRow",
    "ReviewPlanRow",
    "ReviewRow",
    "ScheduleRow",
    "ScoreRow",
    "SegmentRow",
    "SessionRow",
    "SignOnRow",
    "SoundRow",
    "SpeechFileRow",
    "SpeechRow",
    "TokenRow",
    "TotalRow",
    "TranscriptionRow",
    "UploadRow",
    "instant",
]
