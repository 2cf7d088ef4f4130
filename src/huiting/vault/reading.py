"""Kept bytes that are open for reading, sealed or not: any part of them, by several in turn."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from huiting.vault.sealed import KeyRing, Sealed

BLOCK = 1 << 20
"""Bytes read at a time."""
SUFFIX = ".sealed"
"""Of files that are sealed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Bytes to be read. Whoever has it closes it; removing its file meanwhile does no harm."""

    file: BinaryIO
    size: int
    """Bytes of plain text."""
    sealed: Sealed | None = None

    @classmethod
    def plain(cls, path: Path) -> Self:
        """Open a file that is not sealed.

        Raises:
            OSError: it cannot be opened.
        """
        file = path.open("rb")
        return cls(file, file.seek(0, 2))

    @classmethod
    def unsealed(cls, path: Path, name: str, ring: KeyRing) -> Self:
        """Open a sealed file.

        Args:
            path: of the file.
            name: the subject of errors.
            ring: has its key.

        Raises:
            OSError: it cannot be opened.
            Damaged: it is no whole sealed file.
            KeyMissing: its key is not in the ring.
        """
        return cls.sealed_in(path.open("rb"), name, ring)

    @classmethod
    def sealed_in(cls, file: BinaryIO, name: str, ring: KeyRing) -> Self:
        """Read from a sealed file that is open; errors as of `unsealed`, which close it."""
        try:
            sealed = Sealed.open(file, name, ring)
        except BaseException:
            file.close()
            raise
        return cls(file, sealed.size, sealed)

    def read(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield bytes in pieces.

        Args:
            start: the first byte.
            length: how many; fewer come where it ends. None for all.

        Raises:
            OSError: they cannot be read.
            Damaged: what is read was changed.
        """
        if self.sealed is not None:
            yield from self.sealed.read(start, length)
            return
        self.file.seek(start)
        left = length
        while block := self.file.read(BLOCK if left is None else min(BLOCK, left)):
            left = None if left is None else left - len(block)
            yield block

    def close(self) -> None:
        """Let it go."""
        self.file.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close it."""
        self.close()
