"""An object of a bucket as a file that is read from anywhere; what is asked for is fetched."""

import io
import os
from typing import TYPE_CHECKING

from huiting.vault.bucket import Bucket, Object
from huiting.vault.errors import Away

if TYPE_CHECKING:
    from typing_extensions import Buffer

STEP = 4 << 20
"""Bytes that are fetched at a time, beyond what is asked for."""


class Ranged(io.RawIOBase):
    """Read through an `io.BufferedReader`. What is read is one object, even if it is replaced."""

    def __init__(self, bucket: Bucket, found: Object) -> None:
        self._bucket = bucket
        self._found = found
        self._at = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any part of it can be read."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte; return which."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._found.size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "Buffer") -> int:
        """Fetch the next bytes; return how many.

        Raises:
            Away: the server does not answer, or the object is not the one any more.
        """
        view = memoryview(buffer).cast("B")
        try:
            content = self._bucket.read(self._found, self._at, len(view))
        except FileNotFoundError as error:
            raise Away(
                "recording", "it was removed, or sealed anew, while it was read", "read it again"
            ) from error
        view[: len(content)] = content
        self._at += len(content)
        return len(content)
