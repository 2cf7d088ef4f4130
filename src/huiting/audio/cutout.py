"""Cut a stretch out of a recording, as evidence to listen to."""

from contextlib import closing
from pathlib import Path

import numpy as np

from huiting.audio.decode import DEFAULT_LIMITS, Limits
from huiting.audio.native import pieces
from huiting.audio.raw import RawFormat
from huiting.audio.wave_file import writing
from huiting.audio.writer import Piece
from huiting.core.errors import InputError
from huiting.core.types import Span, clock

MARGIN = 0.3
"""Seconds kept on both sides: evidence that begins in the middle of a sound convinces nobody."""


def cut_clip(
    source: Path | bytes,
    span: Span,
    channel: int | None,
    target: Path,
    *,
    margin: float = MARGIN,
    expected: str | None = None,
    raw: RawFormat | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Span:
    """Write a stretch of a recording as WAV, at the recording's own rate.

    The recording is read up to the end of the stretch, never whole into memory.

    Args:
        source: where the recording is, or its content; any format that is analyzed.
        span: what to cut.
        channel: of the file; None for all of them.
        target: WAV file to write; there whole, or not at all.
        margin: seconds kept on both sides.
        expected: SHA-256 that the source must have; None for any.
        raw: how to read samples without a header.
        limits: what it may cost.

    Returns:
        What the clip holds, on the recording's clock.

    Raises:
        InputError: the source cannot be read, has no such channel, or ends before the stretch.
        UndecodableAudio: it is no audio that we can read.
        ConfigError: the target cannot be written.
    """
    around = Span(max(0.0, span.start - margin), span.end + margin)
    done = written = 0
    rate = 0
    with (
        closing(pieces(source, expected=expected, raw=raw, limits=limits)) as found,
        writing(target) as file,
    ):
        for piece in found:
            if channel is not None and not 0 <= channel < piece.samples.shape[1]:
                raise no_channel(channel, piece.samples.shape[1])
            rate = piece.rate
            start, end = (round(t * rate) for t in (around.start, around.end))
            first, last = max(start - done, 0), min(end - done, len(piece.samples))
            if first < last:
                file.write(_part(piece, first, last, channel))
                written += last - first
            done += len(piece.samples)
            if done >= end:
                break
        if not written:
            reason = f"it ends at {clock(done / rate)}, before {clock(span.start)}"
            raise InputError("recording", reason, "name a stretch inside it")
    begin = round(around.start * rate) / rate
    return Span(begin, begin + written / rate)


def _part(piece: Piece, first: int, last: int, channel: int | None) -> Piece:
    part = piece.samples[first:last]
    return Piece(np.ascontiguousarray(part if channel is None else part[:, [channel]]), piece.rate)


def no_channel(channel: int, channels: int) -> InputError:
    """Return what is wrong with a channel that is not there."""
    known = "channel 0" if channels == 1 else f"channels 0 to {channels - 1}"
    return InputError(f"channel {channel}", f"the recording has {known}", "name one of them")
