"""The interfaces between the pipeline and what it is built from.

A batch is the primitive: an engine is given many clips and decides how many it
decodes at once. A caller zips with `strict=True`, so one result too few or too
many fails at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from huiting.core.analysis import Analysis
from huiting.core.types import Audio, Call, Party, Segment, Span, Word


@dataclass(frozen=True, slots=True)
class Hotword:
    """A word the team wants recognized, and the ways it is known to be misheard."""

    text: str
    weight: float = 1.0
    """Above 1 the correction is more willing, below 1 more careful."""
    heard: tuple[str, ...] = ()
    """Wrong forms that always mean this word."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the caller knows about the call before it is heard."""

    language: str | None = None
    """ISO 639 code; None to detect it."""
    hotwords: tuple[Hotword, ...] = ()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine returns for one clip. Times are seconds from the start of the clip."""

    text: str
    words: tuple[Word, ...] = ()
    """Words of `text` in order; each occurs in it after the one before; empty without times."""
    language: str | None = None
    confidence: float | None = None
    """Geometric mean of the token probabilities; None when the engine gives none."""
    gate: str | None = None
    """Why the text should not be believed; the text is then empty."""


class Track(Protocol):
    """One channel of a recording, in memory or not."""

    @property
    def rate(self) -> int:
        """Hz."""
        ...

    @property
    def duration(self) -> float:
        """Seconds."""
        ...

    def cut(self, span: Span, /) -> Audio:
        """Return the samples of `span`; shorter where the track ends earlier."""
        ...

    def blocks(self, size: float, /) -> Iterator[Audio]:
        """Yield consecutive pieces of `size` seconds; the last may be shorter."""
        ...


class VoiceDetector(Protocol):
    """Voice activity detection."""

    def speech(self, track: Track, /) -> Sequence[Span]:
        """Return where someone speaks, in order and without overlap; reads in bounded blocks."""
        ...


class Recognizer(Protocol):
    """Offline speech recognition. One instance may be called from several threads."""

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        ...

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield exactly one hypothesis for each clip, in order.

        Raises:
            EngineError: the model failed; nothing was yielded for the failing clip.
        """
        ...

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language it may be in, by ISO 639 code.

        An engine that knows only one language yields that one with probability 1.
        """
        ...


class Diarizer(Protocol):
    """Who speaks when, on a track that several voices share."""

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> Sequence[tuple[int, Span]]:
        """Return turns as (speaker, span), by start; spans of two speakers may overlap.

        Args:
            track: at the diarizer's rate, 16 kHz.
            speech: what the voice detector found; turns may reach a little beyond it.
            count: how many speakers there are; None to estimate.
        """
        ...


TextStage = Callable[[Segment], Segment]
"""Text to text, through `core.rewrite`."""

RoleDecider = Callable[[Call], Sequence[Party]]
"""Says whom each voice belongs to, from what is said; one party for each party of the call."""


class Exporter(Protocol):
    """One output format of one call."""

    @property
    def media_type(self) -> str:
        """IANA media type, such as `text/vtt`."""
        ...

    @property
    def suffix(self) -> str:
        """Of a file in this format, with its dot."""
        ...

    def write(self, analysis: Analysis, /) -> bytes:
        """Return the whole file; the same analysis always gives the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech of one party, cut out for the recognizer: one region, or several joined in order."""

    channel: int
    speaker: int | None
    spans: tuple[Span, ...]
    """The regions inside, on the recording's clock."""
    audio: Audio
    """The spans with a little sound around them; long silences between them are left out."""
    start: float
    """Where `audio` begins on the recording's clock."""
    offsets: tuple[float, ...] = ()
    """Where each span begins in `audio`, in seconds; empty when nothing was left out."""
