"""Reading a tar that somebody else made, as if they meant harm.

Only plain files come out, one after another, under plain names; links, devices, absolute names,
names that lead out, more members or bytes than any model has: all refused before a byte of
them is written. Knows tar and how it is packed; not what is in it.
"""

import bz2
import gzip
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol, cast

from huiting.core.errors import InputError

MOST_MEMBERS = 10_000
MOST_BYTES = 64 << 30
"""Of all members together."""
MOST_AT_ONCE = 4 << 20
"""Bytes that one read may ask for: what describes a member is small, its content is read in
blocks."""
_BROKEN = (tarfile.TarError, EOFError, lzma.LZMAError, zlib.error)


class Content(Protocol):
    """What is read of a file in a tar."""

    def read(self, size: int = -1, /) -> bytes:
        """Read on; nothing at its end.

        Raises:
            InputError: the tar is damaged.
        """
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a tar."""

    name: str
    """With the folders it stands in, separated by `/`."""
    size: int
    """Bytes."""
    content: Content
    """To be read before the next member is asked for."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The content of a member, whose damage is told in words."""

    path: Path
    inner: IO[bytes]

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        with _in_words(self.path):
            return self.inner.read(size)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say what a library finds wrong with a tar.

    Raises:
        InputError: in place of whatever was raised inside.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or f"is damaged ({error})"
        raise InputError(str(path), reason, "copy it again") from error
    except _BROKEN as error:
        raise InputError(str(path), f"is damaged or no tar ({error})", "copy it again") from error


class _Guarded:
    """A file that refuses to be read at one go."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def read(self, size: int) -> bytes:
        """Read a little."""
        if not 0 <= size <= MOST_AT_ONCE:
            raise tarfile.ReadError("a member is described at too great a length")
        return self._inner.read(size)

    def seek(self, offset: int) -> int:
        """Go on to a byte."""
        return self._inner.seek(offset)

    def tell(self) -> int:
        """Return which byte comes next."""
        return self._inner.tell()


def members(path: Path) -> Iterator[Member]:
    """Go through the files of a tar, packed or not, in its order.

    Raises:
        InputError: it is no tar, is damaged, or has something in it that no model has.
    """
    with _in_words(path), _opened(path) as packed:
        guarded = cast("BinaryIO", _Guarded(packed))
        with tarfile.open(fileobj=guarded, mode="r:") as tar:
            yield from _plain(path, tar)


def _opened(path: Path) -> IO[bytes]:
    """Open a file by how it begins, not by what it is called."""
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(path))
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(path))
    if head == b"\xfd7zXZ\x00":
        return cast("IO[bytes]", lzma.LZMAFile(path))
    return path.open("rb")


def _plain(path: Path, tar: tarfile.TarFile) -> Iterator[Member]:
    """Go through the members, each looked at before it is given out."""
    names: set[str] = set()
    total = 0
    for found in tar:
        if found.isdir():
            continue
        name = found.name.removeprefix("./")
        total += found.size
        if fault := _fault(found, name, names, total):
            raise InputError(f"{path}: {name[:200]!r}", fault, "do not use this file")
        names.add(name)
        content = tar.extractfile(found)
        assert content is not None  # it is a plain file
        yield Member(name, found.size, _Told(path, content))


def _fault(found: tarfile.TarInfo, name: str, names: set[str], total: int) -> str:
    """Say what is the matter with a member; nothing when it is a plain file like any."""
    if found.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or found.sparse is not None:
        return "is a link or a device, not a file"
    if not safe(name):
        return "has a name that leads somewhere else"
    if name in names:
        return "is there twice"
    if len(names) >= MOST_MEMBERS:
        return f"there are more than {MOST_MEMBERS} files"
    if total > MOST_BYTES:
        return f"there are more than {MOST_BYTES >> 30} GiB"
    return ""


def safe(name: str) -> bool:
    """Tell whether a name stays inside the folder it is put into, on any system."""
    path = PurePosixPath(name)
    plain = bool(name) and not re.search(r"[\\:\x00-\x1f\x7f]", name)
    return plain and not path.is_absolute() and not {"..", "."} & set(name.split("/"))
