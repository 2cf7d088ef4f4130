"""A comparison as tables that spreadsheets read. Times in seconds from the start of the call."""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from huiting.service.comparisons.desk import Shown
from huiting.service.comparisons.outcome import Figures

_RUN = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula."""
_MARK = "\ufeff"
"""By which Excel knows UTF-8."""
Cell = str | int | float | None


class ComparisonTable(StrEnum):
    """What a file holds."""

    ENGINES = "engines"
    """A row an engine and a unit of its error rate."""
    APART = "apart"
    """A row two engines."""
    LINES = "lines"
    """A row a line that engines heard differently."""


def written(shown: Shown, table: ComparisonTable, engines: Sequence[str]) -> str:
    """Return a table of a comparison as CSV."""
    figures = shown.outcome.figures
    match table:
        case ComparisonTable.ENGINES:
            failed = [one.engine for one in shown.unheard]
            rows = _engines(figures, {engine: failed.count(engine) for engine in engines})
        case ComparisonTable.APART:
            rows = _apart(figures)
        case ComparisonTable.LINES:
            rows = _lines(shown, engines)
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows([_cell(c) for c in row] for row in rows)
    return _MARK + made.getvalue()


def _engines(figures: Figures, failed: dict[str, int]) -> Iterable[Sequence[Cell]]:
    yield (
        "engine", "unit", "errors", "units", "error_rate", "lines", "audio", "speech", "seconds",
        "speed", "memory", "heard_again", "heard_by_fallback", "failures",
        "card_memory",
    )  # fmt: skip
    for row in figures.rows:
        for unit, rate in row.rates.items() or [(None, None)]:
            counts = (None, None, None) if rate is None else (rate.edits, rate.units, rate.rate)
            yield (
                row.engine, unit and unit.value, *counts, row.lines, row.audio, row.speech,
                row.seconds, row.speed, row.bytes, row.again, row.elsewhere, failed[row.engine],
                row.cards,
            )  # fmt: skip


def _apart(figures: Figures) -> Iterable[Sequence[Cell]]:
    yield "engine", "other", "edits", "units", "difference"
    for one in figures.apart:
        yield one.first, one.second, one.rate.edits, one.rate.units, one.rate.rate


def _lines(shown: Shown, engines: Sequence[str]) -> Iterable[Sequence[Cell]]:
    yield ("call", "name", "start", "end", "channel", "role", "hidden", "said", *engines)
    for one in shown.lines:
        yield (
            one.call, one.name, one.span.start, one.span.end, one.channel, one.role.value,
            "yes" if one.hidden else "no", one.said, *(one.heard.get(name) for name in engines),
        )  # fmt: skip


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    line = " ".join(str(value).split())
    return "'" + line if isinstance(value, str) and line.startswith(_RUN) else line
