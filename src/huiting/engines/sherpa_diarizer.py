"""Who speaks when on a track that several voices share, as sherpa-onnx tells it.

The runtime shows pyannote's segmentation network ten seconds every second, makes a voice print of
each voice that is told apart there, and groups the prints: complete-link clusters, as many as it
is asked for, or cut at a threshold. What it does not do, and is done here:

- What is speech is for the voice detector to say. The rest of the track is silenced before the
  runtime hears it, so that music is no speaker; and speech that it gives to nobody goes to the
  voice nearest in time.
- Complete-link clusters put a cough into one of its own and both speakers into the other. So a
  few more clusters are asked for than there are speakers; then a voice print of each is made, and
  they are grouped by speaker as the usual diarizer groups its prints.
- It holds the whole track, and a table that grows with its square: a long track is cut into
  stretches at pauses, whose clusters are grouped in the same way.
- It ends the process over files that lack something, and over a voice heard after the end of a
  track: see `_speaker_files`.

Only where the number of speakers is not known, and the track is one stretch, is it what the runtime
says. While it listens no other thread of the process runs, but for a moment after each voice print.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError
from huiting.core.ports import Track
from huiting.core.types import Span
from huiting.engines import _clustering, _speaker_files
from huiting.engines._memory import ran_out
from huiting.engines._segmentation import check, frames
from huiting.engines._sherpa import Loaded, Native, load
from huiting.engines._speaker_files import RATE, Windows
from huiting.engines._stretches import hushed, stretches
from huiting.engines._voices import LEAST, Voice, apart, filled, painted
from huiting.engines.diarizer import Scores, grow, in_turns, mask

NAME = "sherpa-diarizer"
MORE = 3
"""Clusters that the runtime is asked for beyond the speakers: a cough becomes one of its own."""
SHORTEST = 30.0
"""Seconds of a stretch at least: several windows."""


def build(
    *,
    segmentation: Path,
    embedding: Path,
    threshold: float = 0.5,
    stretch: float = 60.0,
    device: str = "cpu",
    threads: int = 1,
) -> "SherpaDiarizer":
    """Load both networks.

    Args:
        segmentation: network that tells the voices of ten seconds apart.
        embedding: network that makes voice prints.
        threshold: cosine distance from which voices are told apart where the number of speakers
            is not known and the track is one stretch, in (0, 2); the smaller, the more speakers.
        stretch: seconds that are heard at once, at least 30.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        threads: that one call uses.

    Raises:
        ConfigError: an option makes no sense, or sherpa-onnx cannot use the device.
        ModelUnavailable: the package or a file is missing, or a file is another's.
        OutOfRoom: the models do not fit.
    """
    if not 0 < threshold < 2:  # noqa: PLR2004  (opposite prints are 2 apart)
        raise ConfigError(f"threshold {threshold}", "no distance", "give a number between 0 and 2")
    if stretch < SHORTEST:
        raise ConfigError(f"stretch {stretch}", "too short", f"give {SHORTEST:.0f} seconds or more")
    files = [Path(segmentation), Path(embedding)]
    windows, size = _speaker_files.segmentation(files[0]), _speaker_files.embedding(files[1])

    def both(native: Native, provider: str) -> _Native:
        prints = native.SpeakerEmbeddingExtractorConfig(
            model=str(files[1]), num_threads=threads, provider=provider
        )
        config = native.OfflineSpeakerDiarizationConfig(
            segmentation=native.OfflineSpeakerSegmentationModelConfig(
                pyannote=native.OfflineSpeakerSegmentationPyannoteModelConfig(str(files[0])),
                num_threads=threads,
                provider=provider,
            ),
            embedding=prints,
            clustering=native.FastClusteringConfig(num_clusters=-1, threshold=threshold),
        )
        diarization = native.OfflineSpeakerDiarization(config)
        return _Native(diarization, config, native.SpeakerEmbeddingExtractor(prints))

    return SherpaDiarizer(load(NAME, both, files, device), windows, size, stretch)


@dataclass(frozen=True, slots=True)
class _Native:
    """Objects of sherpa-onnx."""

    diarization: Native
    config: Native
    extractor: Native


class SherpaDiarizer:
    """A `Diarizer`. One instance may be called from several threads."""

    def __init__(self, loaded: Loaded, windows: Windows, size: int, stretch: float) -> None:
        self._native: _Native = loaded.recognizer
        self._windows = windows
        self._size = size
        self._stretch = stretch
        self._turn = threading.Lock()
        """How many speakers there are is a setting of the runtime's object."""

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> list[tuple[int, Span]]:
        """Return turns as (speaker, span), by start; speakers are numbered as they appear.

        Raises:
            ValueError: the track is not at 16 kHz, or `count` is below 1.
            EngineError: a network failed.
        """
        check(track, count)
        if count == 1:
            return [(0, span) for span in speech]
        parts = stretches(speech, self._stretch)
        as_told = count is None and len(parts) == 1
        wanted = -1 if as_told else (count or _clustering.CROWD) + MORE
        found = [voice for part in parts for voice in self._voices(track, part, speech, wanted)]
        if not found:
            return [(0, span) for span in speech]
        labels = np.arange(len(found)) if as_told else self._speakers(track, found, count)
        active = painted(found, labels, frames(track.duration))
        spoken = grow(mask(speech, len(active)), np.any(active, axis=1))
        return list(in_turns(filled(active, spoken), track.duration))

    def _voices(self, track: Track, part: Span, speech: Sequence[Span], count: int) -> list[Voice]:
        """Return the voices of a stretch: `count` clusters, or what the threshold tells for -1."""
        samples = hushed(track.cut(part).samples, part.start, speech, RATE)
        length = len(samples)
        spans: dict[int, list[Span]] = {}
        for turn in self._listen(
            np.pad(samples, (0, self._windows.filled(length) - length)), count
        ):
            start, end = max(0.0, turn.start), min(turn.end, part.duration)
            if start < end:
                spans.setdefault(turn.speaker, []).append(Span(start, end))
        return list(apart(list(spans.values()), part))

    def _listen(self, samples: NDArray[np.float32], count: int) -> list[Native]:
        if not len(samples):
            return []
        try:
            with self._turn:
                self._native.config.clustering.num_clusters = count
                self._native.diarization.set_config(self._native.config)
                found = self._native.diarization.process(samples, _give_way)
            turns: list[Native] = found.sort_by_start_time()
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            raise _failed(error) from error
        return turns

    def _speakers(
        self, track: Track, voices: Sequence[Voice], count: int | None
    ) -> NDArray[np.intp]:
        """Return the speaker of each voice."""
        prints = np.stack([self._print(track, voice) for voice in voices])
        seconds = np.array([voice.seconds for voice in voices])
        means = _clustering.speakers(prints, seconds, count)
        labels: NDArray[np.intp] = (prints @ means.T).argmax(1)
        return labels

    def _print(self, track: Track, voice: Voice) -> Scores:
        """Return the voice print, of length 1."""
        samples = np.concatenate([track.cut(span).samples for span in voice.sample])
        samples = np.pad(samples, (0, max(0, round(LEAST * RATE) - len(samples))))
        try:
            stream = self._native.extractor.create_stream()
            stream.accept_waveform(RATE, samples)
            stream.input_finished()
            told = np.array(self._native.extractor.compute(stream), np.float32)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            raise _failed(error) from error
        length = float(np.linalg.norm(told))
        if len(told) != self._size or not np.isfinite(length):
            raise EngineError(
                NAME, "the network gave no voice print", "set diarizer to voice-prints"
            )
        if not length:  # it says nothing about the voice
            return np.full(self._size, self._size**-0.5, np.float32)
        unit: Scores = told / length
        return unit


def _give_way(_done: int, _of: int) -> int:
    """Let other threads run."""
    time.sleep(0)
    return 0


def _failed(error: Exception) -> EngineError:
    remedy = "free memory" if ran_out(error) else "run the call again"
    return EngineError(NAME, f"the network failed: {error}", remedy)
