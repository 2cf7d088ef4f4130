"""Recordings in a folder, each under its hash: written whole or not at all, never changed.

Lies in folders of folders, so that none of them holds more than a few thousand of a million.
With keys, what is taken is sealed on its way to the disk; what was taken before stays as it is
until it is sealed again (`reseal`), so sealed files and plain ones may lie side by side.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from huiting.core.errors import Unknown
from huiting.vault.clear import clear_copy, sweep
from huiting.vault.errors import Damaged, KeyMissing, VaultError
from huiting.vault.place import Held, Raw, Seen, bounded, checked, is_id
from huiting.vault.reading import SUFFIX, Opened
from huiting.vault.sealed import KeyRing, key_in, key_of, seal

INCOMING = "incoming"
"""Folder of what is not whole yet."""
CLEAR = "clear"
"""Folder of clear copies that are being read."""
_NO_KEYS = KeyRing(())


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that was taken in."""

    id: str
    """SHA-256 of its bytes, in hex."""
    size: int
    """Bytes."""
    path: Path
    """Where it lies."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A `Vault`."""

    root: Path
    largest: int = 4 << 30
    """Bytes of a recording."""
    ring: KeyRing | None = None
    """What recordings are sealed with; None to keep them plain."""
    clear: Path | None = None
    """Folder of clear copies while they are read; None for one of the vault."""

    @property
    def shown(self) -> str:
        """Where it is."""
        return str(self.root)

    def check(self) -> None:
        """Nothing to see: its disk is looked at where disks are."""

    def take(self, stream: BinaryIO) -> Kept:
        """Keep all that `stream` gives; once this returns, a loss of power does not lose it.

        Bytes that are kept already are not kept twice.

        Raises:
            InputError: there are more than are taken; nothing is kept.
            VaultError: they cannot be written; nothing is kept.
        """
        with self._explained():
            part = self._part()
            try:
                with part.open("xb") as file:
                    kept = self._copied(stream, file)
                    file.flush()
                    os.fsync(file.fileno())
                if not self._has(kept):
                    self._publish(part, kept.path)
                if self.ring is not None:
                    self._unlinked(self.path(kept.id))  # from before there were keys
            finally:
                part.unlink(missing_ok=True)
        return kept

    def path(self, recording: str) -> Path:
        """Return where a recording lies if it is not sealed, whether it is kept or not.

        Raises:
            Unknown: this is no id of a recording.
        """
        checked(recording)
        return self.root / recording[:2] / recording[2:4] / recording

    def sealed_path(self, recording: str) -> Path:
        """Return where a recording lies if it is sealed; see `path`."""
        return self._places(recording)[1]

    def has(self, recording: str) -> bool:
        """Tell whether a recording is kept."""
        return any(path.is_file() for path in self._places(recording))

    def ids(self) -> Iterator[Held]:
        """Yield what is kept, by id; some may go or come meanwhile.

        Raises:
            VaultError: the folder cannot be read.
        """
        for recording, path in self._files():
            with self._explained(), suppress(FileNotFoundError):
                told = path.stat()
                yield Held(recording, told.st_size, told.st_mtime)

    def seals(self) -> Iterator[bytes]:
        """Yield for all that is kept the id of the key it is sealed with; empty for plain.

        Raises:
            VaultError: the folder cannot be read.
        """
        for _, path in self._files():
            with self._explained(), suppress(FileNotFoundError):
                yield key_of(path) if path.name.endswith(SUFFIX) else b""

    def opened(self, recording: str) -> Opened:
        """Open a recording for reading any part of it.

        Raises:
            Unknown: it is not kept.
            Damaged: it is no longer what was kept.
            KeyMissing: it was sealed with a key that is not there.
            VaultError: it cannot be read.
        """
        plain, sealed = self._places(recording)
        with self._explained():
            with suppress(FileNotFoundError):
                return Opened.plain(plain)
            with suppress(FileNotFoundError):
                return Opened.unsealed(sealed, recording[:16], self.ring or _NO_KEYS)
        raise Unknown("recording", "its audio is not kept here", "hand it in again")

    @contextmanager
    def raw(self, recording: str) -> Iterator[Raw]:
        """Give the bytes of a recording as they lie here, while inside.

        Raises:
            Unknown: it is not kept.
            VaultError: it cannot be read.
        """
        for path in self._places(recording):
            with self._explained(), suppress(FileNotFoundError):
                file = path.open("rb")
                break
        else:
            raise Unknown("recording", "its audio is not kept here", "hand it in again")
        with file:
            with self._explained():
                key = key_in(file) if path.name.endswith(SUFFIX) else b""
                size = os.fstat(file.fileno()).st_size
            yield Raw(file, size, key)

    def size(self, recording: str) -> int:
        """Return the bytes of a recording; errors as of `opened`."""
        with self.opened(recording) as found:
            return found.size

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
        with self.opened(recording) as found, self._explained():
            yield from found.read(start, length)

    @contextmanager
    def plain(self, recording: str) -> Iterator[Path]:
        """Give a recording as a file while inside: its own, or a private clear copy.

        Raises:
            Unknown: it is not kept.
            Damaged: it is no longer what was kept.
            KeyMissing: it was sealed with a key that is not there.
            VaultError: it cannot be read, or the copy cannot be written.
        """
        path = self.path(recording)
        if path.is_file():
            yield path
            return
        with self._explained(), clear_copy(self.clear_folder, self.open(recording)) as copy:
            yield copy

    @property
    def clear_folder(self) -> Path:
        """Folder of clear copies while they are read."""
        return self.clear or self.root / CLEAR

    def remove(self, recording: str) -> bool:
        """Remove the bytes of a recording; tell whether there were any.

        Raises:
            Unknown: this is no id of a recording.
            VaultError: they cannot be removed.
        """
        with self._explained():
            gone = [self._unlinked(path) for path in self._places(recording)]
        return any(gone)

    def discard(self, recording: str, before: float) -> bool:
        """Remove the bytes of a recording unless they were taken in again; tell whether it did.

        Args:
            recording: its id.
            before: removed is what was taken in before then, in seconds of POSIX time.

        Raises:
            Unknown: this is no id of a recording.
            VaultError: they cannot be removed.
        """
        done = False
        with self._explained():
            for path in self._places(recording):
                aside = self._part()
                try:
                    path.replace(aside)  # from now on taking it in makes another file
                except FileNotFoundError:
                    continue
                if aside.stat().st_mtime < before:
                    aside.unlink()
                    done = True
                else:
                    aside.replace(path)
        return done

    def reseal(self, recording: str) -> bool:
        """Seal a recording with the current key, if it is not; tell whether it was done.

        Raises:
            Unknown: it is not kept, or there are no keys.
            Damaged: it is no longer what was kept; it stays as it is.
            KeyMissing: it was sealed with a key that is not there; it stays as it is.
            VaultError: it cannot be read or written; it stays as it is.
        """
        if self.ring is None:
            raise Unknown("keys", "there are none", "make some: huiting keys new FILE")
        plain, sealed = self._places(recording)
        with self.opened(recording) as found, self._explained():
            if found.sealed is not None and found.sealed.current:
                return False
            part = self._part()
            try:
                with part.open("xb") as file:
                    seen = Seen()
                    seal(seen.of(found.read()), file, self.ring)
                    file.flush()
                    os.fsync(file.fileno())
                if seen.digest != recording:
                    raise Damaged(
                        recording[:16], "not what was handed in", "restore it from a backup"
                    )
                self._publish(part, sealed)
                self._unlinked(plain)
            finally:
                part.unlink(missing_ok=True)
        return True

    def sweep(self, before: float) -> int:
        """Remove what a crash left half written, and clear copies; return how many files.

        Args:
            before: those that nothing was written to since then, in seconds of POSIX time.

        Raises:
            VaultError: the folder cannot be read.
        """
        with self._explained():
            count = sweep(self.clear_folder)
            incoming = self.root / INCOMING
            for path in incoming.iterdir() if incoming.is_dir() else ():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        count += 1
        return count

    def _places(self, recording: str) -> tuple[Path, Path]:
        plain = self.path(recording)
        return plain, plain.with_name(plain.name + SUFFIX)

    def _files(self) -> Iterator[tuple[str, Path]]:
        with self._explained():
            folders = sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"))
        for folder in folders:
            with self._explained():
                paths = sorted(folder.iterdir())
            for path in paths:
                name = path.name.removesuffix(SUFFIX)
                if is_id(name):
                    yield name, path

    def _part(self) -> Path:
        incoming = self.root / INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        return incoming / token_hex(16)

    def _unlinked(self, path: Path) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync(path.parent)
        return True

    def _copied(self, stream: BinaryIO, file: BinaryIO) -> Kept:
        seen = Seen()
        pieces = seen.of(bounded(stream, self.largest))
        if self.ring is None:
            file.writelines(pieces)
        else:
            seal(pieces, file, self.ring)
        plain, sealed = self._places(seen.digest)
        return Kept(seen.digest, seen.size, plain if self.ring is None else sealed)

    def _has(self, kept: Kept) -> bool:
        """Tell whether a recording is kept as it should be; say that it was handed in again."""
        plain, sealed = self._places(kept.id)
        for path in (sealed,) if self.ring else (plain, sealed):
            with suppress(FileNotFoundError, Damaged, KeyMissing):
                os.utime(path)
                with (
                    Opened.plain(path)
                    if path is plain
                    else Opened.unsealed(path, kept.id[:16], self.ring or _NO_KEYS)
                ) as found:
                    if found.size == kept.size:
                        return True
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
