"""Voice activity detection while a track arrives: the same decisions as on the whole track.

Sounds that stand still are known as such a fifth of a second late, so that much later it is
certain what a frame was; until then it counts as it seems.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Going
from huiting.core.types import Span
from huiting.engines._endpoints import Endpoints
from huiting.engines._hysteresis import Decision
from huiting.engines._stillness import LAG, STILL, still_frames

LATE = LAG + STILL
"""Frames after which it is certain whether one stands still, and as many before it decide."""


class SpeechStream:
    """A `StreamingDetector`."""

    def __init__(
        self,
        listen: Callable[[NDArray[np.float32]], NDArray[np.float32]],
        decision: Decision,
        hop: int,
        rate: int,
    ) -> None:
        """Await the first samples.

        Args:
            listen: gives the probability of speech in each of some frames, in order; it
                remembers those before.
            decision: when speech begins and ends.
            hop: samples a frame.
            rate: Hz.
        """
        self._listen = listen
        self._decision = decision
        self._hop = hop
        self._rate = rate
        self._endpoints = Endpoints(decision, hop / rate)
        self._left = np.zeros(0, np.float32)
        self._near = np.zeros((0, hop), np.float32)
        """The frames that are open, and those before that still decide on them."""
        self._open: list[float] = []
        """Probabilities of the frames of which it is not certain whether they stand still."""
        self._samples = 0
        self._going: Going | None = None

    def feed(self, samples: NDArray[np.float32], /) -> list[Span]:
        """Take the next samples; return the regions that are over now.

        Raises:
            EngineError: the network failed.
        """
        self._samples += len(samples)
        samples = np.concatenate((self._left, samples))
        whole = len(samples) // self._hop * self._hop
        self._left = samples[whole:]
        return self._take(samples[:whole], late=LATE) if whole else []

    def finish(self) -> list[Span]:
        """Return the regions that end with the track."""
        rest = np.pad(self._left, (0, -len(self._left) % self._hop))
        self._left = np.zeros(0, np.float32)
        found = self._take(rest, late=0)
        self._going = None
        return [*found, *self._endpoints.finish(self._samples / self._rate)]

    @property
    def going(self) -> Going | None:
        """What is spoken now."""
        return self._going

    @property
    def settled(self) -> float:
        """Seconds before which no region begins but those returned, and what is going."""
        heard = (self._samples - len(self._left)) / self._rate
        return max(0.0, heard - self._decision.pad)

    def _take(self, samples: NDArray[np.float32], *, late: int) -> list[Span]:
        """Take whole frames; all but the last `late` are certain then."""
        frames = samples.reshape(-1, self._hop)
        if len(frames):
            self._open += self._listen(samples).tolist()
        self._near = np.concatenate((self._near, frames))
        still = still_frames(self._near)[len(self._near) - len(self._open) :]
        seem = [0.0 if stands else p for p, stands in zip(self._open, still, strict=True)]
        certain = max(0, len(seem) - late)
        found = [span for p in seem[:certain] for span in self._endpoints.push(p)]
        self._going = self._endpoints.going(seem[certain:])
        self._open = self._open[certain:]
        self._near = self._near[-(len(self._open) + LATE) :]
        return found
