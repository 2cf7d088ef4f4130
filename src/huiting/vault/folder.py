"""Recordings in a folder, each under its hash: written whole or not at all, never changed.

Lies in folders of folders, so that none of them holds more than a few thousand of a million.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from huiting.core.errors import InputError, Unknown
from huiting.vault.errors import VaultError

BLOCK = 1 << 20
"""Bytes read at a time."""
INCOMING = "incoming"
"""Folder of what is not whole yet."""
_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that was taken in."""

    id: str
    """SHA-256 of its bytes, in hex."""
    size: int
    """Bytes."""
    path: Path
    """Where it can be read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Keeps recordings. May be used from several threads and processes."""

    root: Path
    largest: int = 4 << 30
    """Bytes of a recording."""

    def take(self, stream: BinaryIO) -> Kept:
        """Keep all that `stream` gives; once this returns, a loss of power does not lose it.

        Bytes that are kept already are not kept twice.

        Raises:
            InputError: there are more than are taken; nothing is kept.
            VaultError: they cannot be written; nothing is kept.
        """
        with self._explained():
            incoming = self.root / INCOMING
            incoming.mkdir(parents=True, exist_ok=True)
            part = incoming / token_hex(16)
            try:
                with part.open("xb") as file:
                    kept = self._copied(stream, file)
                    file.flush()
                    os.fsync(file.fileno())
                if not self._has(kept):
                    self._publish(part, kept.path)
            finally:
                part.unlink(missing_ok=True)
        return kept

    def path(self, recording: str) -> Path:
        """Return where a recording can be read, if it is kept.

        Raises:
            Unknown: this is no id of a recording.
        """
        if not _ID.fullmatch(recording):
            raise Unknown("recording", "this is no id of one", "give 64 hexadecimal digits")
        return self.root / recording[:2] / recording[2:4] / recording

    def open(self, recording: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a recording in pieces.

        Args:
            recording: its id.
            start: the first byte.
            length: how many; fewer come where the recording ends. None for all.

        Raises:
            Unknown: it is not kept.
            VaultError: it cannot be read.
        """
        path = self.path(recording)
        with self._explained(), self._opened(path) as file:
            file.seek(start)
            left = length
            while block := file.read(BLOCK if left is None else min(BLOCK, left)):
                left = None if left is None else left - len(block)
                yield block

    def remove(self, recording: str) -> bool:
        """Remove the bytes of a recording; tell whether there were any.

        Raises:
            Unknown: this is no id of a recording.
            VaultError: they cannot be removed.
        """
        path = self.path(recording)
        with self._explained():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            _sync(path.parent)
        return True

    def sweep(self, before: float) -> int:
        """Remove what a crash left half written; return how many files.

        Args:
            before: those that nothing was written to since then, in seconds of POSIX time.

        Raises:
            VaultError: the folder cannot be read.
        """
        count = 0
        with self._explained():
            incoming = self.root / INCOMING
            for path in incoming.iterdir() if incoming.is_dir() else ():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        count += 1
        return count

    def _copied(self, stream: BinaryIO, file: BinaryIO) -> Kept:
        seen = sha256()
        size = 0
        while block := stream.read(BLOCK):
            size += len(block)
            if size > self.largest:
                raise InputError(
                    "recording", f"more than {self.largest} bytes", "cut it, or raise the limit"
                )
            seen.update(block)
            file.write(block)
        name = seen.hexdigest()
        return Kept(name, size, self.path(name))

    def _has(self, kept: Kept) -> bool:
        try:
            return kept.path.stat().st_size == kept.size
        except FileNotFoundError:
            return False

    def _publish(self, part: Path, target: Path) -> None:
        """Give a whole file its name, down to the disk, the folders made for it too."""
        made = [folder for folder in (target.parent.parent, target.parent) if not folder.is_dir()]
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
        _sync(target.parent)
        for folder in reversed(made):
            _sync(folder.parent)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[BinaryIO]:
        try:
            file = path.open("rb")
        except FileNotFoundError as error:
            raise Unknown("recording", "its audio is not kept here", "hand it in again") from error
        with file:
            yield file

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            remedy = "free space on its disk" if full else "check the disk and the rights on it"
            reason = error.strerror or type(error).__name__
            raise VaultError(f"recordings in {self.root}", reason, remedy) from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
