"""Copies on this machine of what is kept elsewhere: so many bytes, what was not used longest goes.

Copies lie as their originals do: what is sealed there is sealed here. Whoever reads one holds a
lock on it, so that no process takes it away meanwhile; a lock ends with its process.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from huiting.vault.clear import PRIVATE

INCOMING = "incoming"
"""Folder of what is not whole yet."""
_OURS = 0o700


@dataclass(frozen=True, slots=True)
class Copies:
    """A folder of copies. May be used from several threads and processes; raises `OSError`."""

    folder: Path
    room: int
    """Bytes that it may hold, besides what is being read or written."""

    @contextmanager
    def part(self) -> Iterator[Path]:
        """Give the name of a new file while inside; it is gone at the end unless it was kept."""
        incoming = self.folder / INCOMING
        incoming.mkdir(mode=_OURS, parents=True, exist_ok=True)
        path = incoming / token_hex(16)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def keeping(self, name: str, part: Path) -> Iterator[Path]:
        """Keep a whole file under a name, and give the copy while inside."""
        self._make_room(part.stat().st_size)
        while True:
            with suppress(FileExistsError):  # one that is there may be in use, and is as good
                os.link(part, self.folder / name)
            with self.held(name) as copy:
                if copy is not None:
                    yield copy
                    return

    @contextmanager
    def held(self, name: str) -> Iterator[Path | None]:
        """Give a copy, which stays while inside; None when there is none."""
        path = self.folder / name
        file = _locked(path)
        if file is None:
            yield None
            return
        with file:
            with suppress(FileNotFoundError):  # forgotten meanwhile
                os.utime(path)
            yield path

    def forget(self, begins: str) -> int:
        """Remove the copies whose names begin so, in use or not; return how many."""
        found = [path for path in self._files() if path.name.startswith(begins)]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def sweep(self, unused: float, begun: float) -> int:
        """Remove what is not needed any more; return how many files.

        Args:
            unused: copies that nobody read since then, in seconds of POSIX time.
            begun: files not whole to which nothing was written since then.
        """
        gone = 0
        for path in self._files():
            with suppress(FileNotFoundError):
                gone += path.stat().st_mtime < unused and _removed(path)
        incoming = self.folder / INCOMING
        for path in incoming.iterdir() if incoming.is_dir() else ():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < begun:
                    path.unlink()
                    gone += 1
        return gone

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if path.is_file()]

    def _make_room(self, size: int) -> None:
        found = []
        for path in self._files():
            with suppress(FileNotFoundError):
                told = path.stat()
                found.append((told.st_mtime, told.st_size, path))
        left = sum(held for _, held, _ in found) + size - self.room
        for _, held, path in sorted(found):
            if left <= 0:
                return
            with suppress(FileNotFoundError):
                left -= held if _removed(path) else 0


def _locked(path: Path) -> BinaryIO | None:
    """Open a file that nobody removes until it is closed; None when there is none."""
    while True:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        fcntl.flock(file, fcntl.LOCK_SH)
        with suppress(FileNotFoundError):
            if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                return file
        file.close()  # removed between opening and locking


def _removed(path: Path) -> bool:
    """Remove a file unless somebody reads it; tell whether that was done."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        path.unlink(missing_ok=True)
    return True
