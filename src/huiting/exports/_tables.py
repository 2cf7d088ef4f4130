"""The tables of a batch: every call and every segment, for spreadsheets and for Power BI.

Written whole each time from what the batch holds; a table appears under its name only
when it is finished, so a reader never meets half of one, and an error leaves the last
whole one in place.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Outcome, Said
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import Book, csv_table, parquet_table

TABLES = ("calls.csv", "calls.xlsx", "segments.csv", "segments.parquet")


def metadata_names(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the names of all metadata fields, in order of their first call."""
    found: dict[str, None] = {}
    for outcome in outcomes:
        if outcome.analysis is not None:
            found |= dict.fromkeys(outcome.analysis.call.recording.metadata)
    return list(found)


def write_tables(folder: Path, outcomes: Iterable[Outcome], metadata: Sequence[str] = ()) -> None:
    """Write the `TABLES` into `folder`, reading `outcomes` once.

    Args:
        folder: where they go; it exists.
        outcomes: one for each recording, in the order of the rows.
        metadata: names of the metadata fields that become columns (see `metadata_names`).

    Raises:
        OSError: a file cannot be written; the tables from before are left as they were.
    """
    columns = call_columns(metadata)
    with ExitStack() as opened:
        files = [opened.enter_context(replacing(folder / name)) for name in TABLES]
        calls_csv, calls_xlsx, segments_csv, segments_parquet = files
        book = opened.enter_context(Book(calls_xlsx))
        with book.table("calls", columns) as take_for_excel:
            take_call = opened.enter_context(csv_table(calls_csv, columns))
            take_said = opened.enter_context(csv_table(segments_csv, SEGMENT_COLUMNS))
            take_typed = opened.enter_context(parquet_table(segments_parquet, SEGMENT_COLUMNS))
            for outcome in outcomes:
                take_call(outcome)
                take_for_excel(outcome)
                for said in said_in(outcome):
                    take_said(said)
                    take_typed(said)
        book.fields(columns)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when it is whole, and vanishes after an error."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")  # two runs may write here
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def said_in(outcome: Outcome) -> Iterator[Said]:
    """Yield the segments of a call with their numbers; a failed one has none."""
    analysis = outcome.analysis
    if analysis is not None:
        for number, segment in enumerate(analysis.call.segments, 1):
            yield Said(outcome.file, analysis, number, segment)
