"""Voice activity detection with FSMN-VAD, the network of FunASR, without FunASR.

Its checkpoint is read and computed by numpy. Of each 10 ms it says how likely they are silence;
what is left is speech. FunASR's own rules on top (windows of 200 ms, a look back) are not here:
what begins and ends speech is what does so for every detector. The network must hear 45 ms on
before it tells, so that a region begins 32 ms late; the padding makes up for it. It lets go of
speech slowly: with the published weights a region ends 0.18 s late in the median of calls.
"""

from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable
from huiting.core.speech import SpeechOptions
from huiting.engines._campplus import fbank
from huiting.engines._checkpoint import read_state
from huiting.engines._frame_detector import FrameDetector
from huiting.engines._fsmn import REMEDY, Fsmn, Matrix, network
from huiting.engines.silero import HOP

NETWORK, NORMALIZATION = "model.pt", "am.mvn"
USUAL = SpeechOptions(threshold=0.8, release=0.65, pad=0.06)
"""FunASR takes a frame for speech from 0.8 on; bench/vad.py found nothing that is better on
recordings it was not chosen on."""
FRAME, SHIFT, STACKED, BANDS = 400, 160, 5, 80
"""Samples of a frame and from one to the next; frames that the network sees at once, and bands."""
SILENCE = 0
"""The sound that is none."""
SCALE = 32768.0
_HAMMING = np.hamming(FRAME).astype(np.float32)


def build(
    *,
    weights: Path,
    threshold: float = USUAL.threshold,
    release: float = USUAL.release,
    min_silence: float = USUAL.min_silence,
    min_speech: float = USUAL.min_speech,
    pad: float = USUAL.pad,
) -> FrameDetector:
    """Load the network out of the folder `weights`, which holds `model.pt` and `am.mvn`.

    The others are those of `SpeechOptions`: when speech begins and ends.

    Raises:
        ModelUnavailable: a file is missing, or another's.
    """
    folder = Path(weights)
    found = network(read_state(_bytes(folder / NETWORK), NETWORK), NETWORK)
    shift, scale = normalization(folder / NORMALIZATION)
    if not len(shift) == len(scale) == found.width == STACKED * BANDS:
        raise ModelUnavailable(NETWORK, "it hears other frames than these", REMEDY)
    options = SpeechOptions(threshold, release, min_silence, min_speech, pad)
    return FrameDetector("fsmn-vad", lambda: FsmnEar(found, shift, scale), options)


def normalization(path: Path) -> tuple[Matrix, Matrix]:
    """Return what is added to frames, and what they are multiplied by.

    Raises:
        ModelUnavailable: the file is missing, or of another form.
    """
    found = []
    words = _bytes(path).decode("utf-8", "replace").split()
    try:
        for name in ("<AddShift>", "<Rescale>"):
            row = words[words.index(name) :]
            numbers = row[row.index("[") + 1 : row.index("]")]
            found.append(np.array([float(number) for number in numbers], np.float32))
    except ValueError as error:
        raise ModelUnavailable(str(path), f"no table of numbers ({error})", REMEDY) from error
    return found[0], found[1]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            str(path), error.strerror or "cannot be read", "name the folder of a model"
        ) from error


class FsmnEar:
    """An `Ear`."""

    def __init__(self, heard_by: Fsmn, shift: Matrix, scale: Matrix) -> None:
        self._network = heard_by
        self._shift, self._scale = shift, scale
        self._memory = heard_by.begin()
        self._left = np.zeros(0, np.float32)
        """Samples from the first frame on that is not whole."""
        self._frames = np.zeros((0, BANDS), np.float32)
        """Those that are stacked with the next ones."""
        self._samples = 0
        self._told = 0
        """Frames of the network so far."""

    def hear(self, samples: NDArray[np.float32], /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame: the mean of what was told in it."""
        likely = 1 - self._silence(samples * np.float32(SCALE))
        ready = np.arange(self._told, self._told + len(likely)) * SHIFT + _WHOLE
        self._told += len(likely)
        hops = (ready + HOP - 1) // HOP - 1 - self._samples // HOP
        self._samples += len(samples)
        count = len(samples) // HOP
        sums = np.bincount(hops, likely, count)
        return (sums / np.maximum(np.bincount(hops, minlength=count), 1)).astype(np.float32)

    def _silence(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        self._left = np.concatenate((self._left, samples))
        whole = max(0, (len(self._left) - FRAME) // SHIFT + 1)
        if not whole:
            return np.zeros(0, np.float32)
        rows = fbank(self._left[: (whole - 1) * SHIFT + FRAME], _HAMMING)
        self._left = self._left[whole * SHIFT :]
        if not self._told and not len(self._frames):
            rows = np.concatenate((np.repeat(rows[:1], STACKED // 2, 0), rows))
        known = np.concatenate((self._frames, rows))
        self._frames = known[max(0, len(known) - STACKED + 1) :]
        if len(known) < STACKED:
            return np.zeros(0, np.float32)
        stacked = sliding_window_view(known, STACKED, axis=0).transpose(0, 2, 1)
        heard = (stacked.reshape(len(stacked), -1) + self._shift) * self._scale
        return self._network.run(heard, self._memory)[:, SILENCE]


_WHOLE = FRAME + STACKED // 2 * SHIFT
"""Samples from the first of a frame on that must be there before it is told."""
