"""A recording as it was stored: its own rate and channels, a piece at a time.

For what leaves the program as sound again. Times are those of `decode`: gaps in the
container's clock are silence here too, so a span of an analysis is found at its samples.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from huiting.audio.container import streaming
from huiting.audio.decode import DEFAULT_LIMITS, Limits
from huiting.audio.raw import RawFormat
from huiting.audio.source import opened
from huiting.audio.writer import Piece, on_clock
from huiting.core.errors import InputError, UndecodableAudio


def pieces(
    source: Path | bytes,
    *,
    expected: str | None = None,
    raw: RawFormat | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Generator[Piece]:
    """Yield the recording from its beginning; every piece has the rate and channels of the first.

    Close it when stopping early: the file stays open until then.

    Args:
        source: where the file is, or its content.
        expected: SHA-256 that the bytes must have; None for any.
        raw: how to read samples without a header; None for a file with a header.
        limits: what it may cost.

    Raises:
        InputError: there is no such file, it is another one than expected, or it changed.
        UndecodableAudio: it is no audio that we can read, or beyond the limits.
    """
    with opened(source, largest=limits.size) as file:
        if expected is not None and file.id != expected:
            raise InputError(
                file.name,
                "this is not the recording that was analyzed",
                "name the original file",
            )
        with streaming(file, raw) as stream:
            frames = on_clock(stream.frames(), origin=stream.origin, claimed=stream.claimed)
            seconds = 0.0
            for piece in uniform(frames):
                seconds += len(piece.samples) / piece.rate
                if seconds > limits.duration:
                    hours = limits.duration / 3600
                    raise UndecodableAudio(
                        file.name, f"it is longer than {hours:g} hours", "raise the limit"
                    )
                yield piece
            if not seconds:
                raise UndecodableAudio(
                    file.name, "no packet of it decodes", "copy it again from the recorder"
                )


def uniform(frames: Iterator[Piece], rate: int = 0, channels: int = 0) -> Iterator[Piece]:
    """Yield pieces in one form, that of the first by default; another rate is resampled."""
    source_rate = rate
    resampler: soxr.ResampleStream | None = None
    for piece in frames:
        if not rate:
            rate, channels = piece.rate, piece.samples.shape[1]
            source_rate = rate
        samples = np.ascontiguousarray(_fitted(piece.samples, channels))
        if piece.rate != source_rate:
            if resampler is not None:
                yield Piece(resampler.resample_chunk(samples[:0], last=True), rate)
            source_rate = piece.rate
            same = source_rate == rate
            resampler = None if same else soxr.ResampleStream(source_rate, rate, channels)
        if resampler is not None:
            samples = resampler.resample_chunk(samples)
        yield Piece(samples, rate)
    if resampler is not None:
        last = np.zeros((0, channels), np.float32)
        yield Piece(resampler.resample_chunk(last, last=True), rate)


def _fitted(samples: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    have = samples.shape[1]
    if have == 1 < channels:  # a mono stretch of a stereo file sounds on all its channels
        return np.repeat(samples, channels, axis=1)
    return np.pad(samples[:, :channels], ((0, 0), (0, max(0, channels - have))))
