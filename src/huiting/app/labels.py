"""Read what people said calls are about: a CSV file with the columns `call` and `intent`."""

import csv
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import InputError

COLUMNS = ("call", "intent")
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Label:
    """One row."""

    call: str
    """Id, the beginning of it, or name of the recording."""
    intent: str
    where: str
    """`file:line`."""


def read_labels(path: Path) -> tuple[Label, ...]:
    """Return the labels of a file in UTF-8 or GB18030; rows without an intent are left out.

    Raises:
        InputError: it cannot be read, a column is missing, or no label is in it.
    """
    rows = csv.reader(_text(path).splitlines())
    header = [name.strip().casefold() for name in next(rows, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(
            f"{path}:1", f"no column {missing[0]!r}", f"begin with the line {','.join(COLUMNS)}"
        )
    call, intent = (header.index(name) for name in COLUMNS)
    found = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        if len(cells) <= max(call, intent):
            if any(cells):
                raise InputError(f"{path}:{rows.line_num}", "too few columns", "complete the row")
            continue
        if cells[call] and cells[intent]:
            found.append(Label(cells[call], cells[intent], f"{path}:{rows.line_num}"))
    if not found:
        raise InputError(str(path), "no label in it", "give a row a call: its name, its intent")
    return tuple(found)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be read: {error.strerror}", "check the name"
        ) from error
    if data is None:
        raise InputError(str(path), f"more than {MOST_BYTES:,} bytes", "split the file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(str(path), "neither UTF-8 nor GB18030", "save the file as UTF-8")
