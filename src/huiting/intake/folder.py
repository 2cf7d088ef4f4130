"""A folder on this machine, or one that is mounted (NFS, SMB)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from threading import Event
from typing import BinaryIO

from watchfiles import watch

from huiting.core.errors import ConfigError
from huiting.intake.place import Found, PlaceError

DEEPEST = 16
"""Folders within folders that are looked into."""


def build(*, path: Path | str) -> "Folder":
    """Return the place; the folder is there already.

    Raises:
        ConfigError: it is no folder.
    """
    root = Path(path).absolute()
    if not root.is_dir():
        raise ConfigError(f"inbox {root}", "no such folder", "make it, or correct the path")
    return Folder(root)


@dataclass(frozen=True, slots=True)
class Folder:
    """A `Place`."""

    root: Path

    @property
    def shown(self) -> str:
        """Its path."""
        return str(self.root)

    def files(self) -> Iterator[Found]:
        """Yield every regular file; what vanishes meanwhile is left out."""
        if not self.root.is_dir():
            raise PlaceError(self.shown, "no such folder", "is its file server mounted?")
        yield from self._below(self.root, DEEPEST)

    def _below(self, folder: Path, deeper: int) -> Iterator[Found]:
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if folder == self.root:
                raise PlaceError(self.shown, _why(error), "check its rights") from error
            return  # one folder without rights does not stop the others
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if deeper:
                        yield from self._below(Path(entry.path), deeper - 1)
                elif entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    name = Path(entry.path).relative_to(self.root).as_posix()
                    yield Found(name, status.st_size, str(status.st_mtime_ns))
            except FileNotFoundError:
                continue

    @contextmanager
    def open(self, name: str, /) -> Iterator[BinaryIO]:
        """Open a file; a link that has taken its place is not followed."""
        try:
            number = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise PlaceError(f"{self.shown}/{name}", _why(error), "check its rights") from error
        with os.fdopen(number, "rb") as file:
            yield file

    def move(self, name: str, to: str, /) -> None:
        """Rename a file; across file systems, copy it and remove it then."""
        target = self._path(to)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(self._path(name), target)
        except OSError as error:
            raise PlaceError(f"{self.shown}/{name}", _why(error), "check its rights") from error

    def remove(self, name: str, /) -> None:
        """Remove a file."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise PlaceError(f"{self.shown}/{name}", _why(error), "check its rights") from error

    def write(self, name: str, content: bytes, /) -> None:
        """Write a small file."""
        target = self._path(name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as error:
            raise PlaceError(f"{self.shown}/{name}", _why(error), "check its rights") from error

    def wait(self, seconds: float, stop: Event, /) -> None:
        """Wait for a change, as far as the system tells of it: not what others do on NFS."""
        changes = watch(
            self.root,
            stop_event=stop,
            rust_timeout=round(seconds * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        try:
            next(changes, None)
        except (OSError, RuntimeError):  # the folder is gone, or no more may be watched
            stop.wait(seconds)

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        assert parts
        assert ".." not in parts
        assert not PurePosixPath(name).is_absolute()
        return self.root.joinpath(*parts)


def _why(error: OSError) -> str:
    return str(error.strerror or type(error).__name__)
