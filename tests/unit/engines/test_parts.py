"""Long clips in parts, and what is heard in them as one."""

import numpy as np
import pytest

from huiting.core.ports import Hypothesis, States
from huiting.core.types import (
    Audio,
    Emotion,
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Span,
    Word,
)
from huiting.engines._parts import joined, parts_at_pauses, parts_of

RATE = 100
PARTS = [Audio(np.zeros(2 * RATE, np.float32), RATE)] * 2


def heard(text: str, label: EmotionLabel, confidence: float | None = 0.5) -> Hypothesis:
    return Hypothesis(
        text,
        (Word(text, Span(0.5, 1.0), 0.9),),
        language="zh",
        confidence=confidence,
        emotion=Emotion(label),
        events=(Event(EventLabel.COUGH, Span(0.0, 2.0), EventSource.ENGINE),),
        states=States(np.zeros((4, 1), np.float32), 0.5),
    )


@pytest.mark.parametrize(
    ("seconds", "lengths"), [(0, [0]), (3, [300]), (6, [300, 300]), (7, [234, 234, 232])]
)
def test_parts_are_equal_and_not_too_long(seconds: int, lengths: list[int]) -> None:
    clip = Audio(np.zeros(seconds * RATE, np.float32), RATE)

    assert [len(part.samples) for part in parts_of(clip, 3.0)] == lengths


@pytest.mark.parametrize("seconds", [0.0, 0.1, 6.0, 12.0, 12.1, 13.0, 23.9, 24.0, 30.0, 61.7])
@pytest.mark.parametrize("longest", [3.0, 12.0])
def test_parts_cut_at_pauses_are_the_whole_clip_and_not_too_long(
    seconds: float, longest: float
) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)
    parts = parts_at_pauses(Audio(samples, RATE), longest)

    assert np.array_equal(np.concatenate([part.samples for part in parts]), samples)
    assert all(part.duration <= longest for part in parts)
    assert all(len(part.samples) > 0 for part in parts) or not seconds


@pytest.mark.parametrize("pause", [10.0, 11.0, 11.9])
def test_a_long_clip_is_cut_in_its_pause(pause: float) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 20 * RATE).astype(np.float32)
    samples[round((pause - 0.15) * RATE) : round((pause + 0.15) * RATE)] = 0
    parts = parts_at_pauses(Audio(samples, RATE), 12.0)

    assert len(parts) == 2
    assert parts[0].duration == pytest.approx(pause, abs=0.15)


def test_a_clip_that_just_fits_into_its_parts_gets_one_more_so_that_there_is_a_choice() -> None:
    clip = Audio(np.ones(24 * RATE, np.float32), RATE)

    assert len(parts_at_pauses(clip, 12.0)) == 3


def test_times_go_on_from_part_to_part() -> None:
    whole = joined([heard("你", EmotionLabel.SAD), heard("好", EmotionLabel.SAD)], PARTS)

    assert whole.text == "你 好"
    assert [w.span.start for w in whole.words] == [0.5, 2.5]
    assert [e.span for e in whole.events] == [Span(0, 2), Span(2, 4)]
    assert whole.states is not None
    assert len(whole.states.values) == 8


def test_emotion_is_that_of_the_longest_text() -> None:
    whole = joined([heard("你", EmotionLabel.SAD), heard("好的呢", EmotionLabel.HAPPY)], PARTS)

    assert whole.emotion is not None
    assert whole.emotion.label is EmotionLabel.HAPPY


def test_a_confidence_that_is_not_known_makes_that_of_the_whole_unknown() -> None:
    whole = joined([heard("你", EmotionLabel.SAD), heard("好", EmotionLabel.SAD, None)], PARTS)

    assert whole.confidence is None


def test_parts_that_are_all_refused_are_refused_with_their_events() -> None:
    cough = Event(EventLabel.COUGH, Span(0.0, 1.0), EventSource.ENGINE)
    refused = Hypothesis("", gate="no-speech", events=(cough,))
    whole = joined([refused, refused], PARTS)

    assert (whole.text, whole.gate) == ("", "no-speech")
    assert [e.span.start for e in whole.events] == [0.0, 2.0]


def test_a_part_that_another_device_heard_marks_the_whole() -> None:
    elsewhere = Hypothesis("好", fallback="cpu")

    assert joined([heard("你", EmotionLabel.SAD), elsewhere], PARTS).fallback == "cpu"
