"""The bytes of a recording: opened once, hashed, read within a budget, watched for change.

Everything is read through the one open file, so what was hashed is what is decoded even
when the name is given to another file meanwhile. Knows nothing of audio formats.
"""

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from huiting.core.errors import InputError, UndecodableAudio

PIECE = 1 << 20
REREADS = 50
"""How many times its own size a file may be read: badly interleaved ones need a few."""
SLACK = 256 << 20


def shown(path: str | Path) -> str:
    r"""Return `path` on one line that any terminal and log can take.

    Control characters and bytes that are no UTF-8 are written as escapes (`\n`, `\udcff`).
    """
    text = str(path)
    return "".join(c if c.isprintable() else c.encode("unicode-escape").decode() for c in text)


@dataclass(slots=True)
class Source:
    """An open recording. Reads as a file; stops a reader that goes round in circles."""

    name: str
    """For messages."""
    suffix: str
    """Of the file name, lower case with its dot; empty for bytes."""
    id: str
    """SHA-256 of the bytes, in hex."""
    size: int
    """Bytes."""
    file: BinaryIO
    handed: int = 0
    """Bytes read so far, repeats included."""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            UndecodableAudio: the file was read many times over; its structure runs in circles.
        """
        data = self.file.read(size)
        self.handed += len(data)
        if self.handed > REREADS * self.size + SLACK:
            raise UndecodableAudio(
                self.name, "its structure runs in circles", "export it again from the recorder"
            )
        return data

    def seek(self, place: int, whence: int = 0) -> int:
        """Move as a file does; -1, as FFmpeg says it, where there is no such place."""
        try:
            return self.file.seek(place, whence)
        except (OSError, ValueError, OverflowError):
            return -1

    def tell(self) -> int:
        """Return the place as a file does."""
        return self.file.tell()

    def head(self, size: int) -> bytes:
        """Return the first bytes; reading starts over after it."""
        self.file.seek(0)
        data = self.file.read(size)
        self.file.seek(0)
        return data


@contextmanager
def opened(source: Path | bytes, *, largest: int, called: str = "") -> Iterator[Source]:
    """Open a file, or bytes, for decoding; close it whatever happens.

    Args:
        source: where the file is, or its content.
        largest: bytes a recording may have.
        called: its name where it came from; what is kept under a hash has lost its extension.

    Raises:
        InputError: there is no such file, it may not be read, it is a folder or a device,
            or it changed while it was read.
        UndecodableAudio: it is empty, or larger than `largest`.
    """
    if isinstance(source, bytes):
        name = "audio bytes"
        _check_size(name, len(source), largest)
        digest = hashlib.sha256(source).hexdigest()
        yield Source(name, Path(called).suffix.lower(), digest, len(source), io.BytesIO(source))
        return
    name = shown(source)
    try:
        with _open(source) as file:
            before = os.fstat(file.fileno())
            _check_size(name, before.st_size, largest)
            suffix = (source.suffix or Path(called).suffix).lower()
            yield Source(name, suffix, _sha256(file), before.st_size, file)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise _unreadable(name, error) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(
            name, "it changed while it was read", "run again when the recorder has closed it"
        )


def _open(path: Path) -> BinaryIO:
    # Opening a named pipe would wait for its writer; so look before.
    if not stat.S_ISREG(path.stat().st_mode):
        kind = "it is a folder" if path.is_dir() else "it is no ordinary file"
        raise InputError(shown(path), kind, "name an audio file")
    return path.open("rb")


def _check_size(name: str, size: int, largest: int) -> None:
    if not size:
        raise UndecodableAudio(name, "the file is empty", "copy it again from the recorder")
    if size > largest:
        raise UndecodableAudio(
            name, f"{size} bytes are more than the limit of {largest}", "raise the size limit"
        )


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _unreadable(name: str, error: OSError) -> InputError:
    match error:
        case FileNotFoundError():
            return InputError(name, "there is no such file", "check the name")
        case PermissionError():
            return InputError(name, "it may not be read", "give this user the right to read it")
    return InputError(name, f"reading failed: {error.strerror or error}", "check the disk")
