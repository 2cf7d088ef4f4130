"""How an answer is shown: its first rows as a table, all of it as a file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.tongue import say

out = Console(highlight=False)
SHOWN = 20
"""Rows printed; the file has all."""


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], most: int | None = SHOWN) -> None:
    """Print a table; of more than `most` rows the first, and how many are left."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    listed = list(rows)
    for row in listed[:most]:
        table.add_row(*(Text(printable(cell)) for cell in row))
    out.print(table)
    left = len(listed) - len(listed[:most])
    if left:
        out.print(
            say(f"… and {left} more: --out FILE has all", f"……另有 {left} 条，用 --out 导出全部")
        )


def tell(english: str, mandarin: str) -> None:
    """Print a sentence below a table."""
    out.print(Text(printable(say(english, mandarin))))


def save(path: Path | None, found: object, row: type | None = None) -> None:
    """Write a result as tables where a file is wanted, and print the names of the files."""
    if path is None:
        return
    from huiting.app.files import make_folder
    from huiting.reports.tables import write_tables

    make_folder(path.parent)
    for written in write_tables(path, found, row):
        out.print(Text(printable(str(written))), soft_wrap=True)
