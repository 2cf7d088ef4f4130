"""Files that can be made again, kept until the folder is full: what was not used longest goes.

With keys they are sealed, and clear only while they are made.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from huiting.core.whole_file import PRIVATE, replacing
from huiting.vault.clear import clear_place, sweep
from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.reading import SUFFIX, Opened
from huiting.vault.sealed import KeyRing, seal

Make = Callable[[Path], None]
"""Writes a file; it is there whole, or not at all."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Keeps files by name. May be used from several threads and processes."""

    folder: Path
    room: int
    """Bytes that it may hold."""
    ring: KeyRing | None = None
    """What files are sealed with; None to keep them plain."""
    clear: Path | None = None
    """Folder of clear copies; None for one beside the files."""

    def get(self, name: str, make: Make) -> Opened:
        """Open a file for reading, which is made if it is not there.

        Raises:
            OSError: it cannot be written or read.
        """
        found = self._opened(name)
        if found is not None:
            return found
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_room()
        if self.ring is None:
            make(self.folder / name)
        else:
            self._sealed(name, make, self.ring)
        found = self._opened(name)
        if found is None:
            raise FileNotFoundError(name)
        return found

    def forget(self, begins: str) -> int:
        """Remove the files whose names begin so; return how many.

        Raises:
            OSError: one of them cannot be removed.
        """
        count = 0
        for path in self._files():
            if path.name.startswith(begins):
                path.unlink(missing_ok=True)
                count += 1
        return count

    def sweep(self, before: float) -> int:
        """Remove what was not used since then (POSIX seconds), and clear copies; return how many.

        Raises:
            OSError: the folder cannot be read.
        """
        count = sweep(self._clear)
        for path in self._files():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    count += 1
        return count

    @property
    def _clear(self) -> Path:
        return self.clear or self.folder / "clear"

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if path.is_file()]

    def _opened(self, name: str) -> Opened | None:
        """Open a file; None when it is not there, or not as it should be."""
        path = self.folder / (name if self.ring is None else name + SUFFIX)
        with suppress(FileNotFoundError, Damaged, KeyMissing):
            if self.ring is None:
                found = Opened.plain(path)
            else:
                found = Opened.unsealed(path, name, self.ring)
            with suppress(OSError):
                os.utime(path)
            return found
        return None

    def _sealed(self, name: str, make: Make, ring: KeyRing) -> None:
        with clear_place(self._clear) as place:
            make(place / "made")
            with (
                Opened.plain(place / "made") as made,
                replacing(self.folder / (name + SUFFIX), PRIVATE) as target,
            ):
                seal(made.read(), target, ring)

    def _make_room(self) -> None:
        """Remove what was not used for longest until there is room again."""
        found = []
        for path in self._files():
            with suppress(OSError):
                told = path.stat()
                found.append((told.st_mtime, told.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.room:
                break
            path.unlink(missing_ok=True)
            total -= size
