"""Error rates by example, and against a plain edit distance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from huiting.text.error_rate import (
    NOTHING,
    ErrorRate,
    Unit,
    normalize,
    score,
    score_channel,
    unit_of,
    units_of,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("您好，请问？", "您好 请问", id="punctuation counts for nothing"),
        pytest.param("ＡＢＣ１２３", "abc123", id="width and case"),
        pytest.param("訂單號碼", "订单号码", id="traditional becomes simplified"),
        pytest.param("Don't  worry.", "dont worry", id="apostrophes and spaces"),
        pytest.param("9.5 折", "9 5 折", id="a point divides"),
        pytest.param("ガイド", "ガイド", id="japanese marks survive"),
        pytest.param("  ", "", id="nothing"),
    ],
)
def test_texts_are_compared_without_what_nobody_hears(text: str, normal: str) -> None:
    assert normalize(text) == normal


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize(
    ("language", "unit"),
    [("zh", Unit.CHARACTER), ("ko", Unit.CHARACTER), ("en", Unit.WORD), (None, Unit.MIXED)],
)
def test_each_language_has_its_unit(language: str | None, unit: Unit) -> None:
    assert unit_of(language) is unit


@pytest.mark.parametrize(
    ("unit", "units"),
    [
        (Unit.CHARACTER, ["用", "w", "i", "f", "i", "吗", "o", "k"]),
        (Unit.WORD, ["用wifi吗", "ok"]),
        (Unit.MIXED, ["用", "wifi", "吗", "ok"]),
    ],
)
def test_units_of_mixed_text(unit: Unit, units: list[str]) -> None:
    assert units_of("用WiFi吗？OK", unit) == units


def test_a_turn_is_scored_by_the_form_that_costs_least() -> None:
    forms = ("一共一百二十块", "一共120块")

    assert score("一共120快", forms, Unit.CHARACTER) == ErrorRate(1, 6)
    assert score("一共一百二十块", forms, Unit.CHARACTER) == ErrorRate(0, 7)


def test_rates_add_up() -> None:
    total = ErrorRate(1, 10) + ErrorRate(2, 10)

    assert total.rate == 0.15


@pytest.mark.parametrize(
    ("edits", "rate"), [pytest.param(0, 0.0, id="right"), pytest.param(3, 1.0, id="all wrong")]
)
def test_a_rate_without_a_reference(edits: int, rate: float) -> None:
    assert ErrorRate(edits, 0).rate == rate
    assert ErrorRate(0, 0) == NOTHING


def test_a_channel_may_mix_figures_and_words_between_turns() -> None:
    turns = [("工号八零零一", "工号8001"), ("一百二十块", "120块")]

    assert score_channel("工号8001一百二十块", turns, Unit.CHARACTER) == ErrorRate(0, 11)
    assert score_channel("工号八零零一 120快", turns, Unit.CHARACTER) == ErrorRate(1, 10)


@pytest.mark.parametrize(
    ("hypothesis", "turns", "expected"),
    [
        pytest.param("", [("你好", "你好")], ErrorRate(2, 2), id="nothing heard"),
        pytest.param("你好", [], ErrorRate(2, 0), id="nothing said"),
        pytest.param("嗯你好吗", [("你好",)], ErrorRate(2, 2), id="insertions at both ends"),
        pytest.param("好", [("你好", "hello")], ErrorRate(1, 2), id="the form with fewer edits"),
    ],
)
def test_channel_by_example(
    hypothesis: str, turns: list[tuple[str, ...]], expected: ErrorRate
) -> None:
    assert score_channel(hypothesis, turns, Unit.CHARACTER) == expected


letters = st.text("abc", max_size=8)


@given(letters, st.lists(letters, max_size=4))
def test_with_one_form_each_it_is_the_edit_distance(said: str, turns: list[str]) -> None:
    rate = score_channel(said, [(turn,) for turn in turns], Unit.CHARACTER)

    meant = "".join(turns)
    assert rate == ErrorRate(Levenshtein.distance(said, meant), len(meant))


@given(letters, st.lists(st.tuples(letters, letters), max_size=3))
def test_with_two_forms_it_is_the_best_choice(said: str, turns: list[tuple[str, str]]) -> None:
    choices = [""]
    for forms in turns:
        choices = [before + form for before in choices for form in forms]
    rate = score_channel(said, turns, Unit.CHARACTER)

    best = min(Levenshtein.distance(said, choice) for choice in choices)
    assert rate.edits == best
    assert rate.units in {len(c) for c in choices if Levenshtein.distance(said, c) == best}
