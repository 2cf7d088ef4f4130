"""WAV files written a piece at a time: 16 bits, whole or not there at all."""

import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.audio.source import shown
from huiting.audio.writer import Piece
from huiting.core.errors import ConfigError, InputError
from huiting.core.whole_file import replacing

FULL = np.float32(32768)
LARGEST = (1 << 32) - 1024
"""Bytes that the header of a WAV file can state."""


HEADER = 44
"""Bytes of one that states only what is needed."""


def pcm(samples: NDArray[np.float32]) -> bytes:
    """Return samples in [-1, 1] as a WAV file holds them; what lies outside is limited."""
    limited: NDArray[np.int16] = np.clip(np.rint(samples * FULL), -FULL, FULL - 1).astype("<i2")
    return limited.tobytes()


def header(rate: int, channels: int, size: int) -> bytes:
    """Return the header of a WAV file.

    Args:
        rate: Hz.
        channels: how many.
        size: bytes of the samples that follow.

    Source:
        Multimedia Programming Interface and Data Specifications 1.0 (RIFF), 1991.
    """
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return (
        b"RIFF"
        + struct.pack("<I", HEADER - 8 + size)
        + b"WAVEfmt "
        + form
        + b"data"
        + struct.pack("<I", size)
    )


class WaveWriter:
    """Takes pieces of one form, in order."""

    def __init__(self, file: wave.Wave_write, name: str) -> None:
        self._file = file
        self._name = name
        self._bytes = 0

    def write(self, piece: Piece) -> None:
        """Append a piece; samples in [-1, 1], what lies outside is limited.

        Raises:
            InputError: the file would become larger than a WAV file can be.
        """
        if not self._bytes:
            self._file.setnchannels(piece.samples.shape[1])
            self._file.setsampwidth(2)
            self._file.setframerate(piece.rate)
        data = pcm(piece.samples)
        self._bytes += len(data)
        if self._bytes > LARGEST:
            raise InputError(
                self._name, "a WAV file cannot hold more than 4 GiB", "split the recording"
            )
        self._file.writeframesraw(data)


@contextmanager
def writing(target: Path) -> Iterator[WaveWriter]:
    """Write a WAV file while inside; a failure leaves no file, and an old one as it was.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        with replacing(target) as raw, wave.open(raw, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))  # of a file to which nothing was written
            yield WaveWriter(file, shown(target))
    except OSError as error:
        raise ConfigError(
            shown(target),
            f"it cannot be written: {error.strerror or error}",
            "free space, or name another folder",
        ) from error
