"""An engine for Huiting that writes down the keys of a telephone that are pressed.

It shows all that an engine in a package of its own needs: a function `build`, what
`huiting.core.ports.Recognizer` asks for, and a line in pyproject.toml.

Source:
    ITU-T Q.23: each key is two sines, one of four low frequencies and one of four high ones;
    G. Goertzel, An algorithm for the evaluation of finite trigonometric series, 1958.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio, Span, Word

RATE = 16_000
LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
FRAME = 640
"""Samples: 40 ms, the shortest press that ITU-T Q.24 lets a receiver hear."""
FAINT = 1e-4
"""Energy of a frame below which it is silence."""


def build(*, share: float = 0.7) -> "Keypad":
    """Make the engine; the options are those of the table in the settings.

    Args:
        share: of a frame's power that its two sines must have, in [0, 1].
    """
    return Keypad(share)


class Keypad:
    """A `Recognizer`; it keeps no state, so threads need not wait for each other."""

    rate = RATE

    def __init__(self, share: float) -> None:
        self._share = share
        time = np.arange(FRAME) / RATE
        self._sines = np.exp(-2j * np.pi * np.outer(LOW + HIGH, time)).astype(np.complex64)

    def transcribe(self, clips: Sequence[Audio], _hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield the keys pressed in each clip, with their times; how sure it is it does not know."""
        for clip in clips:
            words = tuple(self._presses(clip))
            yield Hypothesis("".join(word.text for word in words), words)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield nothing of each clip: keys are of no language."""
        yield from ({} for _ in clips)

    def _presses(self, clip: Audio) -> Iterator[Word]:
        count = len(clip.samples) // FRAME
        heard = [self._key(frame) for frame in clip.samples[: count * FRAME].reshape(count, FRAME)]
        first = 0
        for i in range(1, count + 1):
            if i < count and heard[i] == heard[first]:
                continue
            if heard[first]:
                span = Span(first * FRAME / RATE, i * FRAME / RATE)
                yield Word(heard[first], span, None)
            first = i

    def _key(self, frame: NDArray[np.float32]) -> str:
        """Return the key that sounds in a frame; empty for none."""
        total = float(frame @ frame)
        if total < FAINT:
            return ""
        power = np.abs(self._sines @ frame) ** 2 * 2 / FRAME
        low, high = int(power[:4].argmax()), int(power[4:].argmax())
        pure = power[low] + power[4 + high] >= self._share * total
        return KEYS[low][high] if pure else ""
