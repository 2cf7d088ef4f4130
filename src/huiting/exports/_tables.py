"""The tables of a batch: calls, segments, events, findings, for spreadsheets and for Power BI.

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
from huiting.exports._sheets import Book, Take, csv_table, parquet_table

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


def write_tables(folder: Path, outcomes: Iterable[Outcome], names: Names = NO_NAMES) -> None:
    """Write the `TABLES` into `folder`, reading `outcomes` once.

    Args:
        folder: where they go; it exists.
        outcomes: one for each recording, in the order of the rows.
        names: what gets a column of its own (see `Names.of`).

    Raises:
        OSError: a file cannot be written; the tables from before are left as they were.
    """
    columns = call_columns(names)
    with ExitStack() as opened:
        files = {name: opened.enter_context(replacing(folder / name)) for name in TABLES}

        def csv(name: str, columns: Sequence[Column[Row]]) -> Take[Row]:
            return opened.enter_context(csv_table(files[name], columns))

        book = opened.enter_context(Book(files["calls.xlsx"]))
        with book.table("calls", columns) as take_for_excel:
            take_call = csv("calls.csv", columns)
            take_said = csv("segments.csv", SEGMENT_COLUMNS)
            take_event = csv("events.csv", EVENT_COLUMNS)
            take_entity = csv("entities.csv", ENTITY_COLUMNS)
            take_finding = csv("findings.csv", FINDING_COLUMNS)
            take_scored = csv("scores.csv", SCORE_COLUMNS)
            parquet = parquet_table(files["segments.parquet"], SEGMENT_COLUMNS)
            take_typed = opened.enter_context(parquet)
            for outcome in outcomes:
                take_call(outcome)
                take_for_excel(outcome)
                for said in said_in(outcome):
                    take_said(said)
                    take_typed(said)
                for happened in events_in(outcome):
                    take_event(happened)
                for named in entities_in(outcome):
                    take_entity(named)
                for shown in shown_in(outcome):
                    take_finding(shown)
                for scored in scored_in(outcome):
                    take_scored(scored)
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
