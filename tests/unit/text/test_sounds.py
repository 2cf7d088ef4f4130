"""How alike syllables and words sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.text._hotwords import latin, mandarin
from huiting.text._hotwords.sounds import Digits, distance, sounds, spell

SYLLABLES = [
    "zhi", "zi", "chan", "can", "sheng", "shen", "ni", "li", "hua", "fa", "ri", "ling", "lin",
    "xian", "xuan", "you", "wei", "yu", "lv", "lve", "er", "n", "hng", "ba", "pa", "qiong", "weng",
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("zhi", "zi", id="retroflex and flat"),
        pytest.param("chan", "can", id="ch and c"),
        pytest.param("shen", "sen", id="sh and s"),
        pytest.param("nan", "lan", id="n and l"),
        pytest.param("hu", "fu", id="h and f"),
        pytest.param("re", "le", id="r and l"),
        pytest.param("ling", "lin", id="in and ing"),
        pytest.param("shen", "sheng", id="en and eng"),
        pytest.param("tan", "tang", id="an and ang"),
    ],
)
def test_accents_that_merge_two_sounds_cost_least(one: str, other: str) -> None:
    assert 0 < mandarin.distance(one, other) == pytest.approx(0.1)
    assert mandarin.coarse(one) == mandarin.coarse(other)


def test_the_more_differs_the_larger_the_distance() -> None:
    merged, aspirated = mandarin.distance("shi", "si"), mandarin.distance("ba", "pa")
    vowel, all_of_it = mandarin.distance("ba", "bi"), mandarin.distance("ba", "xiong")

    assert merged < aspirated < vowel < all_of_it <= 1


@given(st.sampled_from(SYLLABLES), st.sampled_from(SYLLABLES))
def test_a_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    assert mandarin.distance(one, other) == mandarin.distance(other, one)
    assert (mandarin.distance(one, other) == 0) == (one == other)
    assert 0 <= mandarin.distance(one, other) <= 1


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("0", "零"), ("7", "七"), ("10", "十"), ("12", "十二"), ("20", "二十"), ("110", "一百一十"),
        ("300", "三百"), ("305", "三百零五"), ("1680", "一千六百八十"), ("8006", "八千零六"),
        ("10000", "一万"), ("20050", "二万零五十"), ("12800", "一万二千八百"), ("2.5", "二点五"),
        ("7.2%", "百分之七点二"), ("0012", "零零一二"), ("202503108866", "二零二五零三一零八八六六"),
    ],
)  # fmt: skip
def test_a_number_is_said(number: str, spoken: str) -> None:
    assert spell(number) == spoken


@pytest.mark.parametrize(
    ("text", "digits", "readings"),
    [
        pytest.param("退货", "number", "tui huo", id="characters"),
        pytest.param("银行", "number", "yin hang", id="a polyphone as its word has it"),
        pytest.param("减50", "number", "jian wu shi", id="a number"),
        pytest.param("减50", "one by one", "jian wu ling", id="digits one by one"),
        pytest.param("２.5%", "one by one", "bai fen zhi er dian wu", id="no digits but a number"),
        pytest.param("VIP会员", "number", "V I P hui yuan", id="capitals are spelled"),
        pytest.param("iPhone 线", "number", "IPHONE xian", id="a foreign word is one sound"),
        pytest.param("好，吗？", "number", "hao ma", id="punctuation has no sound"),
        pytest.param("\U0003238a好", "number", "\U0003238a hao", id="a character nobody reads"),
        pytest.param("サポ", "number", "サ ポ", id="kana"),
    ],
)
def test_the_sounds_of_a_text(text: str, digits: Digits, readings: str) -> None:
    assert [s.readings[0][0] if s.text != "行" else "hang" for s in sounds(text, digits)] == (
        readings.split()
    )


def test_sounds_know_where_they_stand() -> None:
    assert [(s.start, s.end) for s in sounds("满300，减")] == [(0, 1), (1, 4), (1, 4), (5, 6)]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        pytest.param("G", "季", 0.15, id="a letter is said like a character"),
        pytest.param("カ", "か", 0.0, id="katakana and hiragana"),
        pytest.param("が", "カ", 0.3, id="voiced and unvoiced kana"),
        pytest.param("が", "も", 1.0, id="other kana"),
        pytest.param("が", "季", 1.0, id="kana and a character"),
        pytest.param("iphone", "iPhone", 0.0, id="case has no sound"),
    ],
)
def test_sounds_of_different_writing(one: str, other: str, apart: float) -> None:
    assert distance(sounds(one)[0], sounds(other)[0]) == pytest.approx(apart)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Dyson", "dison", id="y and i"),
        pytest.param("phone", "fone", id="ph and f"),
        pytest.param("knight", "night", id="silent letters"),
        pytest.param("cell", "sell", id="soft c"),
        pytest.param("Nike", "nyke", id="y inside"),
    ],
)
def test_words_spelled_otherwise_that_sound_the_same(one: str, other: str) -> None:
    assert latin.key(one) == latin.key(other)
    assert 0 < latin.distance(one, other) <= 0.25
    assert latin.skeleton(one) == latin.skeleton(other)


def test_words_that_sound_otherwise_are_far() -> None:
    assert latin.distance("Nike", "Excel") > 0.5
