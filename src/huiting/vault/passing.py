"""Bytes that pass through this process: what of them lies on the disk is sealed.

Nobody but this process reads them, and nothing of them outlives it. So they are sealed whether
recordings are or not, with a key that is made for them and kept nowhere, in a file without a name.
"""

import os
import tempfile
from typing import BinaryIO

from huiting.vault.framed import FRAME, Framed
from huiting.vault.sealed import KeyRing

_KEY = 32


class Passing:
    """Bytes that are written, and then read once from their beginning. Used by one thread at a time.

    Args:
        most: bytes that may stay in memory.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = bytearray()
        """In memory; they follow those on the disk."""
        self._file: BinaryIO | None = None
        self._sealed: Framed | None = None
        self._at = 0

    @property
    def size(self) -> int:
        """Bytes that were written."""
        return self._safe + len(self._waiting)

    def write(self, data: bytes) -> None:
        """Keep more.

        Raises:
            OSError: there is no room for it.
        """
        self._waiting += data
        if len(self._waiting) > (self._most if self._sealed is None else FRAME):
            self._put()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; nothing at the end."""
        wanted = self.size - self._at if size < 0 else size
        data = b""
        if self._sealed is not None and self._at < self._safe:
            data = self._sealed.read(self._at, wanted)
        begin = self._at + len(data) - self._safe
        if begin >= 0:
            data += self._waiting[begin : begin + wanted - len(data)]
        self._at += len(data)
        return data

    def close(self) -> None:
        """Let all of it go; more than once is no harm."""
        self._waiting.clear()
        self._sealed = None
        if self._file is not None:
            self._file.close()

    @property
    def _safe(self) -> int:
        return self._sealed.size if self._sealed else 0

    def _put(self) -> None:
        if self._sealed is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (closed by `close`)
            ring = KeyRing((os.urandom(_KEY),))
            self._sealed = Framed(self._file, "audio", ring)
        self._sealed.append(bytes(self._waiting))
        self._waiting.clear()
