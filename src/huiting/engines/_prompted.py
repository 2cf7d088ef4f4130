"""Decoding with a language model that listens: what it is told, and when it is believed.

The same for every such model: a clip is decoded in the room that its memory has for prompt, sound
and answer, and again where the answer is not believed. What the clips of a batch need next is
written down together, where the runtime can do that. Words have times and texts a confidence only
where the runtime tells them. Knows no model.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio, Word
from huiting.engines._gates import Gates, Heard, gate_of
from huiting.engines._parts import joined, parts_at_pauses
from huiting.engines._prompts import Speaks, about_as_long, bare, leaked, silent, told

QUICK, SLOW = 10.0, 16.0
"""Tokens a second that nobody speaks, in languages whose words are few tokens and in others:
eighteen Chinese characters are 9 tokens, as many of Hindi or Greek 16."""
FEW_TOKENS = frozenset({"zh", "yue", "wuu", "nan", "hak", "gan", "hsn", "cjy", "en", "ja", "ko"})
LEAST = 16
"""Tokens that any clip may be answered with."""
FOR_WORDS = 90
"""Tokens kept free for hotwords in the longest clip: thirty Chinese characters at the worst."""
LONGEST = 30.0
"""Seconds of a clip, whatever room there is."""
HALVED = 6.0
"""Seconds; a clip this long in which a model loses itself is heard again in halves."""
LOST = frozenset({"repetition", "too-fast"})
"""Gates of a model that writes without end."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a model has room for; all in tokens."""

    memory: int
    """Prompt, sound and answer together."""
    scaffold: int
    """What every prompt holds."""
    sound: float
    """Of a second of sound."""

    def words(self, seconds: float, rate: float) -> int:
        """Return what is left for hotwords beside a clip and its answer."""
        return int(self.memory - self.scaffold - seconds * self.sound) - most(seconds, rate)

    def longest(self, rate: float) -> float:
        """Return the seconds of a clip that leave room for hotwords and the answer."""
        left = self.memory - self.scaffold - LEAST - FOR_WORDS
        return min(LONGEST, left / (self.sound + rate))


@dataclass(frozen=True, slots=True)
class Order:
    """What a model is asked to write down."""

    clip: Audio
    language: str | None
    """ISO 639 code; None for what the model hears."""
    words: tuple[str, ...]
    """Those it is told."""
    most: int
    """Tokens it may write."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model wrote."""

    text: str
    tokens: int
    words: tuple[Word, ...] = ()
    """Of the text, with their times; empty where the runtime tells none."""
    confidence: float | None = None
    """Geometric mean of the token probabilities; None where the runtime tells none."""
    language: str | None = None
    """ISO 639 code of what it heard, where it names that with the text."""
    nobody: bool = False
    """Whether it says that nobody speaks."""


Together = Callable[[Sequence[Order]], Sequence[Said]]
"""Writes down several clips at once, one text for each, in order."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """What language a model hears."""

    code: str | None = None
    """ISO 639 code; None when it does not say."""
    nobody: bool = False
    """Whether it says that nobody speaks."""


class Model(Protocol):
    """A language model that listens, in a runtime."""

    @property
    def name(self) -> str:
        """For errors."""
        ...

    @property
    def device(self) -> str:
        """As its runtime names it."""
        ...

    @property
    def codes(self) -> Sequence[str]:
        """ISO 639 codes of the languages it knows."""
        ...

    @property
    def room(self) -> Room:
        """What it has room for."""
        ...

    def write(self, order: Order, /) -> Said:
        """Write down a clip.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        ...

    def tongue(self, clip: Audio, /) -> Tongue:
        """Say what language is spoken, at less cost than writing it down; no answer if it cannot.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        ...

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return the probability of each language, as `Recognizer.languages` does.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        ...


class Prompted:
    """A `Decoder` of a model that is told words. Threads may share it, as they may the model."""

    def __init__(
        self,
        model: Model,
        speaks: Speaks,
        gates: Gates | None = None,
        together: Together | None = None,
    ) -> None:
        """Decode with `model`.

        Args:
            model: on a device.
            speaks: asked of a clip before any words are told.
            gates: where they stand.
            together: the model's way to write several clips at once; None for one by one.
        """
        self.model = model
        self._speaks = speaks
        self._gates = gates or Gates()
        self._together = together or (lambda orders: [model.write(order) for order in orders])

    @property
    def device(self) -> str:
        """As the runtime names it."""
        return self.model.device

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip, in order.

        Raises:
            OutOfMemory: the device has no room for one of them.
            EngineError: the model failed, or does not know the language.
        """
        if hints.language is not None and hints.language not in self.model.codes:
            raise EngineError(
                self.model.name,
                f"the model does not know the language {hints.language!r}",
                f"choose auto or one of {', '.join(self.model.codes)}",
            )
        return side_by_side([self._patiently(clip, hints) for clip in clips], self._together)

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return for each clip the probability of each language; they add up to 1.

        Raises:
            OutOfMemory: the device has no room for one of them.
            EngineError: the model failed.
        """
        return [self.model.odds(clip) for clip in clips]

    def _patiently(self, clip: Audio, hints: Hints) -> Generator[Order, Said, Hypothesis]:
        heard = yield from self._hear(clip, hints)
        if clip.duration < HALVED or not self._lost(heard, clip):
            return heard
        halves = parts_at_pauses(clip, 0.6 * clip.duration)
        parts = []
        for half in halves:
            parts.append((yield from self._patiently(half, hints)))  # noqa: PERF401  (it yields)
        return joined(parts, halves)

    def _lost(self, heard: Hypothesis, clip: Audio) -> bool:
        """Tell whether the model lost itself; runtimes may leave nothing of a loop they cut off."""
        return heard.gate in LOST or (heard.gate == "empty" and self._speaks(clip))

    def _hear(self, clip: Audio, hints: Hints) -> Generator[Order, Said, Hypothesis]:
        language = hints.language
        if silent(clip):
            return Hypothesis("", language=language, gate="no-speech")
        if language is None:
            tongue = self.model.tongue(clip)
            if tongue.nobody:
                return Hypothesis("", gate="no-speech")
            language = tongue.code
        rate = token_rate(language)
        words = told(hints.hotwords, self.model.room.words(clip.duration, rate))
        if words and not self._speaks(clip):
            words = ()
        order = Order(clip, language, words, most(clip.duration, rate))
        said = yield from self._believable((yield order), order)
        gate = self._gate(said, order)
        if gate:
            return Hypothesis("", language=language, gate=gate)
        return Hypothesis(said.text, said.words, language or said.language, said.confidence)

    def _believable(self, said: Said, order: Order) -> Generator[Order, Said, Said]:
        """Return what was written, or what is written without words where these may be all of it.

        A word of the list that stands alone is often what was said, and often what coughs and
        noises become. It is kept where about as much is heard without the list.
        """
        words = order.words
        lost = bool(words) and (leaked(said.text, words) or self._gate(said, order) is not None)
        if not lost and not bare(said.text, words):
            return said
        plain = yield replace(order, words=())
        same = self._gate(plain, order) is None and about_as_long(plain.text, said.text)
        return said if same and not lost else plain

    def _gate(self, said: Said, order: Order) -> str | None:
        """Return why a text is not believed; None if it is."""
        text = said.text if any(char.isalnum() for char in said.text) else ""
        sure = Heard(text, log_probability=0.0, no_speech=0.0, seconds=order.clip.duration)
        gate = "no-speech" if said.nobody and not text else gate_of(sure, self._gates)
        return "too-fast" if gate is None and said.tokens >= order.most else gate


def side_by_side(
    hearings: Sequence[Generator[Order, Said, Hypothesis]], write: Together
) -> list[Hypothesis]:
    """Return what becomes of each clip; what all of them order next is written together.

    Args:
        hearings: one a clip; yields orders, is sent what was written.
        write: carries out a batch of orders.
    """
    done: dict[int, Hypothesis] = {}
    orders: dict[int, Order] = {}

    def go_on(i: int, said: Said | None) -> None:
        try:
            orders[i] = next(hearings[i]) if said is None else hearings[i].send(said)
        except StopIteration as end:
            done[i] = end.value

    for i in range(len(hearings)):
        go_on(i, None)
    while orders:
        batch = dict(orders)
        orders.clear()
        for i, said in zip(batch, write(list(batch.values())), strict=True):
            go_on(i, said)
    return [done[i] for i in range(len(hearings))]


def token_rate(language: str | None) -> float:
    """Return how many tokens a second nobody speaks in a language; the slow rate if unknown."""
    return QUICK if language in FEW_TOKENS else SLOW


def slowest(codes: Iterable[str]) -> float:
    """Return the highest of the rates of languages: room for any of them."""
    return max(map(token_rate, codes), default=SLOW)


def most(seconds: float, rate: float) -> int:
    """Return how many tokens a clip may be answered with; more is a loop."""
    return LEAST + int(seconds * rate)
