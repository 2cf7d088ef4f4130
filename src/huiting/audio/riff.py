"""What a WAV header claims, which FFmpeg does not tell: it trims the claim to the file."""

import struct
from dataclasses import dataclass
from typing import Protocol

STREAMED = 0x7FFF_0000
"""Bytes claimed at least by a writer that did not know the length."""
MOST_CHUNKS = 64


class Reader(Protocol):
    """A file that can be read from anywhere."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        ...

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Move."""
        ...


@dataclass(frozen=True, slots=True)
class DataChunk:
    """The samples of a WAV file, as claimed and as there."""

    claimed: int
    """Bytes."""
    present: int
    """Bytes from the beginning of the samples to the end of the file."""
    followed: bool
    """Something that looks like another chunk, or nothing, stands after the claimed bytes."""

    @property
    def unknown(self) -> bool:
        """Whether the writer left the length open."""
        return self.claimed == 0 or self.claimed >= max(STREAMED, self.present + 1)


def data_chunk(file: Reader, size: int) -> DataChunk | None:
    """Find the samples of a WAV file of `size` bytes; None when it is no WAV or has none.

    Moves the file.

    Source:
        Multimedia Programming Interface and Data Specifications 1.0 (RIFF), 1991.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    place = 12
    for _ in range(MOST_CHUNKS):
        file.seek(place)
        chunk = file.read(8)
        if len(chunk) < 8:  # noqa: PLR2004  (a chunk header)
            return None
        name, claimed = struct.unpack("<4sI", chunk)
        place += 8
        if name == b"data":
            return DataChunk(claimed, size - place, _followed(file, place + claimed, size))
        place += claimed + claimed % 2
    return None


def _followed(file: Reader, place: int, size: int) -> bool:
    place += place % 2
    if place >= size:
        return True
    file.seek(place)
    chunk = file.read(8)
    name, length = chunk[:4], int.from_bytes(chunk[4:], "little")
    return name.isascii() and name.decode().isprintable() and place + 8 + length <= size + 1
