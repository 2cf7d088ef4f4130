import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.quality.matching.fold import fold, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ＶＩＰ 会员", "vip会员", id="width, case, spaces"),
        pytest.param("退貨，請稍等。", "退货请稍等", id="traditional, punctuation"),
        pytest.param("工号幺〇", "工号一零", id="digits as said on the phone"),
        pytest.param("I don't know!", "i do not know", id="contraction"),
        pytest.param("I’m cancelling", "I am cancel", id="typographic apostrophe, doubled letter"),
        pytest.param("refunded charges", "refund charge", id="endings"),
        pytest.param("He can't", "he cannot", id="two ways of can not"),
        pytest.param("Let's reply, replied", "let us reply reply", id="irregular, -ied"),
        pytest.param("the customer's order", "the customer order", id="possessive"),
        pytest.param("it wasn't, won't", "it was not will not", id="negated verbs"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("not her", "nother", id="words are apart"),
        pytest.param("8001", "8002", id="digits"),
        pytest.param("business", "busines", id="-ss is no ending"),
        pytest.param("打8折", "打8折%", id="percent"),
        pytest.param("投诉\n建议", "投诉建议", id="lines"),
    ],
)
def test_what_makes_a_difference(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


@pytest.mark.parametrize("word", ["this", "bus", "is", "red", "sing", "bee", "as"])
def test_short_words_keep_what_is_no_ending(word: str) -> None:
    assert stems(word) in {word, word.removesuffix("s"), word.removesuffix("e")}
    assert len(stems(word)) >= 2


def test_each_character_knows_where_it_stood() -> None:
    folded = fold("您好，VIP 8")

    assert folded.text == "您好 vip 8"
    assert [(folded.starts[i], folded.ends[i]) for i in (0, 1, 3, 7)] == [
        (0, 1),
        (1, 2),
        (3, 6),
        (7, 8),
    ]


@given(st.text())
def test_places_lie_in_the_text_and_in_order(text: str) -> None:
    folded = fold(text)

    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)


@given(st.text(alphabet="您好退貨幺１，。 ", max_size=30))
def test_folding_chinese_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once
