import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.store._fold import fold
from huiting.store._sound import MAX_READINGS, readings, sound, sound_places


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("退款", "推款", id="tone"),
        pytest.param("知道", "资道", id="zh and z"),
        pytest.param("吃饭", "词饭", id="ch and c"),
        pytest.param("是", "四", id="sh and s"),
        pytest.param("牛奶", "流来", id="n and l"),
        pytest.param("湖南", "福南", id="h and f"),
        pytest.param("银行", "赢航", id="in and ing"),
        pytest.param("很", "横", id="en and eng"),
        pytest.param("上海", "山海", id="ang and an"),
        pytest.param("光", "官", id="uang and uan"),
        pytest.param("退款，元", "退 款元", id="punctuation and spaces have no sound"),
        pytest.param("ＡＢ退款", "ab退款", id="letters stay, folded"),
        pytest.param("賬戶", "账户", id="Traditional script"),
    ],
)
def test_sounds_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("退款", "贷款", id="another final"),
        pytest.param("八", "发", id="another initial"),
        pytest.param("路", "绿", id="u and ü"),
        pytest.param("8", "9", id="digits"),
    ],
)
def test_sounds_different(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_a_character_is_read_as_its_neighbors_suggest() -> None:
    assert sound("银行") == sound("银航")
    assert sound("行走") == sound("形走")


def test_a_query_is_tried_in_its_other_readings_too() -> None:
    assert readings("行") == (sound("形"), sound("航"), sound("横"))
    assert sound("赢行") in readings("银行")


def test_readings_are_few_and_the_likeliest_comes_first() -> None:
    found = readings("长行重乐朝还没得着了" * 20)

    assert len(found) == MAX_READINGS
    assert found[0] == sound("长行重乐朝还没得着了" * 20)


def test_punctuation_alone_has_no_reading() -> None:
    assert readings("，。 ?!") == ()


@given(st.text(st.one_of(st.characters(), st.sampled_from("退货款嗯呒欸𠮷哼，a1"))))
def test_each_symbol_knows_its_origin(text: str) -> None:
    symbols, origins = sound_places(text)

    assert symbols == sound(text)
    assert len(origins) == len(symbols)
    assert origins == sorted(origins)
    assert all(any(c.isalnum() for c in fold(text[at])) for at in origins)
