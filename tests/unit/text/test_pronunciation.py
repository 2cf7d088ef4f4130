import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.ports import Sound
from huiting.text.pronunciation import sounds_of

ANY: Sound = sounds_of


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        pytest.param("银行行长", "yin hang hang zhang", id="by context"),
        pytest.param("绿", "lv", id="ü is v"),
        pytest.param("1幺一", "yi yi yi", id="one, however written"),
        pytest.param("〇0零", "ling ling ling", id="zero, however written"),
        pytest.param("299", "er jiu jiu", id="digits one by one"),
        pytest.param("１２", "yi er", id="full-width digits"),
        pytest.param("iPhone", "i p h o n e", id="letters in lower case"),
        pytest.param("Ａb", "a b", id="full-width letters"),
        pytest.param("かカ", "か か", id="kana as hiragana"),
        pytest.param("カー", "か ー", id="a long vowel"),
        pytest.param("네", "네", id="hangul as itself"),
    ],
)
def test_each_character_has_its_sound(text: str, sounds: str) -> None:
    assert " ".join(sounds_of(text)) == sounds


def test_punctuation_and_spaces_are_silent() -> None:
    assert sounds_of("好，a b。") == ("hao", "", "a", "", "b", "")


def test_a_character_that_no_dictionary_knows_sounds_like_itself() -> None:
    assert sounds_of("\U0002fffd好") == ("\U0002fffd", "hao")


def test_a_long_run_is_read_to_its_end() -> None:
    assert sounds_of("您好" * 500) == ("nin", "hao") * 500


def test_misheard_characters_sound_the_same() -> None:
    assert sounds_of("请稍等") == sounds_of("请捎等")


@given(st.text())
def test_there_is_one_entry_a_character(text: str) -> None:
    assert len(sounds_of(text)) == len(text)
