"""Batches by length, out of clips in any order."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pytest

from huiting.core.types import Audio
from huiting.engines import _batching
from huiting.engines._batching import by_length, each
from huiting.engines._memory import Bound, OutOfMemory

RATE = 100


def clips(*seconds: float) -> list[Audio]:
    return [Audio(np.zeros(round(s * RATE), np.float32), RATE) for s in seconds]


class Ear:
    """Hears how long a clip is; has room for some seconds of padded sound."""

    def __init__(self, room: float = 1e9) -> None:
        self.room = room
        self.batches: list[list[float]] = []

    def __call__(self, batch: Sequence[Audio]) -> list[float]:
        self.batches.append([clip.duration for clip in batch])
        if max(clip.duration for clip in batch) * len(batch) > self.room:
            raise OutOfMemory("ear", "out of memory", "less")
        return [clip.duration for clip in batch]


@pytest.mark.parametrize(
    ("seconds", "most", "batches"),
    [
        pytest.param([], 10, [], id="none"),
        pytest.param([1, 5, 2, 4], 10, [[1, 3], [2, 0]], id="the longest first"),
        pytest.param([20], 10, [[0]], id="one that is too long goes alone"),
        pytest.param([0, 0, 0], 10, [[0, 1, 2]], id="empty ones"),
        pytest.param([3, 3, 3, 3], 9, [[0, 1, 2], [3]], id="padding counts"),
    ],
)
def test_batches_hold_what_fits(seconds: list[float], most: float, batches: list[object]) -> None:
    assert list(by_length(seconds, lambda: most)) == batches


def test_results_are_in_the_order_of_the_clips() -> None:
    ear = Ear()

    assert list(each(clips(1, 5, 2, 4), ear, Bound(10))) == [1, 5, 2, 4]
    assert ear.batches == [[5, 4], [2, 1]]


def test_what_was_too_much_once_is_not_tried_again() -> None:
    ear = Ear(room=4)

    assert list(each(clips(*[1] * 16), ear, Bound(8))) == [1] * 16
    assert [len(batch) for batch in ear.batches] == [8, 4, 4, 4, 4]


def test_stretches_are_given_out_before_the_next_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_batching, "STRETCH", 3.0)
    ear = Ear()
    found = each(clips(1, 1, 1, 1, 5, 1), ear, Bound(10))

    assert list(islice(found, 3)) == [1, 1, 1]
    assert len(ear.batches) == 1
    assert list(found) == [1, 5, 1]
    assert ear.batches == [[1, 1, 1], [1], [5], [1]]
