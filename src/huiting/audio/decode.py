"""A file, bytes or an array to tracks: each channel by itself, at one rate, out of memory.

Decoded a packet at a time and written to a spool a channel, so that memory does not grow
with the length. Knows what FFmpeg yields only through `container`.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from huiting.audio.container import AudioStream, streaming
from huiting.audio.raw import MOST_CHANNELS, RATES, RawFormat
from huiting.audio.source import Source, opened
from huiting.audio.spool import Spool, SpooledTrack
from huiting.audio.writer import Piece, Writer, Written, on_clock
from huiting.core.errors import InputError, UndecodableAudio
from huiting.core.types import Condition, ConditionKind

HOUR = 3600.0
TOLERANCE = 0.5
"""Seconds that a header's duration may be off, or TOLERANCE_SHARE of it if that is more."""
TOLERANCE_SHARE = 0.01
EXACT = 0.1
"""Seconds that it may be off where it follows from the number of bytes."""
HOPELESS = 0.9
"""Share of damaged packets from which a file is no audio, whatever the rest decodes to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may cost before it is refused."""

    duration: float = 24 * HOUR
    """Seconds."""
    size: int = 16 << 30
    """Bytes."""
    density: float = 0.02
    """Seconds of sound a byte; more is hours of zeros, not a call (AMR at its least: 0.0016)."""
    brief: float = HOUR
    """Seconds up to which the density is not looked at."""
    memory: int = 32 << 20
    """Bytes of samples kept in memory for one recording; the rest goes to a temporary file."""


DEFAULT_LIMITS = Limits()


def _untold(_done: float) -> None:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded recording; owns the spools of its tracks until it is closed."""

    id: str
    """SHA-256 of the bytes, in hex."""
    size: int
    """Bytes."""
    duration: float
    """Seconds, as decoded."""
    file_rate: int
    """Hz, as stored."""
    codec: str
    """FFmpeg's name; `array` for samples that were given."""
    channels: int
    """Of the file; a copy of another channel has no track."""
    tracks: tuple[SpooledTrack, ...]
    """In the file's order; `track.channel` says which channel of the file each one is."""
    conditions: tuple[Condition, ...]
    _spools: tuple[Spool, ...]

    @property
    def alive(self) -> tuple[SpooledTrack, ...]:
        """The tracks that carry a signal."""
        return tuple(track for track in self.tracks if not track.dead)

    def close(self) -> None:
        """Give the samples back; the tracks cannot be read any more."""
        for spool in self._spools:
            spool.close()

    def __enter__(self) -> Self:
        """Return itself, open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def decode(
    source: Path | bytes,
    *,
    rate: int = 16_000,
    raw: RawFormat | None = None,
    limits: Limits = DEFAULT_LIMITS,
    temporary: Path | None = None,
    called: str = "",
    advance: Callable[[float], None] = _untold,
) -> Decoded:
    """Decode a recording; use the result in a `with`, which closes it.

    Args:
        source: where the file is, or its content.
        rate: Hz that the tracks get.
        raw: how to read samples without a header; None for a file with a header.
        limits: what it may cost.
        temporary: folder for the samples that do not fit in memory; None for the system's.
        called: name that the recording came with, where the file has another.
        advance: told the share of the file that was read, in [0, 1].

    Raises:
        InputError: there is no such file, it may not be read, or it changed meanwhile.
        UndecodableAudio: it is no audio that we can read, or beyond the limits.
        ConfigError: the temporary folder is full or cannot be written.
    """
    with ExitStack() as undo:
        writer = Writer(rate, limits.memory, temporary)
        undo.callback(writer.close)
        with (
            opened(source, largest=limits.size, called=called) as file,
            streaming(file, raw) as stream,
        ):
            _refuse_long_claim(file, stream, limits)
            for piece in on_clock(stream.frames(), origin=stream.origin, claimed=stream.claimed):
                writer.write(piece)
                _refuse_long(file, writer.seconds, limits)
                advance(min(1.0, file.tell() / file.size))
            written = _finished(file, stream, writer)
        decoded = _decoded(written, file.id, file.size, stream.codec, _conditions(stream, written))
        undo.pop_all()
    return decoded


def probe(source: Path, *, called: str = "", limits: Limits = DEFAULT_LIMITS) -> None:
    """Refuse a file that cannot be decoded, by its header and its first samples.

    What is cut off or damaged further on is found only by `decode`.

    Args:
        source: where the file is.
        called: name that the recording came with, where the file has another.
        limits: what it may cost.

    Raises:
        InputError: it may not be read.
        UndecodableAudio: it is no audio that we can read, or beyond the limits.
    """
    with (
        opened(source, largest=limits.size, called=called) as file,
        streaming(file, None) as stream,
    ):
        _refuse_long_claim(file, stream, limits)
        if next(iter(stream.frames()), None) is None:
            raise UndecodableAudio(file.name, "it holds no audio", "check the recorder")


def from_samples(
    samples: ArrayLike,
    rate: int,
    *,
    to_rate: int = 16_000,
    limits: Limits = DEFAULT_LIMITS,
    temporary: Path | None = None,
) -> Decoded:
    """Take samples that are in memory already, as if they had been decoded.

    Args:
        samples: shape (n,) or (channels, n); floats in [-1, 1] or 16-bit integers.
        rate: their rate in Hz; part of the identity.
        to_rate: Hz that the tracks get.
        limits: only `memory` is looked at.
        temporary: as for `decode`.

    Raises:
        InputError: the array has another shape or type, no samples, or an absurd rate.
        ConfigError: the temporary folder is full or cannot be written.
    """
    columns = _columns(samples, rate)
    with ExitStack() as undo:
        writer = Writer(to_rate, limits.memory, temporary)
        undo.callback(writer.close)
        step = 10 * rate
        for start in range(0, columns.shape[1], step):
            writer.write(Piece(columns[:, start : start + step].T, rate))
        written = writer.finish()
        assert written is not None
        content = np.ascontiguousarray(columns).tobytes()
        digest = hashlib.sha256(content + str(rate).encode()).hexdigest()
        decoded = _decoded(written, digest, len(content), "array", ())
        undo.pop_all()
    return decoded


def _columns(samples: ArrayLike, rate: int) -> NDArray[np.float32]:
    array = np.atleast_2d(np.asarray(samples))
    remedy = "give float32 in [-1, 1] of shape (n,) or (channels, n)"
    if array.ndim != 2 or array.shape[0] > MOST_CHANNELS or not array.size:  # noqa: PLR2004
        raise InputError("samples", f"their shape is {np.shape(samples)}", remedy)
    if rate not in RATES:
        raise InputError(
            "samples", f"their rate is {rate} Hz", f"{RATES[0]} to {RATES[-1]} is read"
        )
    if array.dtype == np.int16:
        return array.astype(np.float32) / np.float32(32768)
    if array.dtype.kind != "f":
        raise InputError("samples", f"their type is {array.dtype}", remedy)
    floats = array.astype(np.float32)
    if not np.isfinite(floats).all():
        raise InputError("samples", "they are not all finite", remedy)
    return floats


def _refuse_long_claim(file: Source, stream: AudioStream, limits: Limits) -> None:
    claimed = stream.claimed or 0.0
    believable = claimed <= limits.density * file.size
    if claimed > limits.duration and believable and not stream.byte_bound:
        raise _too_long(file, f"it claims {claimed / HOUR:.1f} hours", limits)


def _refuse_long(file: Source, seconds: float, limits: Limits) -> None:
    if seconds > limits.duration:
        raise _too_long(file, f"it goes on after {seconds / HOUR:.1f} hours", limits)
    if seconds > max(limits.brief, limits.density * file.size):
        raise UndecodableAudio(
            file.name,
            f"{file.size} bytes unpack to more than {seconds / HOUR:.1f} hours",
            "it is no call; leave it out",
        )


def _too_long(file: Source, reason: str, limits: Limits) -> UndecodableAudio:
    return UndecodableAudio(
        file.name,
        f"{reason}, more than the limit of {limits.duration / HOUR:.1f}",
        "split it or raise the limit",
    )


def _finished(file: Source, stream: AudioStream, writer: Writer) -> Written:
    written = writer.finish()
    if written is None or not written.duration:
        reason = "no packet of it decodes" if stream.damaged else "it holds no sound"
        raise UndecodableAudio(file.name, reason, "copy it again from the recorder")
    if stream.damaged > HOPELESS * max(1, stream.packets):
        reason = f"{stream.damaged} of {stream.packets} packets do not decode"
        raise UndecodableAudio(file.name, reason, "copy it again from the recorder")
    return written


def _conditions(stream: AudioStream, written: Written) -> tuple[Condition, ...]:
    kind = ConditionKind
    found = [Condition(kind.DAMAGED, None, stream.damaged)] if stream.damaged else []
    if not stream.states_duration:
        return tuple(found)
    if stream.claimed is None:
        return (*found, Condition(kind.MISSING_DURATION))
    missing = stream.claimed - written.duration
    exact = stream.byte_bound
    tolerance = EXACT if exact else max(TOLERANCE, TOLERANCE_SHARE * stream.claimed)
    if stream.cut_off or (missing > tolerance and not stream.complete):
        return (*found, Condition(kind.TRUNCATED, None, written.duration))
    if abs(missing) > tolerance:
        return (*found, Condition(kind.WRONG_DURATION, None, stream.claimed))
    return tuple(found)


def _decoded(
    written: Written, digest: str, size: int, codec: str, conditions: tuple[Condition, ...]
) -> Decoded:
    return Decoded(
        id=digest,
        size=size,
        duration=written.duration,
        file_rate=written.file_rate,
        codec=codec,
        channels=written.channels,
        tracks=written.tracks,
        conditions=conditions + written.conditions,
        _spools=written.spools,
    )
