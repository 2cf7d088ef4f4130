"""Recordings out of a ZIP archive that a stranger made.

Nothing is unpacked to a path: every member is read as a stream, within budgets that count
what really comes out, whatever the archive says of itself.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END, SEEK_SET
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol
from zlib import error as ZlibError  # noqa: N812  (it is a class)

from huiting.audio.find import EXTENSIONS
from huiting.core.errors import HuitingError, InputError
from huiting.service.troubles import TooLarge

_LEFT_OUT = ("__MACOSX/",)
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of others `zipfile` unpacks whatever comes out of a piece into memory, however much that is."""
_ENCRYPTED = 0x1
_LEAST = 16 << 20
"""Bytes that may come out of the smallest archive."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may come out of an archive."""

    members: int = 10_000
    total: int = 32 << 30
    """Bytes of all together."""
    one: int = 4 << 30
    """Bytes of a recording."""
    ratio: float = 200.0
    """Times its packed size that a member, or all together, may become; speech hardly packs to a
    fifth."""
    directory: int = 512
    """Bytes that the archive says of each member, on average."""


class Take(Protocol):
    """What is done with each recording."""

    def __call__(self, stream: BinaryIO, name: str, /) -> None:
        """Take it."""
        ...


class Refuse(Protocol):
    """What is done with what is not taken."""

    def __call__(self, name: str, error: HuitingError, /) -> None:
        """Remember why."""
        ...


USUAL = Budget()


def is_archive(file: BinaryIO) -> bool:
    """Tell whether a file is a ZIP archive; it is at its beginning afterwards."""
    head = file.read(4)
    file.seek(0)
    return head in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(file: BinaryIO, take: Take, refuse: Refuse, budget: Budget = USUAL) -> None:
    """Hand out every recording of an archive; tell what else is in it.

    Args:
        file: the archive.
        take: what is done with each recording; its errors are told to `refuse`.
        refuse: what is done with everything else.
        budget: how much may come out.

    Raises:
        InputError: it is no archive that can be read, or it holds too many files.
        TooLarge: more comes out of it than may; what came before was handed out.
    """
    try:
        pieces = _Pieces(file, budget.members * budget.directory)
        with zipfile.ZipFile(pieces) as archive:
            members = list(_members(archive, budget))
            left = min(budget.total, max(_LEAST, int(pieces.size * budget.ratio)))
            for member in members:
                left -= _one(archive, member, take, refuse, budget, left)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError) as error:
        raise InputError(
            "archive", f"it cannot be read ({error})", "pack it again as ZIP"
        ) from error


def _members(archive: zipfile.ZipFile, budget: Budget) -> Iterator[zipfile.ZipInfo]:
    found = archive.infolist()
    if len(found) > budget.members:
        raise TooLarge("archive", f"more than {budget.members} files", "pack fewer into one")
    for member in found:
        hidden = member.filename.replace("\\", "/").rpartition("/")[2].startswith(".")
        if (
            not member.filename.endswith("/")
            and not hidden
            and not member.filename.startswith(_LEFT_OUT)
        ):
            yield member


def _one(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    take: Take,
    refuse: Refuse,
    budget: Budget,
    left: int,
) -> int:
    """Hand out one member; return the bytes that came out of it."""
    why = _unwanted(member)
    if why is not None:
        refuse(member.filename, why)
        return 0
    most = min(budget.one, left, max(1 << 20, int(member.compress_size * budget.ratio)))
    try:
        with archive.open(member) as stream:
            counted = _Counted(stream, most)  # type: ignore[arg-type]
            take(counted, member.filename)  # type: ignore[arg-type]
            return counted.count
    except (zipfile.BadZipFile, ZlibError, EOFError, OSError, RuntimeError) as error:
        reason = f"damaged in the archive ({type(error).__name__})"
        refuse(member.filename, InputError(member.filename, reason, "pack it again"))
    except TooLarge as error:
        if most == left:
            raise
        refuse(member.filename, error)
    except InputError as error:
        refuse(member.filename, error)
    return 0


def _unwanted(member: zipfile.ZipInfo) -> InputError | None:
    name = member.filename
    if (
        ".." in name.replace("\\", "/").split("/")
        or name.startswith(("/", "\\"))
        or ":" in name[:3]
    ):
        return InputError(name, "its path leads out of the archive", "pack it under a plain name")
    if member.flag_bits & _ENCRYPTED:
        return InputError(name, "it is locked with a password", "pack it without one")
    if member.compress_type not in _READ:
        return InputError(name, "it is packed in a way that is not read", "pack it with deflate")
    if PurePosixPath(name).suffix.lower() not in EXTENSIONS:
        return InputError(name, "not a recording by its name", "give it the ending of its format")
    return None


class _Pieces:
    """An archive of which only so much is read at once.

    `zipfile` reads the whole list of members in one piece, and makes an object of each: a list
    as long as the archive may be would take all memory before anybody could count it.
    """

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._most = most
        self.tell, self.seekable = file.tell, file.seekable
        self.size = file.seek(0, SEEK_END)
        file.seek(0)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (ValueError, OverflowError) as error:
            raise zipfile.BadZipFile("it points outside itself") from error

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise TooLarge("archive", "its list of files is too long", "pack fewer into one")
        return self._file.read(min(self._most, self.size) if size < 0 else size)


class _Counted:
    """A stream that counts what it gives."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self.count = 0
        self._stream = stream
        self._most = most

    def read(self, size: int = -1) -> bytes:
        room = self._most - self.count + 1
        data = self._stream.read(room if size < 0 else min(size, room))
        self.count += len(data)
        if self.count > self._most:
            raise TooLarge(
                "archive", "it becomes far larger than it is", "send the recordings one by one"
            )
        return data
