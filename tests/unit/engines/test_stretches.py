from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Span
from huiting.engines._stretches import MARGIN, hushed, stretches


def test_nothing_said_is_no_stretch() -> None:
    assert stretches([], 30) == []


def test_what_fits_is_one_stretch_without_the_silence_around_it() -> None:
    assert stretches([Span(10, 15), Span(20, 30)], 30) == [Span(9.75, 30.25)]


def test_a_track_is_cut_in_the_longest_pause_of_the_second_half() -> None:
    speech = [Span(1, 10), Span(16, 20), Span(21, 25), Span(28, 36), Span(40, 44)]

    assert stretches(speech, 30) == [Span(0.75, 25.25), Span(27.75, 44.25)]


def test_speech_without_a_pause_is_cut_all_the_same() -> None:
    assert stretches([Span(0, 70)], 30) == [Span(0, 30), Span(30, 60), Span(60, 70.25)]


@given(
    parts=st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 50)), min_size=1, max_size=30),
    longest=st.floats(30, 100),
)
def test_stretches_hold_all_of_the_speech_and_are_not_too_long(
    parts: list[tuple[float, float]], longest: float
) -> None:
    speech, at = [], 0.0
    for pause, length in parts:
        speech.append(Span(at + pause, at + pause + length))
        at += pause + length
    found = stretches(speech, longest)

    assert all(span.duration <= longest + 1e-6 for span in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    held = sum(one.overlap(span) for one in found for span in speech)
    assert held == pytest.approx(sum(span.duration for span in speech))


def test_all_but_speech_and_a_margin_is_silenced() -> None:
    kept = hushed(np.ones(400, np.float32), 2.0, [Span(1, 2.5), Span(4, 5)], 100)

    assert np.flatnonzero(kept).tolist() == [
        *range(round((0.5 + MARGIN) * 100)),
        *range(round((2 - MARGIN) * 100), round((3 + MARGIN) * 100)),
    ]
