"""Turn frame probabilities into regions of speech. Knows no model and no audio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.types import Span


@dataclass(frozen=True, slots=True)
class Decision:
    """When speech begins and ends. Probabilities in [0, 1], times in seconds."""

    onset: float = 0.4
    """Speech begins at the first frame this likely."""
    offset: float = 0.3
    """It lasts until a frame is less likely than this, so a dip does not cut a word in half."""
    min_silence: float = 0.2
    """A shorter gap is part of the speech around it."""
    min_speech: float = 0.1
    """A shorter stretch is noise."""
    sure: float = 0.6
    """A stretch no frame of which is this likely must last `min_unsure` to be believed."""
    min_unsure: float = 0.6
    pad: float = 0.03
    """Added on both sides, but never into a neighbour."""

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if not 0 <= self.offset <= self.onset <= self.sure <= 1:
            raise ValueError(f"need 0 <= offset <= onset <= sure <= 1, not {self}")


def speech_spans(
    probabilities: Sequence[float], *, hop: float, end: float, decision: Decision
) -> list[Span]:
    """Return the stretches of speech, in order and apart, inside [0, end].

    Args:
        probabilities: of speech in each frame, shape (frames,), in [0, 1].
        hop: seconds from one frame to the next, > 0.
        end: length of the track in seconds.
        decision: when speech begins and ends.

    Source:
        The two-threshold decision of Silero VAD (`neg_threshold`) and of
        pyannote.audio's `Binarize`.
    """
    joined: list[tuple[int, int]] = []
    for start, stop in _runs(probabilities, decision):
        if joined and (start - joined[-1][1]) * hop < decision.min_silence:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    kept = [run for run in joined if _believed(probabilities, run, hop, decision)]
    return _padded([(a * hop, b * hop) for a, b in kept], decision.pad, end)


def _runs(probabilities: Sequence[float], decision: Decision) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for frame, p in enumerate(probabilities):
        if start is None and p >= decision.onset:
            start = frame
        elif start is not None and p < decision.offset:
            yield start, frame
            start = None
    if start is not None:
        yield start, len(probabilities)


def _believed(
    probabilities: Sequence[float], run: tuple[int, int], hop: float, decision: Decision
) -> bool:
    start, stop = run
    length = (stop - start) * hop
    if length >= decision.min_unsure:
        return True
    return length >= decision.min_speech and max(probabilities[start:stop]) >= decision.sure


def _padded(runs: Sequence[tuple[float, float]], pad: float, end: float) -> list[Span]:
    spans: list[Span] = []
    for i, (start, stop) in enumerate(runs):
        before = runs[i - 1][1] if i else 0.0
        after = runs[i + 1][0] if i + 1 < len(runs) else end
        left = max(start - pad, (before + start) / 2 if i else 0.0)
        right = min(stop + pad, (stop + after) / 2 if i + 1 < len(runs) else end)
        if left < right:
            spans.append(Span(left, right))
    return spans
