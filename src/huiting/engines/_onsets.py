"""When the tokens of FunASR's models begin, and how long they are taken to last.

SenseVoice and Paraformer say when a token is noticed, not when it ends.
"""

from collections.abc import Sequence

EARLY = 0.03
"""Seconds that a token is heard before its frame, as FunASR counts."""
LASTS = 0.24
"""Seconds that a token lasts at most, as FunASR counts."""


def spans_of(onsets: Sequence[float], duration: float) -> list[tuple[float, float]]:
    """Return start and end of each token: it lasts until the next one, or `LASTS`.

    Args:
        onsets: seconds, rising.
        duration: of the clip.

    Source:
        `ts_prediction_lfr6_standard` in FunASR: MAX_TOKEN_DURATION is 12 frames of 20 ms, and
        frames are counted 1.5 early.
    """
    starts = [max(0.0, onset - EARLY) for onset in onsets]
    ends = [*starts[1:], duration][: len(starts)]
    return [(start, min(end, start + LASTS)) for start, end in zip(starts, ends, strict=True)]
