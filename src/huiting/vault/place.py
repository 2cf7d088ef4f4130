"""What every place where recordings are kept promises: a folder, or a bucket."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from huiting.core.errors import InputError, Unknown
from huiting.vault.reading import BLOCK, Opened
from huiting.vault.sealed import KeyRing

_ID = re.compile(r"[0-9a-f]{64}")


class Taken(Protocol):
    """What is said of a recording that was taken in."""

    @property
    def id(self) -> str:
        """SHA-256 of its bytes, in hex."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """A recording as it lies there. One that is just being sealed may lie there twice."""

    id: str
    size: int
    """Bytes as they lie there, sealed or not."""
    touched: float
    """When it was last handed in, in seconds of POSIX time."""


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a recording as they lie there. Whoever has them closes the file."""

    file: BinaryIO
    size: int
    key: bytes
    """Id of the key that they are sealed with; empty when they are plain."""


class Vault(Protocol):
    """Keeps recordings. May be used from several threads and processes.

    Every method may raise `VaultError`; `Unknown` is only ever raised of what is known to be gone.
    """

    @property
    def ring(self) -> KeyRing | None:
        """What recordings are sealed with; None to keep them plain."""
        ...

    @property
    def shown(self) -> str:
        """Where it is, without secrets."""
        ...

    def check(self) -> None:
        """See that it can be used, soon."""
        ...

    def take(self, stream: BinaryIO, /) -> Taken:
        """Keep all that the stream gives, under its hash; nothing is kept after an error."""
        ...

    def has(self, recording: str, /) -> bool:
        """Tell whether a recording is kept."""
        ...

    def ids(self) -> Iterator[Held]:
        """Yield what is kept, by id; some may go or come meanwhile."""
        ...

    def seals(self) -> Iterator[bytes]:
        """Yield for all that is kept the id of the key it is sealed with; empty for plain."""
        ...

    def opened(self, recording: str, /) -> Opened:
        """Open a recording for reading any part of it."""
        ...

    def open(self, recording: str, /, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a recording in pieces; fewer than `length` where it ends."""
        ...

    def size(self, recording: str, /) -> int:
        """Return the bytes of a recording."""
        ...

    def plain(self, recording: str, /) -> AbstractContextManager[Path]:
        """Give a recording as a file while inside."""
        ...

    def raw(self, recording: str, /) -> AbstractContextManager[Raw]:
        """Give the bytes of a recording as they lie there, while inside."""
        ...

    def remove(self, recording: str, /) -> bool:
        """Remove a recording; tell whether it was there."""
        ...

    def discard(self, recording: str, before: float, /) -> bool:
        """Remove a recording unless it was handed in since then; tell whether it was removed."""
        ...

    def reseal(self, recording: str, /) -> bool:
        """Seal a recording with the current key, if it is not; tell whether it was done."""
        ...

    def sweep(self, before: float, /) -> int:
        """Remove what crashes left half written before then; return how many files."""
        ...


def checked(recording: str) -> str:
    """Return the id of a recording.

    Raises:
        Unknown: this is none.
    """
    if not is_id(recording):
        raise Unknown("recording", "this is no id of one", "give 64 hexadecimal digits")
    return recording


def is_id(name: str) -> bool:
    """Tell whether this is the id of a recording."""
    return _ID.fullmatch(name) is not None


def bounded(stream: BinaryIO, largest: int) -> Iterator[bytes]:
    """Yield what a stream gives.

    Raises:
        InputError: that is more bytes than `largest`.
    """
    left = largest
    while block := stream.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise InputError(
                "recording", f"more than {largest} bytes", "cut it, or raise the limit"
            )
        yield block


@dataclass(slots=True)
class Seen:
    """What went by: how much, and its hash."""

    size: int = 0
    _sum: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        """SHA-256 so far, in hex."""
        return self._sum.hexdigest()

    def of(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the pieces."""
        for piece in pieces:
            self.size += len(piece)
            self._sum.update(piece)
            yield piece
