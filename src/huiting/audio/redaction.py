"""A copy of a recording in which stretches of single channels are silent, or beep.

Exact to the sample, at the recording's own rate; everything else is as decoded. Memory
does not grow with the length. Knows no words: the spans are given.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.audio.decode import DEFAULT_LIMITS, Limits
from huiting.audio.native import pieces
from huiting.audio.raw import RawFormat
from huiting.audio.wave_file import writing
from huiting.audio.writer import Piece
from huiting.core.types import Span

MARGIN = 0.4
"""Seconds covered on both sides of a span: words are timed to about a tenth of a second, a
recognizer may begin one late; bench/results/entities.md has what remains audible."""
TONE = 1000.0
"""Hz."""
LEVEL = 0.1
"""Amplitude of the beep: -20 dBFS."""
RAMP = 0.005
"""Seconds in which the beep comes and goes, inside the span, so that it does not click."""


class How(StrEnum):
    """What is heard instead."""

    BEEP = "beep"
    SILENCE = "silence"


def redact_audio(
    source: Path | bytes,
    spans: Mapping[int, Sequence[Span]],
    target: Path,
    *,
    how: How = How.BEEP,
    margin: float = MARGIN,
    expected: str | None = None,
    raw: RawFormat | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> None:
    """Write a WAV copy without what is said in `spans`; the source stays as it is.

    Args:
        source: where the recording is, or its content; any format that is analyzed.
        spans: what to cover, by channel of the file.
        target: WAV file to write; there whole, or not at all.
        how: what is heard instead.
        margin: seconds covered on both sides of each span.
        expected: SHA-256 that the source must have; None for any.
        raw: how to read samples without a header.
        limits: what it may cost.

    Raises:
        InputError: the source cannot be read, is another than expected, or is too long for WAV.
        UndecodableAudio: it is no audio that we can read.
        ConfigError: the target cannot be written.
    """
    with (
        closing(pieces(source, expected=expected, raw=raw, limits=limits)) as found,
        writing(target) as file,
    ):
        done = 0
        stretches: Mapping[int, list[tuple[int, int]]] | None = None
        for piece in found:
            if stretches is None:
                stretches = {c: stretches_of(s, piece.rate, margin) for c, s in spans.items()}
            file.write(covered(piece, done, stretches, how))
            done += len(piece.samples)


def stretches_of(spans: Sequence[Span], rate: int, margin: float = MARGIN) -> list[tuple[int, int]]:
    """Return the samples to cover, in order and apart."""
    joined: list[tuple[int, int]] = []
    for span in sorted(spans):
        start = max(0, int(np.floor((span.start - margin) * rate)))
        end = int(np.ceil((span.end + margin) * rate))
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def covered(
    piece: Piece, done: int, stretches: Mapping[int, list[tuple[int, int]]], how: How = How.BEEP
) -> Piece:
    """Return a piece that begins `done` samples into the recording, with stretches covered."""
    size = len(piece.samples)
    samples: NDArray[np.float32] = piece.samples.copy()
    for channel, those in stretches.items():
        if channel >= samples.shape[1]:
            continue
        begun = bisect_right(those, done, key=lambda stretch: stretch[1])
        for start, end in takewhile(lambda stretch: stretch[0] < done + size, those[begun:]):
            first, last = max(start - done, 0), min(end - done, size)
            samples[first:last, channel] = (
                _beep(done + first, done + last, (start, end), piece.rate)
                if how is How.BEEP
                else 0.0
            )
    return Piece(samples, piece.rate)


def _beep(first: int, last: int, stretch: tuple[int, int], rate: int) -> NDArray[np.float32]:
    """Return samples [first, last) of the beep that fills a stretch."""
    at = np.arange(first, last, dtype=np.float64)
    edge = np.minimum(at - stretch[0], stretch[1] - 1 - at)
    gain = np.clip(edge / max(1.0, RAMP * rate), 0.0, 1.0)
    tone: NDArray[np.float64] = LEVEL * gain * np.sin(2 * np.pi * TONE * at / rate)
    return tone.astype(np.float32)
