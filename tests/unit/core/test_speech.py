"""Probabilities of speech as bytes: small, whole, and exact where thresholds are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.speech import STEPS, Speech, SpeechOptions, SpeechTrack, steps
from speeches import speech


def test_what_is_packed_comes_back_whole() -> None:
    found = speech()

    assert Speech.unpacked(found.packed()) == found


def test_a_recording_of_which_no_channel_carries_anything_can_be_packed() -> None:
    silent = Speech(0.032, 5.0, 2, ())

    assert Speech.unpacked(silent.packed()) == silent


def test_bytes_may_hold_line_ends() -> None:
    odd = Speech(0.032, 1.0, 1, (SpeechTrack(0, 1.0, b"\n\n\x00", b"\n\x7f\n"),))

    assert Speech.unpacked(odd.packed()) == odd


@given(
    st.floats(0, 1, width=32),
    st.integers(0, STEPS),
)
def test_a_threshold_on_a_step_decides_as_on_the_number_itself(value: float, step: int) -> None:
    threshold = step / STEPS
    track = SpeechTrack(0, 0.032, steps(np.array([value], np.float32)), b"\0")

    assert (float(track.probabilities[0]) >= threshold) == (float(np.float32(value)) >= threshold)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"threshold": 0.2}, id="it begins below where it ends"),
        pytest.param({"threshold": 1.1}, id="more than certain"),
        pytest.param({"release": -0.1}, id="less than impossible"),
        pytest.param({"pad": -1.0}, id="a length below nothing"),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="need"):
        SpeechOptions(**wrong)
