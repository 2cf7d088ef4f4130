"""The audit log as CSV or as JSON lines."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from enum import StrEnum

from huiting.store.audit import Noted

COLUMNS = (
    "number", "at", "who", "name", "action", "subject", "address", "result", "detail", "digest",
)  # fmt: skip
_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to run."""


class LogFormat(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """What it is called on the web."""
        return "text/csv; charset=utf-8" if self is LogFormat.CSV else "application/jsonl"


def written(entries: Iterable[Noted], log_format: LogFormat) -> Iterator[str]:
    """Yield the log, a line at a time."""
    if log_format is LogFormat.CSV:
        yield _line(COLUMNS)
        yield from (_line([_cell(text) for text in _texts(noted).values()]) for noted in entries)
    else:
        yield from (_json(noted) for noted in entries)


def _json(noted: Noted) -> str:
    row = {
        **_texts(noted),
        "number": noted.number,
        "detail": dict(noted.entry.detail),
        "previous": noted.previous,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def _texts(noted: Noted) -> dict[str, str]:
    entry = noted.entry
    values = (
        str(noted.number), noted.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.who,
        entry.name, entry.action, entry.subject, entry.address, entry.result,
        json.dumps(dict(entry.detail), ensure_ascii=False), noted.digest,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _cell(text: str) -> str:
    return "'" + text if text.startswith(_RUN) else text


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
