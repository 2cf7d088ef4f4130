"""What is done when memory runs out, with work that counts the seconds it is given."""

import gc
import weakref
from collections.abc import Sequence

import numpy as np
import pytest

from huiting.core.types import Audio
from huiting.engines._memory import Bound, OutOfMemory, ran_out, spared

RATE = 100


def clips(*seconds: float) -> list[Audio]:
    return [Audio(np.zeros(round(s * RATE), np.float32), RATE) for s in seconds]


class Device:
    """Has room for some seconds at once; remembers what it was given."""

    def __init__(self, room: float) -> None:
        self.room = room
        self.given: list[int] = []

    def lengths(self, few: Sequence[Audio]) -> list[float]:
        self.given.append(len(few))
        if sum(clip.duration for clip in few) > self.room:
            raise OutOfMemory("test", "out of memory", "use less")
        return [clip.duration for clip in few]


def test_a_batch_that_fits_is_worked_on_whole() -> None:
    device, bound = Device(10), Bound(100)

    assert spared(clips(1, 2, 3), device.lengths, None, bound) == [1, 2, 3]
    assert (device.given, bound.most) == ([3], 100)


def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_keeps_its_order() -> None:
    device, bound = Device(3), Bound(100)

    assert spared(clips(1, 2, 3, 1, 1), device.lengths, None, bound) == [1, 2, 3, 1, 1]
    assert device.given == [5, 2, 3, 1, 2]
    assert bound.most == 2.5  # half of the smallest that did not fit


def test_a_single_clip_that_does_not_fit_goes_elsewhere() -> None:
    small, large = Device(3), Device(100)

    assert spared(clips(9, 1), small.lengths, large.lengths) == [9, 1]
    assert large.given == [1]


def test_without_elsewhere_it_is_an_error() -> None:
    with pytest.raises(OutOfMemory):
        spared(clips(9, 1), Device(3).lengths, None)


def test_another_error_is_passed_on_at_once() -> None:
    def broken(few: Sequence[Audio]) -> list[float]:
        raise ValueError(len(few))

    with pytest.raises(ValueError, match="2"):
        spared(clips(9, 1), broken, Device(100).lengths)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("CUDA failed with error out of memory", True),
        ("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED", True),
        ("std::bad_alloc", True),
        ("an illegal memory access was encountered", False),
    ],
)
def test_runtimes_say_it_in_their_ways(said: str, *, expected: bool) -> None:
    assert ran_out(RuntimeError(said)) is expected


def test_what_a_failed_try_holds_in_cycles_is_let_go_before_the_next() -> None:
    class Held:
        """What stands for a tensor in a cycle."""

    held: list[weakref.ref[Held]] = []

    def work(batch: Sequence[Audio]) -> list[int]:
        assert [one for one in held if one() is not None] == []
        if len(batch) > 1:
            thing = Held()
            thing.itself = thing  # type: ignore[attr-defined]
            held.append(weakref.ref(thing))
            raise OutOfMemory("device", "no room", "try again")
        return [1]

    gc.disable()
    try:
        assert spared(clips(1, 1), work, None) == [1, 1]
    finally:
        gc.enable()
