from time import process_time

import pytest

from huiting.core.patterns import compiled
from huiting.quality.matching.patterns import matches, required


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
    ("pattern", "text"),
    [
        ("工号.*[0-9]", "工号"),
        ("(请稍等|等一下)", ""),
        ("(?:请稍)等", "请稍等"),
        ("x(?:投诉)+", "投诉"),
        ("(?:投诉)?x", "x"),
        ("Cancel", "cancel"),
        ("[ab]", ""),
    ],
)
def test_the_text_it_cannot_do_without(pattern: str, text: str) -> None:
    assert required(compiled("regex", pattern)) == text
