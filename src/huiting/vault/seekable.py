"""Kept bytes as a file that can be read from anywhere, sealed or not, without a clear copy."""

import io
from typing import BinaryIO, cast

from huiting.vault.reading import Opened

_AHEAD = 1 << 16
"""Bytes read at a time: a piece of a sealed file."""


def seekable(opened: Opened) -> BinaryIO:
    """Return what is open for reading as a file; closing it closes that."""
    if opened.sealed is None:
        return opened.file
    return cast("BinaryIO", io.BufferedReader(_Clear(opened), _AHEAD))


class _Clear(io.RawIOBase):
    """Plain text of a sealed file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        base = (0, self._place, self._opened.size)[whence]
        if base + place < 0:
            raise ValueError(place)
        self._place = base + place
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]  # typeshed wants any buffer
        length = min(len(target), max(0, self._opened.size - self._place))
        data = b"".join(self._opened.read(self._place, length)) if length else b""
        target[: len(data)] = data
        self._place += len(data)
        return len(data)

    def close(self) -> None:
        self._opened.close()
        super().close()
