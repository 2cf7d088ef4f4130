"""Putting files together so that no half file is ever taken for a whole one.

Knows folders, zip archives and digests; does not know what a model is.
"""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1 << 20


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


Piece = tuple[Path, str] | bytes
"""A member of a zip archive, by archive and name inside; or bytes as they are."""


def join(pieces: Sequence[Piece], target: Path, advance: Callable[[int], None]) -> str:
    """Write pieces one after another to `target`, down to the disk.

    Args:
        pieces: in order.
        target: the new file; one of that name is replaced.
        advance: told how many bytes were written since the last time.

    Returns:
        The SHA-256 of what was written.

    Raises:
        KeyError: an archive has no such member.
        zipfile.BadZipFile: an archive is damaged.
        OSError: reading or writing failed.
    """
    seen = hashlib.sha256()
    with target.open("wb") as out:
        for piece in pieces:
            for block in _blocks(piece):
                out.write(block)
                seen.update(block)
                advance(len(block))
        out.flush()
        os.fsync(out.fileno())
    return seen.hexdigest()


def _blocks(piece: Piece) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    archive, name = piece
    with zipfile.ZipFile(archive) as opened, opened.open(name) as member:
        while block := member.read(BLOCK):
            yield block


def publish(ready: Path, target: Path) -> None:
    """Move a finished file to its name in one step, and keep that across a loss of power.

    Raises:
        OSError: the folder cannot be written.
    """
    ready.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def workplace(folder: Path, waiting: Callable[[], None]) -> Iterator[Path]:
    """Give an empty folder inside `folder`, to one process at a time.

    A process that was killed leaves its workplace behind; the next one clears it.

    Args:
        folder: where the finished files will go; made when missing.
        waiting: called once when another process holds the workplace.

    Raises:
        OSError: the folder cannot be made or written.
    """
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        place = folder / ".part"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)
