"""Recordings as browsers play them: PCM in WAV, whole or one channel, with what is private covered.

What was made once is kept in a folder until it is full; the oldest goes first. A name says
everything that the bytes depend on, so nothing out of date is ever played.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from huiting.audio.cutout import cut_clip
from huiting.audio.decode import DEFAULT_LIMITS
from huiting.audio.peaks import Peaks, peaks
from huiting.audio.redaction import How, redact_audio
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError, Unknown
from huiting.core.types import Span
from huiting.service.recordings import Vault
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import to_silence


@dataclass(frozen=True, slots=True)
class Sound:
    """A file to play."""

    path: Path
    etag: str
    """Changes whenever the bytes do; safe in a header, without quotes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be heard of a call."""

    channel: int | None = None
    """None for all of them."""
    covered: bool = True
    """What is private is a beep."""
    span: Span | None = None
    """None for all of it."""
    margin: float = 0.0
    """Seconds kept on both sides of the span."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Makes files to play. May be used from several threads."""

    vault: Vault
    folder: Path
    policy: Policy
    room: int = 8 << 30
    """Bytes that the folder may hold."""
    at_once: int = 2
    """Conversions at a time; the others wait."""
    _turns: threading.Semaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the turnstile."""
        object.__setattr__(self, "_turns", threading.Semaphore(self.at_once))

    def sound(self, analysis: Analysis, wanted: Wanted) -> Sound:
        """Return a WAV file of a call.

        Raises:
            Unknown: the recording is not here any more.
            InputError: it has no such channel, or ends before the span.
            UndecodableAudio: it can no longer be read.
        """
        source = self._source(analysis)
        if wanted.channel is None and wanted.span is None:
            return self._whole(analysis, source, covered=wanted.covered)
        whole = self._whole(analysis, source, covered=True).path if wanted.covered else source
        span = wanted.span or Span(0.0, analysis.call.recording.duration)

        def cut(target: Path) -> None:
            expected = None if wanted.covered else analysis.call.recording.id
            cut_clip(whole, span, wanted.channel, target, margin=wanted.margin, expected=expected)

        private = self._covering(analysis) if wanted.covered else "open"
        return self._kept((analysis.call.recording.id, private, repr(wanted)), cut)

    def peaks(self, analysis: Analysis, points: int) -> Peaks:
        """Return the outline of each channel's waveform.

        Raises:
            Unknown: the recording is not here any more.
            UndecodableAudio: it can no longer be read.
        """
        recording = analysis.call.recording
        with self._turns:
            return peaks(self._source(analysis), recording.duration, points, expected=recording.id)

    def _whole(self, analysis: Analysis, source: Path, *, covered: bool) -> Sound:
        spans = to_silence(analysis, self.policy) if covered else {}

        def copy(target: Path) -> None:
            redact_audio(source, spans, target, how=How.BEEP, expected=analysis.call.recording.id)

        private = self._covering(analysis) if covered else "open"
        return self._kept((analysis.call.recording.id, private), copy)

    def _covering(self, analysis: Analysis) -> str:
        """Return what tells one way of covering a call from another."""
        spans = to_silence(analysis, self.policy)
        return sha256(repr(sorted(spans.items())).encode()).hexdigest()

    def _source(self, analysis: Analysis) -> Path:
        recording = analysis.call.recording
        for path in (self.vault.path(recording.id), Path(recording.path)):
            with suppress(OSError, ValueError):
                if path.is_file():
                    return path
        raise Unknown("recording", "its audio is not kept here", "hand it in again")

    def _kept(self, parts: tuple[str, ...], make: Callable[[Path], None]) -> Sound:
        etag = sha256("\n".join(parts).encode()).hexdigest()[:32]
        path = self.folder / f"{parts[0]}.{etag}.wav"
        with self._turns:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                self._make_room()
                make(path)
        with suppress(OSError):
            os.utime(path)
        return Sound(path, etag)

    def _make_room(self) -> None:
        """Remove what was not played for longest until there is room again."""
        found = []
        for entry in os.scandir(self.folder):
            with suppress(OSError):
                found.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.room:
                break
            Path(path).unlink(missing_ok=True)
            total -= size

    def forget(self, recording: str) -> None:
        """Remove all that was made of a recording."""
        for path in self.folder.glob(f"{recording}.*.wav"):
            path.unlink(missing_ok=True)


def checked(span: Span, longest: float) -> Span:
    """Return the span of a clip.

    Raises:
        InputError: it is empty or too long.
    """
    if not 0 < span.duration <= longest:
        raise InputError("clip", "empty, or too long", f"ask for at most {longest:g} seconds")
    if span.end > DEFAULT_LIMITS.duration:
        raise InputError("clip", "beyond any recording", "ask for a part of this one")
    return span
