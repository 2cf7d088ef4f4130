"""Files that are appended to, sealed or in the clear, and read while they grow."""

import os
import threading
from typing import BinaryIO, Protocol

from huiting.vault.framed import MAGIC, Framed
from huiting.vault.sealed import KeyRing


class Growing(Protocol):
    """Bytes that are appended to by several threads in turn, and read by another."""

    size: int
    """That are safe with the kernel."""

    def append(self, data: bytes, /) -> None:
        """Write more.

        Raises:
            OSError: not all of it could be written; `size` says how much was.
        """
        ...

    def read(self, place: int, size: int, /) -> bytes:
        """Return bytes from a place on; less where there is less."""
        ...


class Clear:
    """A `Growing` file that is not sealed.

    Args:
        file: for reading and appending, without a buffer; it stays the caller's.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._handle = file.fileno()
        self.size = os.fstat(self._handle).st_size
        self._writing = threading.Lock()

    def append(self, data: bytes) -> None:
        """Write more."""
        rest = memoryview(data)
        with self._writing:
            while rest:
                written = os.write(self._handle, rest)
                self.size += written
                rest = rest[written:]

    def read(self, place: int, size: int) -> bytes:
        """Return bytes from a place on."""
        return os.pread(self._handle, size, place)


def growing(file: BinaryIO, name: str, ring: KeyRing | None) -> Growing:
    """Return a file that is open for reading and appending; with keys it is sealed, or to be.

    Raises:
        KeyMissing: it was sealed with a key that the ring has not.
        Damaged: nothing of it can be opened.
        OSError: it cannot be read.
    """
    return Clear(file) if ring is None else Framed(file, name, ring)


def is_sealed(file: BinaryIO) -> bool:
    """Tell whether a file was sealed as it grew; what somebody sends may look like one that was."""
    return os.pread(file.fileno(), len(MAGIC), 0) == MAGIC
