from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import AGENT, CUSTOMER, UNKNOWN, analysis, call, says
from huiting.core.calming import Answer, CalmDown
from huiting.core.curves import (
    MOST_POINTS,
    NOTHING,
    EmotionCurve,
    Feeling,
    curves,
    feeling_of,
    thirds,
)
from huiting.core.dialogue import Dialogue
from huiting.core.types import Emotion, EmotionLabel, Role
from huiting.quality.calming import calm_downs, softened
from huiting.quality.dialogue import dialogue_of, silent

ANGRY, SAD, NEUTRAL = EmotionLabel.ANGRY, EmotionLabel.SAD, EmotionLabel.NEUTRAL
HAPPY, NOT_KNOWN = EmotionLabel.HAPPY, EmotionLabel.UNKNOWN
Said = tuple[Role, float, float, str, EmotionLabel | Emotion | None]


def talk(*said: Said, duration: float = 60.0) -> Dialogue:
    """Return a dialogue of lines (role, start, end, text, emotion)."""
    segments = [
        replace(
            says(role, start, end, text),
            emotion=Emotion(felt, 0.8) if isinstance(felt, EmotionLabel) else felt,
        )
        for role, start, end, text, felt in said
    ]
    return dialogue_of(analysis(call(*segments, duration=duration)), silent)


def customer(start: float, felt: EmotionLabel | Emotion | None, text: str = "退货") -> Said:
    return (CUSTOMER, start, start + 2, text, felt)


def agent(start: float, text: str = "好的", felt: EmotionLabel | None = NEUTRAL) -> Said:
    return (AGENT, start, start + 2, text, felt)


def curve(*said: Said, duration: float = 60.0) -> EmotionCurve:
    return curves(talk(*said, duration=duration).lines, duration)[0]


@pytest.mark.parametrize(
    ("emotion", "feeling"),
    [
        pytest.param(None, NOTHING, id="nobody listened"),
        pytest.param(Emotion(NOT_KNOWN), NOTHING, id="unsure"),
        pytest.param(Emotion(ANGRY, 0.5), Feeling(-0.4, None, 0.5), id="a label and a score"),
        pytest.param(Emotion(ANGRY), Feeling(-0.8, None, 1.0), id="a label alone"),
        pytest.param(Emotion(NEUTRAL), Feeling(0.0, None, 0.0), id="calm for sure"),
        pytest.param(Emotion(HAPPY, 0.4), Feeling(0.32, None, 0.1), id="what is left is shared"),
        pytest.param(
            Emotion(NOT_KNOWN, odds={ANGRY: 0.3}), Feeling(None, None, 0.3), id="odds alone"
        ),
        pytest.param(
            Emotion(SAD, 0.9, arousal=-0.5, valence=-0.9, odds={SAD: 0.9}),
            Feeling(-0.9, -0.5, 0.0),
            id="all of it",
        ),
        pytest.param(Emotion(NOT_KNOWN, valence=0.2), Feeling(0.2, None, None), id="valence alone"),
    ],
)
def test_what_an_emotion_says(emotion: Emotion | None, feeling: Feeling) -> None:
    found = feeling_of(emotion)

    assert found.valence == pytest.approx(feeling.valence)
    assert found.arousal == feeling.arousal
    assert found.anger == pytest.approx(feeling.anger)


def test_each_side_has_its_curve() -> None:
    dialogue = talk(agent(1), customer(4, ANGRY), (UNKNOWN, 7, 8, "喂", None))
    found = curves(dialogue.lines, dialogue.duration)

    assert [c.role for c in found] == [CUSTOMER, AGENT, UNKNOWN]
    assert [c.known for c in found] == [1, 1, 0]
    assert curves(talk(agent(1)).lines, 60, roles=[CUSTOMER]) == ()


def test_a_side_of_which_nothing_is_known_has_no_points() -> None:
    found = curve(customer(4, NOT_KNOWN), customer(9, None))

    assert (found.points, found.known, found.lines) == ((), 0, 2)
    assert (found.thirds.first, found.thirds.last) == (NOTHING, NOTHING)
    assert (found.thirds.rise, found.thirds.cooled) == (None, None)


def test_points_go_through_the_whole_call_at_even_steps() -> None:
    points = curve(customer(4, ANGRY), duration=120).points

    assert [p.time for p in points] == [5.0 * i for i in range(25)]


def test_a_short_call_is_drawn_as_finely_as_a_long_one() -> None:
    said = [customer(t, ANGRY if t == 12 else HAPPY) for t in range(0, 24, 4)]
    points = curve(*said, duration=24.0).points

    assert [p.time for p in points] == [float(i) for i in range(25)]
    assert min(p.feeling.valence or 0.0 for p in points) < 0 < (points[0].feeling.valence or 0.0)


def test_a_call_without_length_has_no_points() -> None:
    assert curves([says(CUSTOMER, 0, 0, "喂")], 0.0)[0].points == ()


def test_a_long_call_has_no_more_points_than_can_be_drawn() -> None:
    assert len(curve(customer(4, ANGRY), duration=36_000).points) == MOST_POINTS + 1


def test_far_from_anything_known_the_curve_has_no_value() -> None:
    points = curve(customer(4, ANGRY), duration=120).points

    assert points[1].feeling.valence == pytest.approx(-0.64)
    assert points[5].feeling.known
    assert points[6].feeling == NOTHING
    assert [p.segments for p in points[:7]] == [1, 1, 1, 1, 1, 1, 0]


def test_a_curve_moves_smoothly_from_one_feeling_to_the_next() -> None:
    said = [customer(t, ANGRY if t < 30 else HAPPY) for t in range(0, 60, 4)]
    values = [p.feeling.valence for p in curve(*said).points]

    assert all(v is not None for v in values)
    known = [round(v, 6) for v in values if v is not None]
    assert known == sorted(known)
    assert max(b - a for a, b in pairwise(known)) < 0.6


def test_thirds_are_compared() -> None:
    said = [customer(2, ANGRY), customer(30, HAPPY), customer(50, NEUTRAL)]
    found = curve(*said).thirds

    assert found == thirds(talk(*said, agent(5)).lines, CUSTOMER, 60)
    assert found.first.anger == pytest.approx(0.8)
    assert found.last.valence == pytest.approx(0)
    assert found.rise == pytest.approx(0.64)
    assert found.cooled == pytest.approx(0.8 - 0.2 / 6)


def test_a_longer_line_counts_more() -> None:
    long: Said = (CUSTOMER, 1, 10, "退货", ANGRY)
    short: Said = (CUSTOMER, 11, 12, "好", HAPPY)

    valence = curve(long, short).thirds.first.valence
    assert valence == pytest.approx((9 * -0.64 + 0.64) / 10)


labels = st.sampled_from([*EmotionLabel, None])


@given(st.lists(st.tuples(st.sampled_from([AGENT, CUSTOMER]), labels), max_size=20))
def test_curves_stay_within_what_was_felt(felt: list[tuple[Role, EmotionLabel | None]]) -> None:
    dialogue = talk(
        *((role, 3.0 * i, 3.0 * i + 2, "好", one) for i, (role, one) in enumerate(felt))
    )

    for found in curves(dialogue.lines, dialogue.duration):
        for point in found.points:
            assert point.feeling.valence is None or -0.8 <= point.feeling.valence <= 0.8
            assert point.feeling.anger is None or 0 <= point.feeling.anger <= 1
    assert all(c.span.start <= c.span.end for c in calm_downs(dialogue))


def one(*said: Said) -> CalmDown:
    [found] = calm_downs(talk(*said))
    return found


def test_an_outburst_that_is_answered_and_softens() -> None:
    found = one(
        agent(1),
        customer(4, ANGRY),
        agent(7.5, "非常抱歉，马上为您处理"),
        customer(10, NEUTRAL),
    )

    assert (found.label, found.lines, found.answered_by) == (ANGRY, (1,), 2)
    assert found.answer is Answer.APOLOGY
    assert found.delay == pytest.approx(1.5)
    assert found.softened is True
    assert found.after == pytest.approx(4)
    assert found.better_by == pytest.approx(0.8 - 0.2 / 6)


def test_an_outburst_that_goes_on() -> None:
    first, second = calm_downs(talk(customer(4, ANGRY), agent(7), customer(10, ANGRY)))

    assert (first.softened, first.after) == (False, None)
    assert (second.answer, second.delay, second.softened) == (Answer.NONE, None, None)


def test_it_may_soften_a_little_later() -> None:
    found = calm_downs(
        talk(customer(4, SAD), agent(7), customer(10, SAD), agent(13), customer(16, HAPPY))
    )

    assert [c.softened for c in found] == [True, True]
    assert found[0].after == pytest.approx(10)


@pytest.mark.parametrize(
    "later",
    [
        pytest.param([], id="the call ends"),
        pytest.param([customer(10, NOT_KNOWN)], id="nobody can tell"),
        pytest.param([customer(90, NEUTRAL)], id="much later"),
        pytest.param([(CUSTOMER, 10, 12, "", NEUTRAL)], id="no words"),
    ],
)
def test_whether_it_softened_may_not_be_known(later: list[Said]) -> None:
    assert one(customer(4, ANGRY), agent(7), *later).softened is None


def test_lines_in_a_row_are_one_outburst() -> None:
    found = one(customer(1, SAD), customer(4, ANGRY), customer(7, NEUTRAL), agent(10))

    assert found.lines == (0, 1)
    assert found.label is ANGRY
    assert found.span.end == 6


def test_an_agent_who_cuts_in_answers_early() -> None:
    assert one((CUSTOMER, 1, 8, "退货", ANGRY), agent(6)).delay == pytest.approx(-2)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("实在不好意思", Answer.APOLOGY),
        ("我非常理解您的心情，抱歉", Answer.APOLOGY),
        ("我理解您的心情", Answer.EMPATHY),
        ("我帮您查一下物流", Answer.ACTION),
        ("I completely understand", Answer.EMPATHY),
        ("Let me check that for you", Answer.ACTION),
        ("申し訳ございません", Answer.APOLOGY),
        ("这是规定", Answer.OTHER),
    ],
)
def test_how_the_agent_answers(words: str, answer: Answer) -> None:
    assert one(customer(1, ANGRY), agent(4, words)).answer is answer


def test_an_answer_is_the_whole_turn_and_not_what_comes_after() -> None:
    assert one(customer(1, ANGRY), agent(4, "是"), agent(7, "抱歉")).answer is Answer.APOLOGY
    assert (
        one(customer(1, ANGRY), agent(4, "是"), customer(7, NEUTRAL), agent(10, "抱歉")).answer
        is Answer.OTHER
    )


@pytest.mark.parametrize(
    ("felt", "times"),
    [
        pytest.param(Emotion(ANGRY, 0.4), 0, id="unsure"),
        pytest.param(Emotion(ANGRY), 1, id="of a source without scores"),
        pytest.param(Emotion(EmotionLabel.FEARFUL, 0.9), 0, id="afraid"),
        pytest.param(None, 0, id="not listened to"),
    ],
)
def test_what_counts_as_upset(felt: Emotion | None, times: int) -> None:
    assert len(calm_downs(talk(customer(1, felt)))) == times


def test_an_angry_agent_is_nobody_to_calm() -> None:
    assert calm_downs(talk(agent(1, felt=ANGRY))) == ()


def test_what_is_counted_leaves_out_what_is_not_known() -> None:
    dialogue = talk(customer(4, ANGRY), agent(7), customer(10, NEUTRAL), customer(13, SAD))

    assert softened(dialogue) == (True,)
