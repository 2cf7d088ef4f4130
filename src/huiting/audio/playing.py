"""A recording heard from any moment on, without what comes before being decoded where that is safe.

Beeps cover samples by their number, so a sample that is reached by jumping must have the number
that it has when all is decoded from the beginning. By a file's timestamps it has, if those reach
the end of the recording exactly when decoding did; else nothing is jumped over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from huiting.audio.container import AudioStream, Frame, streaming
from huiting.audio.native import uniform
from huiting.audio.source import Source
from huiting.audio.writer import JITTER, Piece, on_clock
from huiting.core.errors import UndecodableAudio

NEAR = 20.0
"""Seconds that are decoded from the beginning without further ado."""
BEFORE = 2.0
"""Seconds decoded before the moment: codecs need some to be themselves again."""
LANDED = 30.0
"""Seconds before the moment that a jump may end at."""
END = 30.0
"""Seconds before the end from which the clock of a file is compared with what was decoded."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a recording is stored."""

    rate: int
    """Hz."""
    channels: int
    origin: float | None
    """The container's clock where the recording begins; None when it keeps none."""


def form_of(file: Source) -> Form:
    """Return how a recording is stored, by its header and its first samples.

    Raises:
        UndecodableAudio: it is no audio that we can read.
    """
    file.seek(0)
    with streaming(file, None) as stream:
        first = next(iter(stream.frames()), None)
        if first is None:
            raise UndecodableAudio(
                file.name, "no packet of it decodes", "copy it again from the recorder"
            )
        origin = first.start if stream.origin is None else stream.origin
        return Form(first.rate, first.samples.shape[1], origin)


def pieces_from(
    file: Source, form: Form, first: int, duration: float
) -> Iterator[tuple[int, Piece]]:
    """Yield pieces of a recording with the number of their first sample.

    They follow one another; the first one begins at sample `first` or before it.

    Args:
        file: open; nobody else may read it meanwhile.
        form: of the recording.
        first: the sample that is wanted first.
        duration: of the recording as decoded, in seconds.

    Raises:
        UndecodableAudio: it is no audio that we can read.
    """
    moment = first / form.rate
    if moment > NEAR and form.origin is not None and _keeps_time(file, form.origin, duration):
        file.seek(0)
        with streaming(file, None) as stream:
            landed = _landed(stream, form.origin, moment)
            if landed is not None:
                yield from _numbered(stream, landed[1], form, landed[0])
                return
    file.seek(0)
    with streaming(file, None) as stream:
        yield from _numbered(stream, stream.frames(), form, 0.0)


def _keeps_time(file: Source, origin: float, duration: float) -> bool:
    """Tell whether the file's clock says at its end what decoding all of it said."""
    file.seek(0)
    with streaming(file, None) as stream:
        if not stream.go_to(origin + max(0.0, duration - END)):
            return False
        end: float | None = None
        for frame in stream.frames():
            end = None if frame.start is None else frame.start + len(frame.samples) / frame.rate
        return end is not None and abs(end - origin - duration) <= 2 * JITTER


def _landed(
    stream: AudioStream, origin: float, moment: float
) -> tuple[float, Iterator[Frame]] | None:
    """Jump to shortly before a moment; return where that is, and what follows; None if it fails."""
    if not stream.go_to(origin + moment - BEFORE):
        return None
    frames = stream.frames()
    head = next(frames, None)
    if head is None or head.start is None:
        return None
    begin = head.start - origin
    return (begin, chain((head,), frames)) if 0 <= moment - begin <= LANDED else None


def _numbered(
    stream: AudioStream, frames: Iterator[Frame], form: Form, begin: float
) -> Iterator[tuple[int, Piece]]:
    origin = form.origin if begin else stream.origin
    found = on_clock(frames, origin=origin, claimed=stream.claimed, done=begin)
    done = round(begin * form.rate)
    for piece in uniform(found, form.rate, form.channels):
        yield done, piece
        done += len(piece.samples)
