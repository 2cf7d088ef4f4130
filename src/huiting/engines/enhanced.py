"""A recognizer that hears enhanced clips. Knows neither model.

Only the recognizer hears them: whoever gave the clips still has them as they were. What its
encoder made of them is not shown to others, since it is not what those listen to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from huiting.core.ports import Enhancer, Hints, Hypothesis, Recognizer
from huiting.core.types import Audio


@dataclass(frozen=True, slots=True)
class Enhanced:
    """A `Recognizer`. As many threads may call it as both of its parts bear."""

    recognizer: Recognizer
    enhancer: Enhancer

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        return self.recognizer.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield exactly one hypothesis for each clip, in order.

        Raises:
            EngineError: a model failed; nothing was yielded for the failing clip.
        """
        for hypothesis in self.recognizer.transcribe(self._enhanced(clips), hints):
            yield replace(hypothesis, states=None)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language it may be in.

        Raises:
            EngineError: a model failed.
        """
        return self.recognizer.languages(self._enhanced(clips))

    def _enhanced(self, clips: Sequence[Audio]) -> list[Audio]:
        return [self.enhancer.enhance(clip) for clip in clips]
