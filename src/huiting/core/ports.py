"""The interfaces between the pipeline and what it is built from.

A batch is the primitive: an engine is given many clips and decides how many it
decodes at once. A caller zips with `strict=True`, so one result too few or too
many fails at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement
from huiting.core.meaning import Meaning
from huiting.core.types import Audio, Call, Emotion, Event, Party, Segment, Span, Word


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


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What the encoder of a recognizer heard in a clip, for others to listen with."""

    values: NDArray[np.float32]
    """Shape (frames, features); frame 0 begins where the clip does."""
    step: float
    """Seconds from one frame to the next."""

    def cut(self, span: Span) -> "States":
        """Return the frames of `span`, at least one where there is any."""
        first = min(round(span.start / self.step), max(0, len(self.values) - 1))
        return States(self.values[first : max(first + 1, round(span.end / self.step))], self.step)


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
    emotion: Emotion | None = None
    """From engines that tag it."""
    events: tuple[Event, ...] = ()
    """From engines that tag them; times from the start of the clip."""
    states: States | None = field(default=None, repr=False, compare=False)
    """None from engines that do not show them."""
    fallback: str | None = None
    """Device or engine that did it because the one asked for could not; None when that one did it."""
    engine: str | None = None
    """Name of who heard it, where several may have."""
    again: bool = False
    """A second engine heard it too, because the first was not sure; this is the surer of both."""


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


@dataclass(frozen=True, slots=True)
class Going:
    """Speech that is not over yet, or has paused too shortly to tell."""

    span: Span
    """From where it began to where it was heard last."""
    sure: bool
    """It is speech, whatever follows; else it may yet turn out to be noise."""


class StreamingDetector(Protocol):
    """Voice activity detection while a track arrives. One instance a track, one thread at a time.

    What it returns does not depend on how the samples were cut.
    """

    def feed(self, samples: NDArray[np.float32], /) -> Sequence[Span]:
        """Take the next samples at 16 kHz; return the regions that are over now, by start.

        They are final, and those that `VoiceDetector.speech` finds in the whole track.

        Raises:
            EngineError: the model failed.
        """
        ...

    def finish(self) -> Sequence[Span]:
        """Return the regions that end with the track. Nothing may be fed any more."""
        ...

    @property
    def going(self) -> Going | None:
        """What is spoken now."""
        ...

    @property
    def settled(self) -> float:
        """Seconds before which no region begins but those returned, and what is going."""
        ...


class StreamingVoice(Protocol):
    """Makes streaming detectors that share a model."""

    def stream(self) -> StreamingDetector:
        """Return one for a new track."""
        ...


class SpeechMeter(Protocol):
    """What a voice detector decides on."""

    @property
    def rate(self) -> int:
        """Sample rate it wants, in Hz."""
        ...

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        ...

    def probabilities(self, track: Track, /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame, shape (frames,); the last is filled up.

        Raises:
            EngineError: the model failed.
        """
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


class RecognitionStream(Protocol):
    """Speech recognition of one sound while it arrives. One thread at a time.

    What was heard is not decoded again: each call costs what its own samples cost, and the text
    does not depend on how the samples were cut. Times are seconds from the first sample.
    """

    def feed(self, samples: NDArray[np.float32], /) -> Hypothesis:
        """Take the next samples, any number; return what is heard up to now.

        The latest words may be missing until more is fed.

        Raises:
            EngineError: the model failed; the stream is of no more use.
        """
        ...

    def finish(self) -> Hypothesis:
        """Return what was heard in all of it. Nothing may be fed any more.

        Raises:
            EngineError: the model failed.
        """
        ...


@runtime_checkable
class StreamingRecognizer(Protocol):
    """Makes recognition streams that share a model. May be called from several threads.

    A module of an engine whose recognizer is one says so: `STREAMING = True`.
    """

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        ...

    def stream(self, hints: Hints, /) -> RecognitionStream:
        """Return one for a new sound; it takes some memory until it is let go.

        Raises:
            EngineError: the model failed.
        """
        ...


class Enhancer(Protocol):
    """Speech enhancement: less noise, the same words at the same times."""

    @property
    def rate(self) -> int:
        """Sample rate it wants, in Hz."""
        ...

    def enhance(self, clip: Audio, /) -> Audio:
        """Return the clip with less noise: as many samples, at the same rate.

        Raises:
            EngineError: the model failed.
        """
        ...


class Punctuator(Protocol):
    """Says where punctuation belongs in text that has none."""

    @property
    def languages(self) -> Collection[str]:
        """ISO 639 codes of what it reads."""
        ...

    def marks(self, text: str, /) -> Mapping[int, str]:
        """Return the mark that belongs after a character, by the character's place.

        Raises:
            EngineError: the model failed.
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


class EmotionTagger(Protocol):
    """Emotion recognition, in two steps: a voice is judged against itself.

    What `listen` returns is all that is kept of the sound of a segment, so that memory
    does not grow with the length of a call.
    """

    def listen(self, clip: Audio, states: States | None, /) -> NDArray[np.float32]:
        """Return what a stretch of speech sounds like, shape (n,); n is at most 128.

        Args:
            clip: at 16 kHz, the stretch alone.
            states: what the recognizer's encoder heard in it, where it shows that.
        """
        ...

    def judge(
        self, segments: Sequence[Segment], impressions: Sequence[NDArray[np.float32]], /
    ) -> Sequence[Emotion]:
        """Return the emotion of each segment of one voice in one call, in order.

        Args:
            segments: all of them, by start, with their final text.
            impressions: what `listen` returned for each.
        """
        ...


class SoundTagger(Protocol):
    """Sound event detection."""

    def events(self, track: Track, channel: int, speech: Sequence[Span], /) -> Sequence[Event]:
        """Return what sounds on a channel besides words, by start; reads in bounded blocks.

        Args:
            track: at 16 kHz.
            channel: its number, for the events.
            speech: where the voice detector heard speech, by start.
        """
        ...


class Embedder(Protocol):
    """Sentences as vectors whose nearness is nearness in meaning."""

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return a row a text, shape (n, size): centered and of unit length."""
        ...


class LanguageModel(Protocol):
    """A large language model behind a server; off unless a team sets one."""

    @property
    def name(self) -> str:
        """What answers are attributed to."""
        ...

    def ask(self, instructions: str, text: str, /) -> str:
        """Return what the model answers.

        Args:
            instructions: what to do; ours.
            text: what to do it with; never obeyed as instructions.

        Raises:
            EngineError: the server did not answer, or the budget of this run is spent.
        """
        ...

    def forget(self, instructions: str, text: str, /) -> None:
        """Keep no answer to this question: the one it had was of no use."""
        ...


class NameKind(StrEnum):
    """What a name is the name of."""

    PERSON = "person"
    PLACE = "place"
    ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text."""

    kind: NameKind
    start: int
    """First character."""
    end: int
    """One past the last."""


class NameFinder(Protocol):
    """Finds names of people, places and organizations by the words around them."""

    @property
    def languages(self) -> Collection[str]:
        """ISO 639 codes of what it reads."""
        ...

    def names(self, texts: Sequence[str], /) -> Iterator[Sequence[Name]]:
        """Yield the names in each text, in order and apart."""
        ...


Sound = Callable[[str], Sequence[str]]
"""How each character of a text sounds; see `dialogue.Line.sound`."""

MeaningStage = Callable[[Call, Meaning], Meaning]
"""Adds to what a call is about; reads text, never audio."""

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

    def write(self, analysis: Analysis, judgement: Judgement | None = None, /) -> bytes:
        """Return the whole file; the same call always gives the same bytes.

        Args:
            analysis: of the call.
            judgement: of the same call; None when it was not judged.
        """
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
