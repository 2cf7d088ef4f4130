"""Telephone or microphone audio as it arrives, made tracks at 16 kHz.

Bytes come in pieces of any size; what is half a frame waits for its other half. Samples do not
depend on how the bytes were cut. Nothing is kept of what was given out.
"""

from enum import StrEnum
from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

from huiting.core.errors import InputError

RATE = 16_000
"""Hz, of what is given out."""
RATES = range(8_000, 48_001)
"""Hz, of what may arrive."""
MOST_CHANNELS = 8
_BIAS = 132
"""What G.711 adds before it takes the logarithm in mu-law."""


class Encoding(StrEnum):
    """How a sample is written."""

    PCM16 = "pcm16"
    """Two bytes, little-endian."""
    MULAW = "mulaw"
    ALAW = "alaw"

    @property
    def width(self) -> int:
        """Bytes a sample."""
        return 2 if self is Encoding.PCM16 else 1


class Arriving:
    """The audio of one live call. One thread at a time."""

    def __init__(self, rate: int, channels: int, encoding: Encoding) -> None:
        """Await audio.

        Args:
            rate: Hz, 8,000 to 48,000.
            channels: interleaved, 1 to 8.
            encoding: how a sample is written.

        Raises:
            InputError: there is no such rate or number of channels.
        """
        if rate not in RATES:
            raise InputError(
                f"rate {rate}", "is no telephone's or microphone's", "send 8000 or 16000 Hz"
            )
        if not 1 <= channels <= MOST_CHANNELS:
            raise InputError(f"{channels} channels", "are none or too many", "send 1 or 2")
        self._channels = channels
        self._encoding = encoding
        self._left = b""
        self._resampler = (
            None if rate == RATE else soxr.ResampleStream(rate, RATE, channels, quality="HQ")
        )

    def feed(self, data: bytes) -> tuple[NDArray[np.float32], ...]:
        """Return what `data` completes: a row a channel, all of the same length.

        Samples are in [-1, 1]. Resampling holds back up to 0.1 s, which `finish` gives out.
        """
        data = self._left + data
        whole = len(data) - len(data) % (self._encoding.width * self._channels)
        self._left = data[whole:]
        return self._rows(_samples(data[:whole], self._encoding), last=False)

    def finish(self) -> tuple[NDArray[np.float32], ...]:
        """Return what was held back; half a frame is left out."""
        self._left = b""
        return self._rows(np.zeros(0, np.float32), last=True)

    def _rows(self, samples: NDArray[np.float32], *, last: bool) -> tuple[NDArray[np.float32], ...]:
        frames = samples.reshape(-1, self._channels)
        if self._resampler is not None:
            frames = self._resampler.resample_chunk(frames, last=last)
            frames = np.clip(frames.reshape(-1, self._channels), -1.0, 1.0)
        return tuple(np.ascontiguousarray(frames[:, i]) for i in range(self._channels))


def _samples(data: bytes, encoding: Encoding) -> NDArray[np.float32]:
    match encoding:
        case Encoding.PCM16:
            return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        case Encoding.MULAW:
            return _mulaw()[np.frombuffer(data, np.uint8)]
        case Encoding.ALAW:
            return _alaw()[np.frombuffer(data, np.uint8)]


@cache
def _mulaw() -> NDArray[np.float32]:
    """Return the sample that each byte stands for.

    Source:
        ITU-T G.711, table 2a.
    """
    code = ~np.arange(256, dtype=np.uint8)
    size = ((((code & 0x0F).astype(np.int32) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return _signed(np.where(code & 0x80, -size, size))


@cache
def _alaw() -> NDArray[np.float32]:
    """Return the sample that each byte stands for.

    Source:
        ITU-T G.711, table 1a.
    """
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = ((code >> 4) & 7).astype(np.int32)
    size = ((code & 0x0F).astype(np.int32) << 4) + 8
    size = np.where(exponent == 0, size, (size + 0x100) << np.maximum(exponent - 1, 0))
    return _signed(np.where(code & 0x80, size, -size))


def _signed(values: NDArray[np.int32]) -> NDArray[np.float32]:
    return (values / 32768).astype(np.float32)
