"""Text that somebody still says: what was shown as stable stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.live.stable import Stable

TEXT = st.text(alphabet="您好我要退3十a1.,， ", max_size=12)


@pytest.mark.parametrize(
    ("hypotheses", "stable", "text"),
    [
        pytest.param(["您好"], "", "您好", id="one hypothesis alone says nothing"),
        pytest.param(["您好", "您好请问"], "您好", "您好请问", id="what two agree on"),
        pytest.param(["您好轻", "您好请问"], "您好", "您好请问", id="up to where they differ"),
        pytest.param(["您好，", "您好，请"], "您好", "您好，请", id="not what ends a sentence"),
        pytest.param(["要1", "要15"], "要", "要15", id="not half a number"),
        pytest.param(["要15个", "要15个吗"], "要15个", "要15个吗", id="a number that is over"),
        pytest.param(["要三", "要三百"], "要", "要三百", id="not half a spoken number"),
        pytest.param(["want to re", "want to return"], "want to", "want to return", id="half a word"),
        pytest.param(["want to g", "want to go"], "want to", "want to go", id="a word that is over"),
        pytest.param(["好的", "好的"], "好的", "好的", id="the same twice"),
        pytest.param(["order 12", "order 12"], "order", "order 12", id="the last word may go on"),
        pytest.param(
            ["我要退货", "我要退货了", "我药退货了吗"], "我要退货了", "我要退货了吗",
            id="what is stable is shown as it was",
        ),
        pytest.param(
            ["请问您好", "请问您好吗", "您好吗怎么"], "请问您好吗", "请问您好吗怎么",
            id="what is left out later stays",
        ),
        pytest.param(["您好", "您好", ""], "您好", "您好", id="nothing heard later"),
    ],
)  # fmt: skip
def test_what_is_stable(hypotheses: list[str], stable: str, text: str) -> None:
    words = Stable()
    for hypothesis in hypotheses:
        words.hear(hypothesis)

    assert (words.stable, words.text) == (stable, text)


@given(st.lists(TEXT, max_size=8))
def test_what_is_stable_never_shrinks_and_begins_the_text(hypotheses: list[str]) -> None:
    words, before = Stable(), ""
    for hypothesis in hypotheses:
        words.hear(hypothesis)

        assert words.stable.startswith(before)
        assert words.text.startswith(words.stable)
        before = words.stable


@given(TEXT, TEXT)
def test_the_first_hypothesis_is_shown_as_it_is(first: str, second: str) -> None:
    words = Stable()
    words.hear(first)
    assert words.text == first
    words.hear(second)

    if second.startswith(words.stable):
        assert words.text == second
