import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.patterns import compiled
from huiting.quality.matching.patterns import lowered, matches, needed


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param(".*a.*b", "a" * 50_000, id="two wide ones"),
        pytest.param("[0-9]+[0-9]*x", "1" * 50_000, id="digits"),
        pytest.param("(.{0,8}a){1,4}z", "ba" * 25_000, id="a few of something wide"),
    ],
)
def test_a_hostile_text_ends_in_time(pattern: str, text: str) -> None:
    found = compiled("regex", pattern)
    began = process_time()
    list(matches(found, text[:2000]))

    assert process_time() - began < 30


def test_matches_are_in_order_apart_and_once_in_a_long_text() -> None:
    text = "客户" * 80 + "投诉" + "客户" * 300 + "投诉"
    found = list(matches(compiled("regex", "投诉"), text))

    assert found == [(160, 162), (762, 764)]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("工号.*[0-9]", {"工号"}),
        ("(请稍等|等一下)", {"请稍等", "等一下"}),
        ("(?:请稍)等", {"请稍等"}),
        ("x(?:投诉)+", {"投诉"}),
        ("(?:投诉)?x", {"投诉x", "x"}),
        ("(退货|退款)(了|吧)?[0-9]", {"退货", "退款", "退货了", "退款了", "退货吧", "退款吧"}),
        ("Cancel", {"cancel"}),
        ("[ab]", {"a", "b"}),
        ("(投诉|.)", set()),
        ("[a-z]+", set()),
        (r"(?<!不)投诉\b", {"投诉"}),
        ("Straße|ſo", {"straße", "so"}),
    ],
)
def test_the_texts_of_which_it_needs_one(pattern: str, texts: set[str]) -> None:
    assert needed(compiled("regex", pattern)) == texts


_PARTS = st.sampled_from(
    ["投诉", "退", "s", "K", "i", "ß", "[ab]", "[^a]", ".", "(退货|退款)", "(a|)", "x?", "y+", "(?:zk)*",
     "(s|ſt)", "\\b", "(?=退)", "Σ"]
)  # fmt: skip


@given(
    st.lists(_PARTS, min_size=1, max_size=5), st.text("投诉退货款skKiıİſßabxyztσςΣ ", max_size=12)
)
def test_where_a_pattern_matches_one_of_its_texts_is(parts: list[str], text: str) -> None:
    pattern = re.compile("".join(parts), re.IGNORECASE)
    needles = needed(pattern)

    if pattern.search(text):
        assert not needles or any(needle in lowered(text) for needle in needles)
