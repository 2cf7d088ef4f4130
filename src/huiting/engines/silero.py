"""Voice activity detection with the Silero v6 network that faster-whisper carries.

The network was trained on wide-band speech: on telephone audio, whose upper half is empty,
it overlooks a fifth of the speech at its usual threshold. So a faint mirror image of the
lower half is laid into the upper one before it listens (spectral folding, the oldest form
of bandwidth extension); see docs/decisions/0003-recognition-windows.md for figures. Wide-band
audio is hardly changed by it. Memory is bounded: the track is read in blocks, and
the network's state goes from one to the next.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.ports import Track
from huiting.core.speech import SpeechOptions
from huiting.core.types import Span
from huiting.engines._hysteresis import Decision, speech_spans
from huiting.engines._speech_stream import SpeechStream
from huiting.engines._stillness import still_frames

RATE = 16_000
HOP = 512
"""Samples from one frame to the next."""
CONTEXT = 64
"""Samples of the frame before that the network wants to see again."""
BLOCK = 64.0
"""Seconds read at once: 2,000 frames, 5 MB."""
SURE = 0.6
"""Probability that a frame of a short stretch must reach."""
FLOOR = 1e-3
"""Peak below which a block is silence (-60 dBFS) and the network is not asked."""


def build(
    *,
    threshold: float = 0.4,
    release: float = 0.3,
    min_silence: float = 0.2,
    min_speech: float = 0.1,
    pad: float = 0.03,
    fold: float = 0.09,
) -> "Silero":
    """Load the network.

    Args:
        threshold: probability at which speech begins, in [0, 1].
        release: probability below which it ends, in [0, threshold].
        min_silence: seconds; a shorter gap is part of the speech around it.
        min_speech: seconds; a shorter stretch is noise.
        pad: seconds added at both ends, never into a neighbour.
        fold: amplitude of the mirror image in the upper half of the spectrum; 0 for none.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    weights = files("faster_whisper") / "assets" / "silero_vad_v6.onnx"
    session = onnxruntime.InferenceSession(
        weights.read_bytes(), options, providers=["CPUExecutionProvider"]
    )
    options_of_speech = SpeechOptions(threshold, release, min_silence, min_speech, pad)
    return Silero(session, decision_of(options_of_speech), fold)


def decision_of(options: SpeechOptions) -> Decision:
    """Return when speech begins and ends, by these options."""
    return Decision(
        onset=options.threshold,
        offset=options.release,
        min_silence=options.min_silence,
        min_speech=options.min_speech,
        sure=max(options.threshold, SURE),
        pad=options.pad,
    )


def regions_of(
    probabilities: Sequence[float], duration: float, options: SpeechOptions
) -> list[Span]:
    """Return where someone speaks, in order and apart; a function of these numbers alone.

    Args:
        probabilities: of speech in each frame, shape (frames,).
        duration: of the track in seconds.
        options: when speech begins and ends.
    """
    end = min(duration, len(probabilities) * HOP / RATE)
    return speech_spans(probabilities, hop=HOP / RATE, end=end, decision=decision_of(options))


class Silero:
    """A `VoiceDetector`, `SpeechMeter` and `StreamingVoice`. One instance may be called from several threads."""

    rate = RATE
    hop = HOP

    def __init__(self, session: Any, decision: Decision, fold: float) -> None:  # noqa: ANN401  (onnxruntime ships no types)
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        self._session = session
        self._errors = (native.Fail, native.RuntimeException, native.InvalidArgument)
        self._decision = decision
        self._fold = fold

    def speech(self, track: Track, /) -> list[Span]:
        """Return where someone speaks, in order and apart; raw regions, never merged or split.

        Raises:
            ValueError: the track is not at 16 kHz.
            EngineError: the network failed.
        """
        if track.rate != RATE:
            raise ValueError(f"silero wants {RATE} Hz, not {track.rate}")
        probabilities = self.probabilities(track)
        end = min(track.duration, len(probabilities) * HOP / RATE)
        return speech_spans(
            probabilities.tolist(), hop=HOP / RATE, end=end, decision=self._decision
        )

    def probabilities(self, track: Track, /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame of 32 ms, shape (frames,).

        Frames of a sound that stands still (ring-back, DTMF, chords) get 0.

        Raises:
            EngineError: the network failed.
        """
        found: list[NDArray[np.float32]] = []
        state = _Silence()
        left = np.zeros(0, np.float32)
        for block in track.blocks(BLOCK):
            samples = np.concatenate((left, block.samples))
            whole = len(samples) // HOP * HOP
            found.append(self._block(samples[:whole], state))
            left = samples[whole:]
        if len(left):
            found.append(self._block(np.pad(left, (0, HOP - len(left))), state))
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def stream(self) -> SpeechStream:
        """Return a `StreamingDetector` for a new track; all of them share the network."""
        return SpeechStream(partial(self._listen, state=_Silence()), self._decision, HOP, RATE)

    def _block(self, samples: NDArray[np.float32], state: "_Silence") -> NDArray[np.float32]:
        frames = samples.reshape(-1, HOP)
        if len(frames) == 0 or np.abs(samples).max() < FLOOR:
            state.reset()
            return np.zeros(len(frames), np.float32)
        heard = self._listen(samples, state)
        heard[still_frames(frames)] = 0.0
        return heard

    def _listen(self, samples: NDArray[np.float32], state: "_Silence") -> NDArray[np.float32]:
        """Return what the network makes of whole frames, one at least."""
        folded = samples.copy()
        folded[::2] += self._fold * samples[::2]  # HOP is even: the sign pattern never slips
        folded[1::2] -= self._fold * samples[1::2]
        padded = np.concatenate((state.context, folded))
        rows = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + HOP)[::HOP]
        fed = {"input": np.ascontiguousarray(rows), "h": state.h, "c": state.c}
        try:
            heard, state.h, state.c = self._session.run(None, fed)
        except self._errors as error:
            raise EngineError(
                "silero", f"the network failed: {error}", "report this with the recording's format"
            ) from error
        state.context = padded[-CONTEXT:]
        return np.asarray(heard, np.float32).reshape(-1)


class _Silence:
    """What the network remembers from one block to the next; fresh, it remembers silence."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.h = np.zeros((1, 1, 128), np.float32)
        self.c = np.zeros((1, 1, 128), np.float32)
        self.context = np.zeros(CONTEXT, np.float32)
