"""The tables of a batch: calls, segments, events, findings, for spreadsheets and for Power BI.

Written whole each time from what the batch holds; a table appears under its name only
when it is finished, so a reader never meets half of one, and an error leaves the last
whole one in place.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Column, Outcome, Row, Said
from huiting.exports._event_columns import (
    ENTITY_COLUMNS,
    EVENT_COLUMNS,
    entities_in,
    events_in,
)
from huiting.exports._judged_columns import (
    FINDING_COLUMNS,
    SCORE_COLUMNS,
    Names,
    scored_in,
    shown_in,
)
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import DETAIL_ROWS, Book, Take, csv_table, parquet_table

TABLES = (
    "calls.csv",
    "calls.xlsx",
    "segments.csv",
    "segments.parquet",
    "events.csv",
    "entities.csv",
    "findings.csv",
    "scores.csv",
)


NO_NAMES = Names()


def write_tables(
    folder: Path,
    outcomes: Iterable[Outcome],
    names: Names = NO_NAMES,
    tongue: str = "en",
    most: int = DETAIL_ROWS,
) -> None:
    """Write the `TABLES` into `folder`, reading `outcomes` once.

    Args:
        folder: where they go; it exists.
        outcomes: one for each recording, in the order of the rows.
        names: what gets a column of its own (see `Names.of`).
        tongue: of the workbook, `zh` or `en`; the other tables are for programs.
        most: rows of a sheet of details, header included; the rest is in the CSV files.

    Raises:
        OSError: a file cannot be written; the tables from before are left as they were.
    """
    columns = call_columns(names)
    with ExitStack() as opened:
        files = {name: opened.enter_context(replacing(folder / name)) for name in TABLES}

        book = opened.enter_context(Book(files["calls.xlsx"], tongue))

        def table(
            name: str, columns: Sequence[Column[Row]], typed: Take[Row] | None = None
        ) -> Callable[[Iterable[Row]], None]:
            """Return what writes rows to a CSV file, to a sheet, and where else they go."""
            file = f"{name}.csv"
            takes = [opened.enter_context(csv_table(files[file], columns))]
            sheets = book.table(name, columns, most, file) if name != "calls" else None
            takes.append(opened.enter_context(sheets or book.table(name, columns)))
            takes += [typed] if typed is not None else []
            return lambda rows: _give(rows, takes)

        parquet = parquet_table(files["segments.parquet"], SEGMENT_COLUMNS)
        take_typed = opened.enter_context(parquet)
        calls = table("calls", columns)
        findings = table("findings", FINDING_COLUMNS)
        scores = table("scores", SCORE_COLUMNS)
        segments = table("segments", SEGMENT_COLUMNS, take_typed)
        events = table("events", EVENT_COLUMNS)
        entities = table("entities", ENTITY_COLUMNS)
        book.fields()
        for outcome in outcomes:
            calls([outcome])
            findings(shown_in(outcome))
            scores(scored_in(outcome))
            segments(said_in(outcome))
            events(events_in(outcome))
            entities(entities_in(outcome))


def _give(rows: Iterable[Row], takes: Sequence[Take[Row]]) -> None:
    for row in rows:
        for take in takes:
            take(row)


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
