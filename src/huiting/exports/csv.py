"""CSV: one row a segment, as in the segment table of a batch."""

from dataclasses import dataclass
from io import BytesIO

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.exports._columns import Outcome
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import csv_table
from huiting.exports._tables import said_in


def build() -> "Csv":
    """Write the segments of a call as CSV that spreadsheets open cleanly."""
    return Csv()


@dataclass(frozen=True, slots=True)
class Csv:
    """An `Exporter`."""

    media_type: str = "text/csv"
    suffix: str = ".csv"

    def write(self, analysis: Analysis, _judgement: Judgement | None = None, /) -> bytes:
        """Return the table, UTF-8 with a byte order mark."""
        file = BytesIO()
        with csv_table(file, SEGMENT_COLUMNS) as take:
            for said in said_in(Outcome(analysis.call.recording.path, analysis)):
                take(said)
        return file.getvalue()
