from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, call, evenly, says
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import Segment, Span, Word
from huiting.exports._cues import Cue, cues, wrapped


def of(*segments: Segment) -> list[Cue]:
    return list(cues(call(*segments)))


def test_a_short_segment_is_one_cue_at_its_words_times() -> None:
    (cue,) = of(says(AGENT, 0, 5, "您好", words=evenly("您好", 1, 2)))

    assert (cue.span, cue.lines) == (Span(1, 2), ("您好",))


def test_a_long_segment_is_cut_after_a_stop_at_measured_times() -> None:
    text = (
        "这个问题我帮您查询一下。您的订单目前已经在路上了，预计明天下午三点之前就可以送到您手里。"
    )
    spoken = says(AGENT, 0, 12, text, words=evenly(text, 0, 12))
    found = of(spoken)

    assert ["".join(cue.lines) for cue in found] == [
        "这个问题我帮您查询一下。您的订单目前已经在路上了，",
        "预计明天下午三点之前就可以送到您手里。",
    ]
    assert found[0].span.end == found[1].span.start == pytest.approx(12 * 25 / len(text))
    assert all(cue.span.duration <= 7 for cue in found)


def test_no_cue_stands_longer_than_seven_seconds() -> None:
    text = "嗯我想想看啊"
    found = of(says(AGENT, 0, 18, text, words=evenly(text, 0, 18)))

    assert [cue.lines for cue in found] == [("嗯我",), ("想想",), ("看啊",)]


def test_the_written_text_is_shown_at_the_times_of_the_spoken() -> None:
    spoken = says(AGENT, 0, 6, "三百九十九元", words=evenly("三百九十九元", 0, 6))
    (cue,) = of(rewrite(spoken, [Change(0, 5, "399")], "itn"))

    assert (cue.lines, cue.span) == (("399元",), Span(0, 6))


def test_words_with_spaces_keep_them() -> None:
    words = [
        Word(w, Span(i, i + 1), None) for i, w in enumerate(("Hello", "my", "name", "is", "Ann"))
    ]
    (cue,) = of(says(AGENT, 0, 5, "Hello, my name is Ann.", words=words, language="en"))

    assert cue.lines == ("Hello, my name is Ann.",)


def test_without_word_times_no_time_is_made_up() -> None:
    (cue,) = of(says(AGENT, 0, 20, "一二三四五六七八九十" * 5))

    assert cue.span == Span(0, 20)
    assert "".join(cue.lines) == "一二三四五六七八九十" * 5


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_segment_without_text_has_no_cue(text: str) -> None:
    assert of(says(AGENT, 0, 2, text)) == []


def test_a_cue_stands_long_enough_to_be_seen() -> None:
    assert of(says(AGENT, 1, 1.1, "嗯"))[0].span == Span(1, 1.5)


def test_cues_are_in_order_of_their_start() -> None:
    long = says(AGENT, 0, 16, "一二三四", words=evenly("一二三四", 0, 16))
    found = of(long, says(CUSTOMER, 2, 3, "嗯"))

    assert [cue.lines for cue in found] == [("一",), ("嗯",), ("二",), ("三",), ("四",)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("您好", ["您好"], id="fits"),
        pytest.param(
            "您先别着急，请提供一下收件人手机号后四位。",
            ["您先别着急，", "请提供一下收件人手机号后四位。"],
            id="after a pause",
        ),
        pytest.param(
            "一二三四五六七八九十一二三四五六七八",
            ["一二三四五六七八九", "十一二三四五六七八"],
            id="in the middle without one",
        ),
        pytest.param(
            "Could you tell me the last four digits of your phone number?",
            ["Could you tell me the last four", "digits of your phone number?"],
            id="between words",
        ),
        pytest.param("一" * 40, ["一" * 16, "一" * 16, "一" * 8], id="more than two lines"),
        pytest.param("a" * 50, ["a" * 50], id="a word longer than a line"),
        pytest.param(
            "我的iPhone坏了要修一下行不行啊谢谢你",
            ["我的iPhone坏了要修", "一下行不行啊谢谢你"],
            id="a Latin word stays whole",
        ),
        pytest.param(
            "一二三四五六七八九十一二三四五六）。",
            ["一二三四五六七八九", "十一二三四五六）。"],
            id="closing marks stay with their word",
        ),
        pytest.param(
            "你们贷款利率写的7.2%合同上怎么是8%，骗人呢？",
            ["你们贷款利率写的7.2%合", "同上怎么是8%，骗人呢？"],
            id="a number with decimals stays whole",
        ),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert wrapped(text) == lines


def test_words_that_vanished_in_writing_leave_no_cue() -> None:
    spoken = says(AGENT, 0, 2, "嗯好", words=evenly("嗯好", 0, 2))
    (cue,) = of(rewrite(spoken, [Change(0, 1, "")], "filler"))

    assert (cue.lines, cue.span) == (("好",), Span(1, 2))
    assert of(replace(spoken, words=(), spoken="", text="")) == []
