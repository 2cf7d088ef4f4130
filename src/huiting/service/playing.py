"""A WAV file that is there only while it is read: any part of it is decoded when it is asked for.

Its length follows from that of the recording as it was analyzed; what the file should lack of
that is silence, and what it has beyond is left out.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from huiting.audio.playing import Form, pieces_from
from huiting.audio.redaction import covered
from huiting.audio.source import Source
from huiting.audio.wave_file import HEADER, LARGEST, header, pcm
from huiting.audio.writer import Piece
from huiting.core.errors import InputError

_BLOCK = 1 << 16
"""Bytes that are decoded at least before they are handed on."""
Stretches = Mapping[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Part:
    """Which samples of a recording, and how they sound."""

    first: int
    count: int
    channel: int | None
    """None for all."""
    beeps: Stretches
    """By channel, the samples that are covered."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A recording open to be played. One reads it at a time; whoever has it closes it."""

    file: Source
    form: Form
    duration: float
    """Of the recording as analyzed, in seconds."""
    part: Part
    closing: ExitStack
    """Closes the file."""

    def __post_init__(self) -> None:
        """Check that a WAV file can be so long.

        Raises:
            InputError: it cannot.
        """
        if self.size > LARGEST:
            raise InputError(
                "recording", "a WAV file cannot hold more than 4 GiB", "ask for a stretch of it"
            )

    @property
    def size(self) -> int:
        """Bytes of the WAV file."""
        return HEADER + self.part.count * self._width

    def read(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield bytes in pieces.

        Args:
            start: the first byte.
            length: how many; fewer come where it ends. None for all.

        Raises:
            UndecodableAudio: it can no longer be read.
        """
        left = self.size - start if length is None else min(length, self.size - start)
        if start < HEADER:
            told = header(self.form.rate, self._channels, self.size - HEADER)[start:][:left]
            yield told
            start, left = HEADER, left - len(told)
        sample, skip = divmod(start - HEADER, self._width)
        blocks = self._blocks(sample) if left > 0 else iter(())
        for block in blocks:
            data = block[skip : skip + left]
            skip = max(0, skip - len(block))
            left -= len(data)
            if data:
                yield data
            if left <= 0:
                return

    def close(self) -> None:
        """Let it go."""
        self.closing.close()

    @property
    def _channels(self) -> int:
        return 1 if self.part.channel is not None else self.form.channels

    @property
    def _width(self) -> int:
        return 2 * self._channels

    def _blocks(self, sample: int) -> Iterator[bytes]:
        """Yield what is heard from a sample of the part on, in blocks worth sending."""
        waiting, size = [], 0
        for data in self._heard(sample):
            waiting.append(data)
            size += len(data)
            if size >= _BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
        yield b"".join(waiting)

    def _heard(self, sample: int) -> Iterator[bytes]:
        at, end = self.part.first + sample, self.part.first + self.part.count
        for done, piece in pieces_from(self.file, self.form, at, self.duration):
            size = len(piece.samples)
            first, last = max(0, at - done), min(size, end - done)
            if first < last:
                yield self._sound(piece, done, first, last)
                at = done + last
            if at >= end:
                return
        while at < end:
            silent = min(end - at, _BLOCK)
            yield bytes(silent * self._width)
            at += silent

    def _sound(self, piece: Piece, done: int, first: int, last: int) -> bytes:
        samples = covered(piece, done, self.part.beeps).samples[first:last]
        if self.part.channel is not None:
            samples = samples[:, [self.part.channel]]
        return pcm(np.ascontiguousarray(samples))
