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
from huiting.engines._parts import joined, parts_of

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
