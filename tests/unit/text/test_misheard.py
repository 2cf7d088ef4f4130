"""Words that were corrected again and again, found without a dictionary."""

import pytest

from huiting.text.misheard import Misheard, misheard

REFUND = [("我要退会。", "我要退货。"), ("申请退火", "申请退货"), ("好的", "好的")]


def test_the_word_around_a_change_is_found_and_what_was_heard_instead() -> None:
    assert misheard(REFUND) == [Misheard("退货", 2, ("退会", "退火"))]


def test_words_of_a_script_with_spaces_are_whole_words() -> None:
    lines = [("the air buds broke", "the AirPods broke"), ("my air parts", "my AirPods")]

    assert [found.word for found in misheard(lines)] == ["AirPods"]


def test_a_stretch_ends_where_a_sentence_does() -> None:
    lines = [("好，会员", "号，会员"), ("哎，会员", "号，会员")]

    assert misheard(lines) == []  # 号 alone is too short to be a word


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="no line"),
        pytest.param([("我要退会", "我要退货")], id="once only"),
        pytest.param([("我要退货", "我要退货")] * 3, id="the machine was right"),
        pytest.param([("我要退货了", "我要退货")] * 3, id="only left out"),
        pytest.param([("", "一二三四五六七八九十")] * 2, id="too long to be a word"),
    ],
)
def test_what_is_no_hotword(lines: list[tuple[str, str]]) -> None:
    assert misheard(lines) == []


def test_what_was_not_heard_at_all_has_no_other_form() -> None:
    assert misheard([("我用", "我用花呗"), ("开通", "开通花呗")])[0].word == "花呗"


def test_so_many_words_and_no_more() -> None:
    assert len(misheard(REFUND, most=0)) == 0
