"""XLSX: a sheet with the segments, one with the numbers of the call, one that explains them."""

from dataclasses import dataclass
from io import BytesIO

from huiting.core.analysis import Analysis
from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Outcome
from huiting.exports._judged_columns import Names
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import Book
from huiting.exports._tables import said_in


def build() -> "Xlsx":
    """Write a call as a workbook."""
    return Xlsx()


@dataclass(frozen=True, slots=True)
class Xlsx:
    """An `Exporter`."""

    media_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix: str = ".xlsx"

    def write(self, analysis: Analysis) -> bytes:
        """Return the workbook."""
        outcome = Outcome(analysis.call.recording.path, analysis)
        columns = call_columns(Names.of([outcome]))
        file = BytesIO()
        with Book(file) as book:
            with book.table("segments", SEGMENT_COLUMNS) as take_said:
                for said in said_in(outcome):
                    take_said(said)
            with book.table("call", columns) as take_call:
                take_call(outcome)
            book.fields([*SEGMENT_COLUMNS, *columns])
        return file.getvalue()
