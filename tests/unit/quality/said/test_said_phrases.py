"""Where phrases are said."""

import pytest

from fakes import CUSTOMER, call, says
from huiting.quality.said.lines import Line, lines_of
from huiting.quality.said.phrases import phrase, places
from huiting.text.pronunciation import sounds_of


def line(text: str, language: str = "zh") -> Line:
    [found] = lines_of(call(says(CUSTOMER, 0, 5, text, language=language)), sounds_of)
    return found


def said(wanted: str, text: str) -> list[tuple[str, float]]:
    there = places(phrase(wanted, sounds_of), line(text))
    return [(text[p.start : p.end], p.strength) for p in there]


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        pytest.param("退货", "我要退货，退貨！", ["退货", "退貨"], id="each place, any script"),
        pytest.param("退货", "我要换货", [], id="another word"),
        pytest.param("订*机票", "我想订两张去三亚的机票", ["订两张去三亚的机票"], id="gap"),
        pytest.param("订*机票", "我订好了。机票多少钱", [], id="gap ends with the sentence"),
        pytest.param("订*机票", "订" + "很" * 9 + "机票", [], id="gap is bounded"),
        pytest.param("a.c", "abc a.c", ["a.c"], id="no pattern of its own"),
        pytest.param("refund", "Refunds refunded prefund", ["Refunds", "refunded"], id="as a word"),
        pytest.param("my  money back", "my money\nback", ["my money\nback"], id="spaces"),
        pytest.param("within * days", "within 5 days", ["within 5 days"], id="gap of words"),
        pytest.param("within * days", "within a b c d e days", [], id="too many words"),
        pytest.param("返品", "返品したい", ["返品"], id="Japanese"),
    ],
)
def test_as_written(wanted: str, text: str, expected: list[str]) -> None:
    assert said(wanted, text) == [(found, 1.0) for found in expected]


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        pytest.param("售后维修", "我要手后为修", "手后为修", id="four the same"),
        pytest.param("上网慢", "家里三往慢", "三往慢", id="three, confusable"),
        pytest.param("投诉", "我要头数", "头数", id="two, not confusable"),
    ],
)
def test_by_sound_counts_less_the_shorter_it_is(wanted: str, text: str, expected: str) -> None:
    found = said(wanted, text)

    if len(wanted) == 2:
        assert found == []  # 数 is shu: two characters must sound quite the same
    else:
        assert found == [(expected, {3: 0.8, 4: 0.9}[len(wanted)])]


def test_two_characters_that_sound_the_same_count_a_little() -> None:
    assert said("投诉", "我要头素") == [("头素", 0.3)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("我要头，素的", id="broken by a mark"),
        pytest.param("退货", id="written so"),
        pytest.param("推", id="half of it"),
    ],
)
def test_a_sound_is_not_found_across_marks_nor_where_it_is_written(text: str) -> None:
    assert [s for _, s in said("投诉", text)] == []
    assert all(strength == 1.0 for _, strength in said("退货", text))


def test_a_sound_does_not_begin_inside_a_syllable() -> None:
    assert said("安徽省", "三会省") == []  # san hui, an hui


def test_one_character_is_not_compared_by_sound() -> None:
    assert said("退", "推") == []
