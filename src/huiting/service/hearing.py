"""Recordings as browsers play them: PCM in WAV, whole or one channel, with what is private covered.

What was made once is kept in a folder until it is full; the oldest goes first. A name says
everything that the bytes depend on, so nothing out of date is ever played. Where recordings
are sealed, so is what is made of them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from pathlib import Path

from huiting.audio.cutout import cut_clip
from huiting.audio.decode import DEFAULT_LIMITS
from huiting.audio.peaks import Peaks, peaks
from huiting.audio.redaction import How, redact_audio
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError, Unknown
from huiting.core.types import Span
from huiting.core.whole_file import PRIVATE, replacing
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import to_silence
from huiting.vault.cache import Cache
from huiting.vault.place import Vault
from huiting.vault.reading import Opened
from huiting.vault.sealed import KeyRing

_FINE, _LEAST, _MOST = 20, 400, 60_000
"""Stretches of an outline for each second, and how many at least and at most."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What to play; whoever has it closes it."""

    opened: Opened
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
    ring: KeyRing | None = None
    """What the files are sealed with; None to keep them plain."""
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
        name, make = self._wanted(analysis, wanted)
        with self._turns:
            opened = self._cache.get(f"{analysis.call.recording.id}.{name}.wav", make)
        return Sound(opened, name)

    def peaks(self, analysis: Analysis, points: int) -> Peaks:
        """Return the outline of each channel's waveform.

        Raises:
            Unknown: the recording is not here any more.
            UndecodableAudio: it can no longer be read.
        """
        recording = analysis.call.recording
        with self._turns, self._source(analysis) as source:
            return peaks(source, recording.duration, points, expected=recording.id)

    def outline(self, analysis: Analysis) -> bytes:
        """Return how loud each channel is, in short stretches: a byte each, 0 to 127.

        First all of the first channel; see `stretches`. Computed once, and kept.

        Raises:
            Unknown: the recording is not here any more.
            UndecodableAudio: it can no longer be read.
        """
        points = stretches(analysis.call.recording.duration)

        def draw(target: Path) -> None:
            found = self.peaks(analysis, points)
            channels = zip(found.low, found.high, strict=True)
            loud = (bytes(map(max, map(abs, low), high)) for low, high in channels)
            with replacing(target, PRIVATE) as file:
                file.write(b"".join(loud))

        name = f"{analysis.call.recording.id}.outline-{points}"
        with self._cache.get(name, draw) as opened:
            return b"".join(opened.read())

    def has(self, analysis: Analysis) -> bool:
        """Tell whether the recording is still here."""
        recording = analysis.call.recording
        return self.vault.has(recording.id) or _is_file(Path(recording.path))

    @property
    def _cache(self) -> Cache:
        return Cache(self.folder, self.room, self.ring)

    def _wanted(self, analysis: Analysis, wanted: Wanted) -> tuple[str, Callable[[Path], None]]:
        """Return the name of what is wanted, and what makes it."""
        recording = analysis.call.recording
        if wanted.channel is None and wanted.span is None:
            return self._whole(analysis, covered=wanted.covered)
        span = wanted.span or Span(0.0, recording.duration)

        def cut(target: Path) -> None:
            expected = None if wanted.covered else recording.id
            with self._cuttable(analysis, wanted) as whole:
                cut_clip(
                    whole, span, wanted.channel, target, margin=wanted.margin, expected=expected
                )

        private = self._covering(analysis) if wanted.covered else "open"
        return _named(recording.id, private, repr(wanted)), cut

    @contextmanager
    def _cuttable(self, analysis: Analysis, wanted: Wanted) -> Iterator[Path]:
        """Give the file that a stretch is cut from."""
        if not wanted.covered:
            with self._source(analysis) as source:
                yield source
            return
        name, make = self._whole(analysis, covered=True)
        with self._cache.plain(f"{analysis.call.recording.id}.{name}.wav", make) as whole:
            yield whole

    def _whole(self, analysis: Analysis, *, covered: bool) -> tuple[str, Callable[[Path], None]]:
        recording = analysis.call.recording.id
        spans = to_silence(analysis, self.policy) if covered else {}

        def copy(target: Path) -> None:
            with self._source(analysis) as source:
                redact_audio(source, spans, target, how=How.BEEP, expected=recording)

        return _named(recording, self._covering(analysis) if covered else "open"), copy

    def _covering(self, analysis: Analysis) -> str:
        """Return what tells one way of covering a call from another."""
        spans = to_silence(analysis, self.policy)
        return sha256(repr(sorted(spans.items())).encode()).hexdigest()

    @contextmanager
    def _source(self, analysis: Analysis) -> Iterator[Path]:
        recording = analysis.call.recording
        if self.vault.has(recording.id):
            with self.vault.plain(recording.id) as path:
                yield path
            return
        if not _is_file(Path(recording.path)):
            raise Unknown("recording", "its audio is not kept here", "hand it in again")
        yield Path(recording.path)

    def forget(self, recording: str) -> None:
        """Remove all that was made of a recording."""
        self._cache.forget(f"{recording}.")

    def sweep(self, before: float) -> int:
        """Remove what was not played since then, in POSIX seconds; return how many files."""
        return self._cache.sweep(before)


def stretches(duration: float) -> int:
    """Return in how many stretches the outline of a recording is told: 20 a second, if that is few."""
    return max(_LEAST, min(_MOST, ceil(duration * _FINE)))


def _named(*parts: str) -> str:
    """Return a name for what these parts determine."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


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
