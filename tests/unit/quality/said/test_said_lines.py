"""Lines made ready, turns, sentences and quotes."""

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, call, evenly, says
from huiting.core.types import Span
from huiting.quality.matching.fold import plain
from huiting.quality.said.lines import (
    confusable,
    lines_of,
    opening,
    quote,
    sentence,
    turns_of,
)
from huiting.text.pronunciation import sounds_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("退貨", "退货", id="traditional"),
        pytest.param("ＡＢＣ", "abc", id="full width, case"),
        pytest.param("don’t", "don't", id="apostrophe"),
        pytest.param("㍻ﬁ", "㍻ﬁ", id="what would become longer stays"),
        pytest.param("\ud800货", "\ud800货", id="half a character"),
    ],
)
def test_folding_keeps_the_length(text: str, folded: str) -> None:
    assert plain(text) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhi", "zi"), ("lan", "nan"), ("hui", "fui"), ("ping", "pin"), ("shang", "san")],
)
def test_syllables_that_telephones_confuse_are_one(one: str, other: str) -> None:
    assert confusable(one) == confusable(other)


def test_syllables_that_differ_stay_apart() -> None:
    assert len({confusable(s) for s in ("tui", "huo", "ge", "ke", "long", "lou", "n", "f")}) == 8


def test_segments_without_text_are_no_lines_and_places_stay() -> None:
    lines = lines_of(call(says(AGENT, 0, 1, " "), says(CUSTOMER, 1, 2, "退货")), sounds_of)

    assert [(line.place, line.folded) for line in lines] == [(1, "退货")]


def test_turns_join_what_one_role_says_in_a_row() -> None:
    lines = lines_of(
        call(
            says(AGENT, 0, 1, "您好"),
            says(CUSTOMER, 1, 2, "我想"),
            says(CUSTOMER, 2, 3, "退货"),
            says(SYSTEM, 3, 4, "请稍候"),
        ),
        sounds_of,
    )

    assert [(t.role, len(t.lines)) for t in turns_of(lines)] == [
        (AGENT, 1),
        (CUSTOMER, 2),
        (SYSTEM, 1),
    ]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        pytest.param("喂，你好。", False, id="greeting"),
        pytest.param("嗯嗯，好的。", False, id="listening"),
        pytest.param("13800138000", False, id="a number"),
        pytest.param("你好，空调坏了", True, id="a trouble"),
        pytest.param("Hi, hello.", False, id="English greeting"),
        pytest.param("Hi, my lamp broke.", True, id="English trouble"),
        pytest.param("もしもし、すみません", False, id="Japanese greeting"),
    ],
)
def test_a_turn_tells_when_it_is_more_than_a_greeting(text: str, *, tells: bool) -> None:
    [turn] = turns_of(lines_of(call(says(CUSTOMER, 0, 1, text)), sounds_of))

    assert turn.tells is tells


@pytest.mark.parametrize(
    ("text", "rest"),
    [("喂，你好，空调坏了", "空调坏了"), ("hi, hello, it broke", "it broke"), ("喂", "喂")],
)
def test_the_opening_ends_where_something_is_said(text: str, rest: str) -> None:
    assert text[opening(text) :] == rest


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        pytest.param("你好。我想退货。谢谢", 5, "我想退货。", id="between full stops"),
        pytest.param("我想退货", 0, "我想退货", id="no marks"),
        pytest.param("It is 2.5 kg. Send it.", 6, "It is 2.5 kg.", id="a point in a number"),
        pytest.param(
            "一" * 40 + "，" + "我想退货，" + "二" * 40, 43, "我想退货，", id="long: commas"
        ),
        pytest.param("No.  Yes please", 6, "Yes please", id="spaces before are left out"),
    ],
)
def test_a_sentence_is_what_stands_between_marks(text: str, at: int, expected: str) -> None:
    first, last = sentence(text, at, at + 1)

    assert text[first:last] == expected


def test_a_quote_has_the_time_of_its_sentence() -> None:
    text = "你好吗？退货退款"
    segment = says(CUSTOMER, 10, 18, text, words=evenly(text.replace("？", ""), 10, 17))
    [line] = lines_of(call(segment), sounds_of)

    found = quote(line, 4, 6)

    assert (found.text, found.role, found.segment) == ("退货退款", CUSTOMER, 0)
    assert found.span == Span(13, 17)


def test_a_quote_without_word_times_has_the_time_of_its_segment() -> None:
    [line] = lines_of(call(says(CUSTOMER, 10, 18, "你好。退货")), sounds_of)

    assert quote(line, 3, 5).span == Span(10, 18)
