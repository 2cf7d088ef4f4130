"""XLSX: sheets with the segments, the numbers of the call, its verdicts, and what they mean."""

from dataclasses import dataclass
from io import BytesIO

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.wording import tongue_of
from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Outcome
from huiting.exports._judged_columns import (
    FINDING_COLUMNS,
    SCORE_COLUMNS,
    Names,
    scored_in,
    shown_in,
)
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import Book
from huiting.exports._tables import said_in


def build(*, language: str | None = None) -> "Xlsx":
    """Write a call as a workbook; with headings in words where `language` is Chinese."""
    return Xlsx(language)


@dataclass(frozen=True, slots=True)
class Xlsx:
    """An `Exporter`."""

    language: str | None
    media_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix: str = ".xlsx"

    def write(self, analysis: Analysis, judgement: Judgement | None = None, /) -> bytes:
        """Return the workbook; findings and scores where the call was judged."""
        outcome = Outcome(analysis.call.recording.path, analysis, judgement=judgement)
        columns = call_columns(Names.of([outcome]))
        file = BytesIO()
        with Book(file, tongue_of(self.language)) as book:
            with book.table("segments", SEGMENT_COLUMNS) as take_said:
                for said in said_in(outcome):
                    take_said(said)
            with book.table("call", columns) as take_call:
                take_call(outcome)
            if judgement is not None:
                with book.table("findings", FINDING_COLUMNS) as take_shown:
                    for shown in shown_in(outcome):
                        take_shown(shown)
                with book.table("scores", SCORE_COLUMNS) as take_scored:
                    for scored in scored_in(outcome):
                        take_scored(scored)
            book.fields()
        return file.getvalue()
