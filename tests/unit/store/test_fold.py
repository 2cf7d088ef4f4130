import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.store._fold import fold, places, storable


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("ＡＢＣ１２３", "abc123", id="full-width letters and digits"),
        pytest.param("iPhone", "iphone", id="case"),
        pytest.param("退貨與賬戶", "退货与账户", id="Traditional script"),
        pytest.param("a\tb\nc　d", "a b c d", id="every white space is a space"),
        pytest.param("Straße", "strasse", id="a letter that folds to two"),
        pytest.param("\0\ud800", "\ufffd\ufffd", id="what no database holds"),
        pytest.param("😀，", "😀,", id="emoji stay"),
    ],
)
def test_what_a_reader_takes_for_the_same_is_the_same(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(), st.text())
def test_parts_fold_like_the_whole(first: str, second: str) -> None:
    assert fold(first + second) == fold(first) + fold(second)


@given(st.text())
def test_folded_text_is_one_line_and_can_be_stored(text: str) -> None:
    folded = fold(text)

    assert not {"\n", "\0"} & set(folded)
    assert folded.encode().decode() == folded


@given(st.text())
def test_each_folded_character_knows_its_origin(text: str) -> None:
    folded = fold(text)

    assert [fold(text[at]) for at in dict.fromkeys(places(text))] == [
        f for f in map(fold, text) if f
    ]
    assert len(places(text)) == len(folded)


def test_storable_text_differs_only_where_it_must() -> None:
    assert storable("退\0货\udcff ok") == "退\ufffd货\ufffd ok"
