"""Operators put to calls of many lines: the work grows with their number, not its square."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, says
from huiting.core.dialogue import Dialogue
from huiting.core.metrics import Overlap
from huiting.core.types import Emotion, EmotionLabel, Event, EventLabel, EventSource, Role, Span
from huiting.quality.operators import (
    emotion,
    interruption,
    loudness,
    overlap,
    rate,
    response,
    silence,
    sound,
    turns,
)
from huiting.quality.rules.asked import Operator
from steps import growth
from unit.quality.operators.asking import NOTHING, dialogue, scope

ANGRY = Emotion(EmotionLabel.ANGRY, 0.9)


def long_call(lines: int) -> Dialogue:
    """Return a call with a silence, an overlap and an event at every line."""
    said = [
        replace(
            says((AGENT, CUSTOMER)[n % 2], 8 * n, 8 * n + 2, f"第{n}句话", loudness=-20.0 - n % 9),
            confidence=0.3,
            emotion=ANGRY,
        )
        for n in range(lines)
    ]
    events = [
        Event(EventLabel.SILENCE, Span(8 * n + 2, 8 * n + 8), EventSource.DERIVED, role=AGENT)
        for n in range(lines - 1)
    ]
    found = dialogue(*said, duration=8.0 * lines, events=events)
    cuts = tuple(
        Overlap(Span(line.span.start, line.span.end), Role.UNKNOWN, line.role, interruption=True)
        for line in found.lines
    )
    return replace(found, metrics=replace(found.metrics, overlaps=cuts))


@pytest.mark.parametrize(
    "operator",
    [
        pytest.param(silence.build(longer_than=5), id="silence"),
        pytest.param(silence.build(longer_than=5, announced=False), id="silence unannounced"),
        pytest.param(silence.build(longer_than=50, expected="agent"), id="silence too short"),
        pytest.param(interruption.build(by="agent"), id="interruption"),
        pytest.param(overlap.build(), id="overlap"),
        pytest.param(response.build(above=1), id="response"),
        pytest.param(loudness.build(jump_above=5), id="loudness jump"),
        pytest.param(loudness.build(above=-10), id="loudness"),
        pytest.param(rate.build(above=1), id="rate"),
        pytest.param(rate.build(above=1, of="average", shortest=2), id="average rate"),
        pytest.param(turns.build(above=3), id="turns"),
        pytest.param(sound.build("SILENCE"), id="sound"),
        pytest.param(emotion.build("ANGRY"), id="emotion"),
    ],
)
def test_the_work_grows_with_the_length_of_a_call(operator: Operator) -> None:
    def work(size: int) -> Callable[[], object]:
        call = long_call(size)
        whole = scope(call)
        return lambda: operator.find(call, whole, NOTHING)

    assert growth(work) < 2.3
