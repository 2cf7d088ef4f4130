"""Cues and wording as one."""

import pytest

from huiting.core.reading import Reading
from huiting.core.types import EmotionLabel
from huiting.engines._felt import NAMED, felt
from huiting.engines._lexicon import Found

ANGRY, HAPPY, NEUTRAL = EmotionLabel.ANGRY, EmotionLabel.HAPPY, EmotionLabel.NEUTRAL
SURPRISED = EmotionLabel.SURPRISED
CUE = Found(ANGRY, 0.6, "投诉")


def reads(neutral: float, angry: float) -> Reading:
    return Reading(feelings={NEUTRAL: neutral, ANGRY: angry, HAPPY: 1 - neutral - angry})


def test_where_nobody_reads_cues_speak_alone() -> None:
    assert felt([CUE], None) == {ANGRY: pytest.approx(0.6)}
    assert felt([CUE], Reading()) == {ANGRY: pytest.approx(0.6)}


def test_wording_shows_what_no_cue_names() -> None:
    assert felt([], reads(0.2, 0.75))[ANGRY] > 0.6


@pytest.mark.parametrize("cues", [[], [CUE]], ids=["no cue", "weak cue"])
def test_wording_that_is_calm_shows_nothing(cues: list[Found]) -> None:
    assert felt(cues, reads(0.99, 0.002)) == {}


def test_a_strong_cue_wins_over_calm_wording() -> None:
    assert felt([Found(ANGRY, 0.93, "气死我")], reads(0.9, 0.05))[ANGRY] > 0.9


def test_cue_and_wording_together_are_surer_than_either() -> None:
    both = felt([CUE], reads(0.5, 0.4))[ANGRY]

    assert both > felt([], reads(0.5, 0.4))[ANGRY]
    assert both > 0.6


def test_what_was_not_taught_needs_a_strong_cue() -> None:
    assert SURPRISED not in felt([Found(SURPRISED, 0.4, "诶")], reads(0.9, 0.05))
    assert felt([Found(SURPRISED, 0.95, "天哪")], reads(0.6, 0.2))[SURPRISED] >= NAMED
