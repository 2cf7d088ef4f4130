import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.engines.remote._times import Timed, believed

TEXT = "我要退货，order no. 5。"


def test_words_come_bare_and_in_order() -> None:
    said = [Timed(" 我", 0.1, 0.2), Timed("要退", 0.3, 0.55, 0.9), Timed(" order,", 0.9, 1.4)]

    words = believed(said, TEXT, 2.0)

    assert [(w.text, w.span.start, w.span.end, w.confidence) for w in words] == [
        ("我", 0.1, 0.2, None),
        ("要退", 0.3, 0.55, 0.9),
        ("order", 0.9, 1.4, None),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Timed("退", None, 0.5), id="no number"),
        pytest.param(Timed("退", 0.6, 0.4), id="ends before it begins"),
        pytest.param(Timed("退", -1.0, 0.4), id="before the clip"),
        pytest.param(Timed("退", 8.0, 9.0), id="after the clip"),
        pytest.param(Timed("退", 0.01, 0.02), id="before the word before it"),
        pytest.param(Timed("猫", 0.5, 0.6), id="not in the text"),
    ],
)
def test_a_word_with_a_time_that_cannot_be_is_left_out(bad: Timed) -> None:
    said = [Timed("我", 0.2, 0.3), Timed("要", 0.35, 0.4), bad, Timed("货", 0.7, 0.9)]

    assert [w.text for w in believed(said, TEXT, 1.0)] == ["我", "要", "货"]


def test_small_faults_are_put_right() -> None:
    said = [Timed("我", 0.2, 0.3), Timed("要", 0.15, 0.18, 1.5), Timed("退", 0.9, 1.05)]

    words = believed(said, TEXT, 1.0)

    assert [(w.span.start, w.span.end) for w in words] == [(0.2, 0.3), (0.2, 0.2), (0.9, 1.0)]
    assert words[1].confidence is None


def test_when_most_are_wrong_none_is_believed() -> None:
    said = [Timed("我", 0.2, 0.3), Timed("要", None, None), Timed("退", 7, 8), Timed("。", 1, 2)]

    assert believed(said, TEXT, 1.0) == ()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        pytest.param([Timed(c, 0.0, 0.0) for c in "我要退货"], 2.0, id="all at the beginning"),
        pytest.param(
            [Timed(c, i * 0.06, i * 0.06 + 0.06) for i, c in enumerate("我要退货我要退货")],
            3.0,
            id="on a grid",
        ),
        pytest.param(
            [
                *(Timed("我", 0, 1), Timed("要退", 1, 3), Timed("货", 3, 4)),
                *(Timed("我", 4, 5), Timed("要退", 5, 7)),
            ],
            7.0,
            id="by characters, over the whole clip",
        ),
    ],
)
def test_times_that_were_reckoned_are_not_believed(said: list[Timed], seconds: float) -> None:
    assert believed(said, "我要退货我要退货", seconds) == ()


def test_times_of_a_model_in_steps_of_a_frame_are_believed() -> None:
    steps = [0.18, 0.36, 0.6, 0.84, 0.96, 1.2, 1.5, 1.62, 1.86]
    said = [Timed(c, a, a + 0.12) for c, a in zip("我要退货我要退货我", steps, strict=True)]

    assert len(believed(said, "我要退货，我要退货，我", 2.0)) == 9


NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.builds(Timed, st.text("我要退货 o5.,"), NUMBERS, NUMBERS, NUMBERS)


@given(st.lists(WORDS, max_size=12), st.text("我要退货 o5.,"), st.floats(0, 40))
def test_whatever_comes_words_rise_inside_the_clip_and_stand_in_the_text(
    said: list[Timed], text: str, seconds: float
) -> None:
    at, last = 0, 0.0
    for word in believed(said, text, seconds):
        at = text.index(word.text, at) + len(word.text)
        assert last <= word.span.start <= word.span.end <= seconds
        assert word.confidence is None or 0 <= word.confidence <= 1
        assert math.isfinite(word.span.end)
        last = word.span.start
