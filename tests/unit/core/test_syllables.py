"""How alike Mandarin syllables sound."""

import pytest

from huiting.core.syllables import coarse, distance, parts


@pytest.mark.parametrize(
    ("syllable", "expected"),
    [
        pytest.param("yan", ("", ("i", "a", "n")), id="no initial, written with y"),
        pytest.param("wo", ("", ("u", "o", "")), id="no initial, written with w"),
        pytest.param("yue", ("", ("v", "e", "")), id="yu is ü"),
        pytest.param("qun", ("q", ("v", "", "n")), id="u after q is ü"),
        pytest.param("gui", ("g", ("u", "e", "i")), id="ui is uei"),
        pytest.param("shi", ("sh", ("", "ɨ", "")), id="the vowel of shi is its own"),
        pytest.param("an", ("", ("", "a", "n")), id="nothing but a final"),
    ],
)
def test_a_syllable_has_an_initial_and_a_final(
    syllable: str, expected: tuple[str, tuple[str, str, str]]
) -> None:
    assert parts(syllable) == expected


@pytest.mark.parametrize(
    "other", ["x9", "bq", "", "か"], ids=["digit", "consonants", "empty", "kana"]
)
def test_what_is_no_syllable_has_no_parts_and_sounds_like_nothing_else(other: str) -> None:
    assert parts(other) is None
    assert distance(other, "ma") == 1.0
    assert distance(other, other) == 0.0
    assert coarse(other) == other


def test_accents_that_merge_are_nearer_than_other_sounds() -> None:
    assert 0 < distance("si", "shi") < distance("ba", "pa") < distance("ba", "xi") <= 1.0
    assert distance("xin", "xing") < distance("xin", "xi")
    assert distance("ju", "ji") < distance("ju", "ja")


def test_syllables_easily_taken_for_each_other_share_a_class() -> None:
    assert coarse("si") == coarse("shi")
    assert coarse("lan") == coarse("nang")
    assert coarse("ma") != coarse("ba")
