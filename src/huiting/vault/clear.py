"""Clear copies of what is sealed, for programs that read files: private, and gone in a moment.

A copy lies in a folder of its own, which its process has locked for as long as it uses it. A
folder that nobody has locked was left by a crash; whoever opens the vault next removes it.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

PRIVATE = 0o600
_OURS = 0o700


@contextmanager
def clear_copy(folder: Path, pieces: Iterable[bytes]) -> Iterator[Path]:
    """Give a file that holds the pieces while inside.

    Raises:
        OSError: it cannot be written.
    """
    with clear_place(folder) as place:
        path = place / "clear"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            for piece in pieces:
                file.write(piece)
        yield path


@contextmanager
def clear_place(folder: Path) -> Iterator[Path]:
    """Give an empty folder that nobody else may read; it is gone at the end.

    Raises:
        OSError: it cannot be made.
    """
    place, handle = _locked(folder)
    try:
        yield place
    finally:
        rmtree(place, ignore_errors=True)
        os.close(handle)


def sweep(folder: Path) -> int:
    """Remove what crashes left behind; return how many copies.

    Raises:
        OSError: the folder cannot be read.
    """
    count = 0
    for place in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(place, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                rmtree(place)
                count += 1
            finally:
                os.close(handle)
    return count


def _locked(folder: Path) -> tuple[Path, int]:
    """Make a folder and lock it; again, when a sweep came between."""
    folder.mkdir(mode=_OURS, parents=True, exist_ok=True)
    while True:
        place = folder / token_hex(16)
        place.mkdir(mode=_OURS)
        with suppress(FileNotFoundError):
            handle = os.open(place, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if place.is_dir():
                return place, handle
            os.close(handle)
