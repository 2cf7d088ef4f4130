"""Decoded samples, kept out of memory: a spool a channel, read back in pieces.

16 bits a sample, as telephone audio has; the first minutes stay in memory, more goes to a
nameless temporary file, in which digital silence takes no room. Reading needs no lock: a
finished spool never changes.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from huiting.audio.source import shown
from huiting.core.errors import ConfigError
from huiting.core.types import Audio, Span

FULL = np.float32(32768)
BYTES = 2


class Spool:
    """Samples of one channel: appended first, then read from any thread, then closed.

    Args:
        folder: where the temporary file is made; None for the system's folder.
        memory: bytes kept in memory before the file is made.
    """

    def __init__(self, folder: Path | None, memory: int) -> None:
        self._folder = Path(folder or tempfile.gettempdir())
        self._memory = memory
        self._head = bytearray()
        self._file: BinaryIO | None = None
        self._size = 0
        self._closed = False

    def __len__(self) -> int:
        """Return how many samples there are."""
        return self._size // BYTES

    def append(self, samples: NDArray[np.float32]) -> None:
        """Add samples in [-1, 1]; what lies outside is limited.

        Raises:
            ConfigError: the temporary folder is full or may not be written.
        """
        data = np.clip(np.rint(samples * FULL), -FULL, FULL - 1).astype("<i2")
        if self._file is None and self._size + data.nbytes <= self._memory:
            self._head += data.tobytes()
        else:
            self._write(data)
        self._size += data.nbytes

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return samples [start, stop), fewer where the spool ends; a new array.

        Raises:
            ValueError: the spool was closed.
        """
        if self._closed:
            raise ValueError("the recording was closed; read its tracks inside `with`")
        first, last = (max(0, min(i * BYTES, self._size)) for i in (start, stop))
        if self._file is not None:
            data = os.pread(self._file.fileno(), max(0, last - first), first)
        else:
            data = bytes(memoryview(self._head)[first:last])
        return np.frombuffer(data, "<i2").astype(np.float32) / FULL

    def close(self) -> None:
        """Give memory and disk back; closing twice is no fault."""
        if self._file is not None:
            self._file.close()
        self._head = bytearray()
        self._closed = True

    def _write(self, data: NDArray[np.int16]) -> None:
        try:
            if self._file is None:
                # The spool outlives this call; `close` is what ends it.
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
                _write_all(self._file, self._head, 0)
                self._head = bytearray()
            if data.any():
                _write_all(self._file, data.tobytes(), self._size)
            else:
                self._file.truncate(self._size + data.nbytes)
        except OSError as error:
            self.close()
            raise _no_room(self._folder, error) from error


def _write_all(file: BinaryIO, data: bytes | bytearray, place: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(file.fileno(), left, place)
        left, place = left[written:], place + written


def _no_room(folder: Path, error: OSError) -> ConfigError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return ConfigError(
        f"temporary folder {shown(folder)}",
        "the disk is full" if full else f"it cannot be written: {error.strerror or error}",
        "free space (115 MB an hour and channel) or set another temporary folder",
    )


@dataclass(frozen=True, slots=True, eq=False)
class SpooledTrack:
    """A `Track`. May be read from several threads until its recording is closed."""

    channel: int
    """Of the file."""
    rate: int
    """Hz."""
    samples: Spool
    gain: float
    """dB added on reading; the level as recorded is the measured one less this."""
    noise: float
    """dBFS below which a tenth of it lies, as recorded and digital silence left out."""
    dead: bool
    """Carries no signal."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate

    def cut(self, span: Span) -> Audio:
        """Return the samples of `span`; shorter where the track ends earlier."""
        return self._read(round(span.start * self.rate), round(span.end * self.rate))

    def blocks(self, size: float) -> Iterator[Audio]:
        """Yield consecutive pieces of `size` seconds; the last may be shorter."""
        step = max(1, round(size * self.rate))
        for start in range(0, len(self.samples), step):
            yield self._read(start, start + step)

    def _read(self, start: int, stop: int) -> Audio:
        samples = self.samples.read(start, stop)
        if self.gain:
            factor = np.float32(10 ** (self.gain / 20))
            samples = np.clip(samples * factor, np.float32(-1), np.float32(1))
        return Audio(samples, self.rate)
