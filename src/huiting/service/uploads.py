"""Files sent in pieces over a bad line: tus 1.0 without its HTTP.

What has come is safe on the disk before its offset is told, and the offset is in the
database: after a restart the sender goes on where it was. One sender at a time may append
to an upload; the lock ends with the process that holds it. A file that is whole is handed
in at once, or, after a crash, when anybody next asks for it.
"""

import binascii
import errno
import fcntl
import hashlib
import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Self

from huiting.access.principal import Principal
from huiting.core.errors import Conflict, InputError, StoreError
from huiting.service.recordings import Accepted
from huiting.service.troubles import Gone, Locked, TooLarge, WrongChecksum
from huiting.store import Store, arriving
from huiting.store.arriving import Arriving

ALGORITHMS = ("sha1", "sha256", "md5")
SAFE_EVERY = 8 << 20
"""Bytes after which what has come is made safe."""
LONGEST_METADATA = 16_384
Accept = Callable[[BinaryIO, Arriving, Principal], Accepted]
"""Hands in a file that is whole."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece must be the sum of."""

    algorithm: str
    digest: bytes

    @classmethod
    def read(cls, header: str) -> "Checksum":
        """Read `Upload-Checksum`: the algorithm and the digest in base64.

        Raises:
            InputError: it is no such header, or the algorithm is none of `ALGORITHMS`.
        """
        algorithm, _, digest = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise InputError(
                "Upload-Checksum", "unknown algorithm", f"use {' or '.join(ALGORITHMS)}"
            )
        try:
            return cls(algorithm, b64decode(digest, validate=True))
        except (binascii.Error, ValueError) as error:
            raise InputError("Upload-Checksum", "no base64", "encode the digest") from error


def read_metadata(line: str) -> dict[str, str]:
    """Return the entries of `Upload-Metadata`: keys, and values in base64.

    Raises:
        InputError: it is no such header.
    """
    found: dict[str, str] = {}
    if len(line) > LONGEST_METADATA:
        raise InputError("Upload-Metadata", "too long", "say less")
    for entry in filter(None, (part.strip() for part in line.split(","))):
        key, _, value = entry.partition(" ")
        try:
            found[key] = b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise InputError(
                "Upload-Metadata", f"{key[:40]!r} is no base64 of UTF-8", "encode it"
            ) from error
    return found


@dataclass(frozen=True, slots=True)
class Uploads:
    """The files that are being sent. May be used from several threads and processes."""

    store: Store
    folder: Path
    accept: Accept
    now: Callable[[], datetime]
    largest: int = 4 << 30
    """Bytes of an upload."""
    kept: timedelta = timedelta(days=2)
    """How long an upload may wait for its next piece."""

    def create(self, length: int, metadata: str, principal: Principal) -> Arriving:
        """Make room for a file.

        Raises:
            InputError: the metadata cannot be read, or nothing is to come.
            TooLarge: it has more bytes than are taken.
        """
        read_metadata(metadata)
        if length < 1:
            raise InputError("Upload-Length", "an empty file", "send a recording")
        if length > self.largest:
            raise TooLarge("Upload-Length", f"more than {self.largest} bytes", "cut the recording")
        self.sweep()
        made = Arriving(
            token_hex(16), principal.id, length, 0, metadata, self.now() + self.kept
        )  # fmt: skip
        with _room(self):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file(made.id).touch()
        with self.store.database.writing() as connection:
            arriving.add(connection, made)
        return made

    def find(self, upload: str, principal: Principal) -> Arriving:
        """Return how far somebody's upload is; one that is whole is handed in if it was not yet.

        Raises:
            Unknown: there is none.
            Gone: it has expired.
        """
        with self.store.database.reading() as connection:
            found = arriving.find(connection, upload, principal.id)
        if found.recording is None and found.expires_at < self.now():
            raise Gone("upload", "it has expired", "create it anew")
        if found.recording is None and found.offset == found.length:
            with self._lock(found):
                return self._completed(found, principal)
        return found

    def append(
        self, upload: str, offset: int, checksum: Checksum | None, principal: Principal
    ) -> "Appending":
        """Begin to append a piece; the caller writes it, then ends it or breaks it off.

        Raises:
            Unknown: there is no such upload.
            Gone: it has expired.
            Conflict: the piece does not begin where the upload ends.
            Locked: another piece is being appended.
        """
        found = self.find(upload, principal)
        lock = self._lock(found)
        try:
            with self.store.database.reading() as connection:
                found = arriving.find(connection, upload, principal.id)
            _check_offset(found, offset)
            lock.file.seek(offset)
            lock.file.truncate()  # what came after the last offset that was told
        except BaseException:
            lock.close()
            raise
        return Appending(self, found, principal, lock, checksum)

    def remove(self, upload: str, principal: Principal) -> None:
        """Forget an upload and what has come of it.

        Raises:
            Unknown: there is none.
            Locked: a piece is being appended.
        """
        with self.store.database.reading() as connection:
            found = arriving.find(connection, upload, principal.id)
        if found.recording is None and self._file(found.id).exists():
            with self._lock(found):
                self._forget(upload)
        else:
            self._forget(upload)

    def sweep(self) -> None:
        """Forget uploads whose time is over."""
        with self.store.database.reading() as connection:
            old = arriving.expired(connection, self.now())
        for upload in old:
            self._forget(upload)

    def advanced(self, upload: Arriving, offset: int) -> Arriving:
        """Write how far an upload has come."""
        now = replace(upload, offset=offset, expires_at=self.now() + self.kept)
        with self.store.database.writing() as connection:
            arriving.advance(connection, now.id, now.offset, now.expires_at)
        return now

    def _completed(self, upload: Arriving, principal: Principal) -> Arriving:
        """Hand in a file that is whole, while its lock is held."""
        with self.store.database.reading() as connection:
            found = arriving.find(connection, upload.id, principal.id)
        if found.recording is not None:
            return found
        with self._file(upload.id).open("rb") as file:
            accepted = self.accept(file, upload, principal)
        with self.store.database.writing() as connection:
            arriving.finish(connection, upload.id, accepted.recording, accepted.job)
        self._file(upload.id).unlink(missing_ok=True)
        return replace(upload, recording=accepted.recording, job=accepted.job)

    def _lock(self, upload: Arriving) -> "_Lock":
        try:
            file = self._file(upload.id).open("r+b")
        except FileNotFoundError as error:
            raise Gone("upload", "what had come is lost", "create it anew") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise Locked(
                "upload", "a piece is being appended", "wait until it has ended"
            ) from error
        return _Lock(file)

    def _forget(self, upload: str) -> None:
        with self.store.database.writing() as connection:
            arriving.remove(connection, upload)
        self._file(upload).unlink(missing_ok=True)

    def _file(self, upload: str) -> Path:
        return self.folder / upload  # an id of ours: hexadecimal digits


@dataclass(frozen=True, slots=True)
class _Lock:
    """A file that nobody else appends to."""

    file: BinaryIO

    def close(self) -> None:
        """Let it go."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Appending:
    """A piece that is being appended. Used by one thread at a time."""

    def __init__(
        self,
        uploads: Uploads,
        upload: Arriving,
        principal: Principal,
        lock: _Lock,
        checksum: Checksum | None,
    ) -> None:
        self._uploads = uploads
        self._upload = upload
        self._principal = principal
        self._lock = lock
        self._checksum = checksum
        self._sum = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._at = upload.offset

    def write(self, data: bytes) -> None:
        """Append more.

        Raises:
            TooLarge: more has come than was announced.
            StoreError: the disk is full.
        """
        if self._at + len(data) > self._upload.length:
            raise TooLarge(
                "upload", f"more than the {self._upload.length} bytes announced", "send no more"
            )
        with _room(self._uploads):
            self._lock.file.write(data)
        self._at += len(data)
        if self._sum is not None:
            self._sum.update(data)
        elif self._at - self._upload.offset >= SAFE_EVERY:
            self._keep()

    def finish(self) -> Arriving:
        """End the piece; hand the file in if it is whole. Return how far it is.

        Raises:
            WrongChecksum: the piece is not what was sent; nothing of it was kept.
            InputError: the file is whole, and cannot be used.
        """
        arrived = None if self._sum is None else self._sum.digest()
        if self._checksum is not None and arrived != self._checksum.digest:
            raise WrongChecksum("piece", "damaged on its way", "send it again")
        self._keep()
        if self._upload.offset == self._upload.length:
            return self._uploads._completed(self._upload, self._principal)  # noqa: SLF001  (one thing in two classes)
        return self._upload

    def close(self) -> None:
        """Let the upload go; of a piece that broke off, what can be trusted stays."""
        try:
            if self._sum is None and self._at > self._upload.offset:
                self._keep()
        finally:
            self._lock.close()

    def _keep(self) -> None:
        """Make safe what has come, then tell."""
        with _room(self._uploads):
            self._lock.file.flush()
            os.fsync(self._lock.file.fileno())
        self._upload = self._uploads.advanced(self._upload, self._at)


class _room:  # noqa: N801  (reads as a statement)
    """Say of a full disk what can be done."""

    def __init__(self, uploads: Uploads) -> None:
        self._folder = uploads.folder

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            reason = "no space left" if full else f"it cannot be written ({error.strerror})"
            raise StoreError("folder of uploads", reason, "make room on the disk") from error


def _check_offset(upload: Arriving, offset: int) -> None:
    if upload.offset != offset:
        raise Conflict("Upload-Offset", f"it is at {upload.offset}", "go on from there")
