"""Stores without calls, as the migrations leave them: made once, then copied.

To make all tables takes longer than most tests; that they come to be is tested where a store
is opened at a path where nothing was.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from huiting.store import Store


def empty_store(path: Path) -> str:
    """Write an SQLite store without calls to a path; return where it is, as `Store.open` takes it."""
    path.write_bytes(_made())
    return str(path)


@cache
def _made() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "calls.db"
        Store.open(str(path)).close()
        return path.read_bytes()
