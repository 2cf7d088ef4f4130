"""Times of the forced aligner: put right, or left out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.engines.qwen3_asr._aligned import BIN, Item, words_of

TEXT = "您好，我要 3.5 万。"
GOOD = (
    Item("您", 0.08, 0.24),
    Item("好", 0.24, 0.4),
    Item("我", 0.64, 0.72),
    Item("要", 0.72, 0.88),
    Item("35", 0.96, 1.36),
    Item("万", 1.36, 1.52),
)


def test_words_are_found_in_the_text_as_they_are_written_there() -> None:
    found = words_of(GOOD, TEXT, 2.0)

    assert [w.text for w in found] == ["您", "好", "我", "要", "3.5", "万"]
    assert [(w.span.start, w.span.end) for w in found] == [(i.start, i.end) for i in GOOD]


def test_a_word_without_a_length_gets_that_of_the_grid_at_most() -> None:
    alone = words_of([Item("a", 0.4, 0.4), Item("b", 0.8, 0.8)], "a b", 0.82)
    close = words_of([Item("a", 0.4, 0.3), Item("b", 0.44, 0.6)], "a b", 2.0)

    assert [w.span.end for w in alone] == [pytest.approx(0.4 + BIN), 0.82]
    assert close[0].span.end == 0.44


def test_of_words_at_one_place_only_the_first_is_kept() -> None:
    starts = {"a": 0.1, "b": 0.3, "c": 0.3, "d": 0.3, "e": 0.6, "f": 0.9}
    items = [Item(c, t, t + BIN) for c, t in starts.items()]

    assert [w.text for w in words_of(items, "a b c d e f", 2.0)] == ["a", "b", "e", "f"]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([Item(c, 0.0, 0.0) for c in "ab"], id="two at zero"),
        pytest.param([Item(c, 0.0, 0.0) for c in "abcd"], id="all at zero"),
        pytest.param([Item(c, 1.2, 1.28) for c in "abcd"], id="all at one place"),
        pytest.param([Item("a", 0.0, 0.0)], id="one at zero"),
        pytest.param([Item(c, 3.0 + i, 3.5 + i) for i, c in enumerate("abcd")], id="outside"),
        pytest.param([Item(c, 1.0 - i / 5, 1.1) for i, c in enumerate("abcd")], id="backwards"),
        pytest.param([Item(c, i / 5, i / 5 + 0.1) for i, c in enumerate("wxyz")], id="elsewhere"),
        pytest.param([], id="none"),
    ],
)
def test_times_that_were_not_heard_are_none(items: list[Item]) -> None:
    assert words_of(items, "a b c d", 2.0) == ()


def test_a_single_word_with_a_length_has_its_times() -> None:
    (word,) = words_of([Item("a", 0.16, 0.4)], "a.", 2.0)

    assert (word.text, word.span.start, word.span.end, word.confidence) == ("a", 0.16, 0.4, None)


def test_words_that_reach_into_the_next_end_where_it_begins() -> None:
    found = words_of([Item("a", 0.0, 0.9), Item("b", 0.4, 2.3)], "a b", 2.0)

    assert [(w.span.start, w.span.end) for w in found] == [(0.0, 0.4), (0.4, 2.0)]


times = st.floats(-1, 6, allow_nan=False)


@given(st.lists(st.tuples(st.sampled_from("abc "), times, times), max_size=12))
def test_whatever_comes_words_rise_inside_the_clip_and_stand_in_the_text_in_order(
    raw: list[tuple[str, float, float]],
) -> None:
    text = "".join(c for c, _, _ in raw)
    found = words_of([Item(*one) for one in raw], text, 4.0)

    at = 0
    for word in found:
        assert 0 <= word.span.start <= word.span.end <= 4.0
        at = text.index(word.text, at) + len(word.text)
    assert all(a.span.start < b.span.start for a, b in pairwise(found))
