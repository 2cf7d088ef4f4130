"""Recordings as browsers play them: PCM in WAV, whole or one channel, with what is private covered.

Nothing is converted before it is asked for, and no sound is kept: whoever jumps into a call of
hours hears it at once. Outlines are kept in a folder until it is full; the oldest goes first.
Where recordings are sealed, so are they.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from pathlib import Path, PurePath

from huiting.audio.cutout import no_channel
from huiting.audio.decode import DEFAULT_LIMITS as _LIMITS
from huiting.audio.peaks import Peaks, peaks
from huiting.audio.playing import Form, form_of
from huiting.audio.redaction import stretches_of
from huiting.audio.source import Source, opened
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError, Unknown
from huiting.core.types import Span, clock
from huiting.core.whole_file import PRIVATE, replacing
from huiting.service.playing import Part, Played, Stretches
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import to_silence
from huiting.vault.cache import Cache
from huiting.vault.place import Vault
from huiting.vault.sealed import KeyRing
from huiting.vault.seekable import seekable

_KIND = "decoded as it is read"
_FINE, _LEAST, _MOST = 20, 400, 60_000
"""Stretches of an outline for each second, and how many at least and at most."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What to play; whoever has it closes it."""

    opened: Played
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
    """Plays and outlines recordings. May be used from several threads."""

    vault: Vault
    folder: Path
    policy: Policy
    room: int = 8 << 30
    """Bytes that the folder may hold."""
    at_once: int = 2
    """Outlines drawn at a time; the others wait."""
    ring: KeyRing | None = None
    """What the files are sealed with; None to keep them plain."""
    _turns: threading.Semaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the turnstile."""
        object.__setattr__(self, "_turns", threading.Semaphore(self.at_once))

    def sound(self, analysis: Analysis, wanted: Wanted) -> Sound:
        """Return a WAV file of a call; what is read of it is decoded then, and nothing is kept.

        Raises:
            Unknown: the recording is not here any more.
            InputError: it has no such channel, or ends before the span.
            UndecodableAudio: it can no longer be read.
        """
        recording = analysis.call.recording
        spans = to_silence(analysis, self.policy) if wanted.covered else {}
        private = repr(sorted(spans.items())) if wanted.covered else "open"
        with ExitStack() as undo:
            file = undo.enter_context(self._read(analysis))
            form = form_of(file)
            beeps = {c: stretches_of(s, form.rate) for c, s in spans.items()}
            part = _part(wanted, form, recording.duration, beeps)
            played = Played(file, form, recording.duration, part, undo.pop_all())
        return Sound(played, _named(_KIND, recording.id, private, repr(wanted)))

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

    @contextmanager
    def _read(self, analysis: Analysis) -> Iterator[Source]:
        """Give the bytes of a recording; those that the vault keeps are what they are called."""
        recording = analysis.call.recording
        if not self.vault.has(recording.id):
            with self._source(analysis) as path, opened(path, largest=_LIMITS.size) as file:
                if file.id != recording.id:
                    raise InputError(
                        file.name, "this is not the recording that was analyzed",
                        "name the original file",
                    )  # fmt: skip
                yield file
            return
        kept = self.vault.opened(recording.id)
        with closing(kept), closing(seekable(kept)) as bytes_of:
            suffix = PurePath(recording.path).suffix.lower()
            yield Source("recording", suffix, recording.id, kept.size, bytes_of)

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


def _part(wanted: Wanted, form: Form, duration: float, beeps: Stretches) -> Part:
    """Return which samples are wanted."""
    if wanted.channel is not None and not 0 <= wanted.channel < form.channels:
        raise no_channel(wanted.channel, form.channels)
    total = round(duration * form.rate)
    if wanted.span is None:
        return Part(0, total, wanted.channel, beeps)
    first = round(max(0.0, wanted.span.start - wanted.margin) * form.rate)
    last = min(total, round((wanted.span.end + wanted.margin) * form.rate))
    if last <= first:
        reason = f"it ends at {clock(duration)}, before {clock(wanted.span.start)}"
        raise InputError("recording", reason, "name a stretch inside it")
    return Part(first, last - first, wanted.channel, beeps)


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
    if span.end > _LIMITS.duration:
        raise InputError("clip", "beyond any recording", "ask for a part of this one")
    return span
