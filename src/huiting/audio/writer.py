"""Frames to tracks: put on the clock, resampled, measured and spooled, a second at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from huiting.audio.channels import judge
from huiting.audio.container import Frame
from huiting.audio.levels import Meter
from huiting.audio.spool import Spool, SpooledTrack
from huiting.core.types import Condition

BATCH = 1.0
"""Seconds resampled and written at a time."""
JITTER = 0.03
"""Seconds that timestamps and samples may drift apart before something is done about it."""
UNCLAIMED_GAPS = 60.0
"""Seconds of gaps filled at most in a file that claims no duration."""
SILENCE = 10.0
"""Seconds of a gap written at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples that follow the piece before."""

    samples: NDArray[np.float32]
    """Shape (n, channels)."""
    rate: int
    """Hz."""


def on_clock(
    frames: Iterable[Frame], *, origin: float | None, claimed: float | None, done: float = 0.0
) -> Iterator[Piece]:
    """Yield frames one after the other, with silence where timestamps leave a gap.

    A gap that goes beyond the claimed duration is not believed, nor is a step back:
    what comes then is simply appended.

    Args:
        frames: in the order of the file.
        origin: the container's clock where the recording begins; None for the first frame.
        claimed: seconds, by the header.
        done: seconds of the recording before the first frame.
    """
    filled = 0.0
    for frame in frames:
        if frame.start is not None:
            origin = frame.start if origin is None else origin
            gap = frame.start - origin - done
            room = UNCLAIMED_GAPS - filled if claimed is None else claimed + BATCH - done
            if JITTER < gap <= room:
                yield from _silence(gap, frame)
                done, filled = done + gap, filled + gap
            elif abs(gap) > JITTER:
                origin += gap
        yield Piece(frame.samples, frame.rate)
        done += len(frame.samples) / frame.rate


def _silence(seconds: float, like: Frame) -> Iterator[Piece]:
    left = round(seconds * like.rate)
    step = round(SILENCE * like.rate)
    for start in range(0, left, step):
        size = min(step, left - start)
        yield Piece(np.zeros((size, like.samples.shape[1]), np.float32), like.rate)


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Everything that was written."""

    tracks: tuple[SpooledTrack, ...]
    conditions: tuple[Condition, ...]
    """Of the channels."""
    spools: tuple[Spool, ...]
    """Of all channels, to close."""
    channels: int
    """Of the file."""
    file_rate: int
    """Hz, of the first piece."""
    duration: float
    """Seconds."""


class Writer:
    """Takes pieces, in order, and makes tracks of them.

    Args:
        rate: Hz of the tracks.
        memory: bytes kept in memory over all channels.
        temporary: folder for the rest; None for the system's.
    """

    def __init__(self, rate: int, memory: int, temporary: Path | None) -> None:
        self.seconds = 0.0
        """Taken so far."""
        self._rate = rate
        self._memory = memory
        self._temporary = temporary
        self._batch: list[NDArray[np.float32]] = []
        self._waiting = 0
        self._in_rate = 0
        self._file_rate = 0
        self._spools: tuple[Spool, ...] = ()
        self._meter: Meter | None = None
        self._resampler: Any = None

    def write(self, piece: Piece) -> None:
        """Take the next piece; one with other channels than the first is fitted to it.

        Raises:
            ConfigError: the temporary folder is full or cannot be written.
        """
        if self._meter is None:
            self._begin(piece)
        if piece.rate != self._in_rate:
            self._flush(last=True)
            self._resample_from(piece.rate)
        self._batch.append(_fitted(piece.samples, len(self._spools)))
        self._waiting += len(piece.samples)
        self.seconds += len(piece.samples) / piece.rate
        if self._waiting >= BATCH * self._in_rate:
            self._flush(last=False)

    def finish(self) -> Written | None:
        """Write what is left and judge the channels; None when nothing came."""
        if self._meter is None:
            return None
        self._flush(last=True)
        judged = judge(self._meter.finish(), self._meter.products)
        tracks = tuple(
            SpooledTrack(c.channel, self._rate, self._spools[c.channel], c.gain, c.noise, c.dead)
            for c in judged.channels
        )
        return Written(
            tracks=tracks,
            conditions=judged.conditions,
            spools=self._spools,
            channels=len(self._spools),
            file_rate=self._file_rate,
            duration=len(self._spools[0]) / self._rate,
        )

    def close(self) -> None:
        """Throw away what was written."""
        for spool in self._spools:
            spool.close()

    def _begin(self, piece: Piece) -> None:
        channels = piece.samples.shape[1]
        share = self._memory // channels
        self._spools = tuple(Spool(self._temporary, share) for _ in range(channels))
        self._meter = Meter(channels, piece.rate)
        self._file_rate = piece.rate
        self._resample_from(piece.rate)

    def _resample_from(self, rate: int) -> None:
        self._in_rate = rate
        self._resampler = (
            None if rate == self._rate else soxr.ResampleStream(rate, self._rate, len(self._spools))
        )

    def _flush(self, *, last: bool) -> None:
        channels = len(self._spools)
        samples = np.concatenate([np.zeros((0, channels), np.float32), *self._batch])
        self._batch, self._waiting = [], 0
        assert self._meter is not None
        self._meter.feed(samples)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(np.ascontiguousarray(samples), last=last)
        for channel, spool in enumerate(self._spools):
            spool.append(samples[:, channel])


def _fitted(samples: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    have = samples.shape[1]
    if have == channels:
        return samples
    if have == 1:  # a mono stretch of a stereo file sounds on all its channels
        return np.repeat(samples, channels, axis=1)
    return np.pad(samples[:, :channels], ((0, 0), (0, max(0, channels - have))))
