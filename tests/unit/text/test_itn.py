"""Numbers are written as people write them, and nothing else is touched."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.rewrite import written_words
from huiting.core.types import Role, Segment, Span, Word
from huiting.text import itn
from huiting.text._numbers import en, ja, zh
from huiting.text._numbers.grammar import Grammar, Rule
from unit.text.itn_cases import HERE, Case, cases, says, written

GRAMMARS: dict[str, Grammar] = {
    "zh": zh.GRAMMAR,
    "en": en.GRAMMAR,
    "ja": ja.GRAMMAR,
}
ALL_CASES = [
    pytest.param(language, case, id=f"{language}: {case.spoken}")
    for language in GRAMMARS
    for case in cases(language)
]
EXAMPLES = [
    pytest.param(language, rule, id=f"{language}: {rule.name}")
    for language, grammar in GRAMMARS.items()
    for rule in grammar.rules
]


@pytest.mark.parametrize(("language", "rule"), EXAMPLES)
def test_every_rule_does_what_its_example_says(language: str, rule: Rule) -> None:
    assert written(rule.spoken, language) == rule.written


@pytest.mark.parametrize(("language", "case"), ALL_CASES)
def test_case(language: str, case: Case) -> None:
    assert written(case.spoken, language) in case.accepted


@pytest.mark.parametrize(("language", "case"), ALL_CASES)
def test_a_second_pass_changes_nothing(language: str, case: Case) -> None:
    once = written(case.spoken, language)

    assert written(once, language) == once


def sentences() -> list[str]:
    return (HERE / "no_numbers.txt").read_text("utf-8").splitlines()


def test_sentences_without_numbers_stay() -> None:
    changed = [(s, written(s)) for s in sentences() if written(s) != s]

    assert changed == []


def test_the_sentences_without_numbers_are_many_and_differ() -> None:
    assert len(set(sentences())) == len(sentences()) >= 500


def recombined(language: str) -> st.SearchStrategy[str]:
    pieces = [case.spoken for case in cases(language)]
    glue = ["", "，", " ", ", ", "到", "的", "-"] if language != "en" else [" ", ", ", " to ", "-"]
    piece = st.sampled_from(pieces) | st.sampled_from(pieces).flatmap(_cut)
    return st.lists(st.tuples(piece, st.sampled_from(glue)), min_size=1, max_size=4).map(
        lambda parts: "".join(a + b for a, b in parts)
    )


def _cut(text: str) -> st.SearchStrategy[str]:
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    return places.map(lambda p: text[min(p) : max(p)])


CHINESE = st.text(
    "零一二三四五六七八九十百千万亿两幺点块毛元半分之号月日年到第几多个天折米度%.,: 负周3850aG，",
    max_size=12,
)


@settings(max_examples=1000, deadline=None)
@given(recombined("zh") | CHINESE)
def test_any_chinese_text_is_stable_after_one_pass(text: str) -> None:
    once = written(text)

    assert written(once) == once


@settings(max_examples=300, deadline=None)
@given(recombined("en"))
def test_any_english_text_is_stable_after_one_pass(text: str) -> None:
    once = written(text, "en")

    assert written(once, "en") == once


@settings(max_examples=300, deadline=None)
@given(recombined("ja") | st.text("〇一二三十百千万億ゼロ点円時分月日の38五", max_size=10))
def test_any_japanese_text_is_stable_after_one_pass(text: str) -> None:
    once = written(text, "ja")

    assert written(once, "ja") == once


LETTERS = re.compile(
    r"[^比零〇一二三四五六七八九十百千万亿两幺点分之块毛元角负半刻过时%‰/\-:.,，、 \d]"
)


@settings(max_examples=300, deadline=None)
@given(recombined("zh"))
def test_what_is_no_number_is_never_lost(text: str) -> None:
    assert LETTERS.findall(written(text)) == LETTERS.findall(text)


def spoken_number(value: int) -> str:
    """Say a number below 10,000 with every unit, as Chinese schools teach it."""
    said, gap = "", False
    for digit, unit in zip(f"{value:04d}", ["千", "百", "十", ""], strict=True):
        if digit == "0":
            gap = bool(said)
            continue
        said += ("零" if gap else "") + "零一二三四五六七八九"[int(digit)] + unit
        gap = False
    return said.removeprefix("一") if said.startswith("一十") else said


@given(st.integers(10, 9999))
def test_every_number_below_ten_thousand_is_read(value: int) -> None:
    assert written(f"一共{spoken_number(value)}元") == f"一共{value}元"


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_every_number_with_wan_is_read(high: int, low: int) -> None:
    zero = "零" if low < 1000 else ""
    low_said = spoken_number(low)
    low_said = f"一{low_said}" if low_said.startswith("十") else low_said

    assert written(f"{spoken_number(high)}万{zero}{low_said}元") == f"{high * 10_000 + low}元"


@given(st.text("0123456789", min_size=3, max_size=18))
def test_every_number_said_digit_by_digit_is_read(digits: str) -> None:
    said = "".join("零幺二三四五六七八九"[int(d)] for d in digits)

    assert written(f"单号{said}。") == f"单号{digits}。"


def timed(text: str, language: str, words: Sequence[str]) -> Segment:
    placed = tuple(Word(w, Span(i, i + 1), None) for i, w in enumerate(words))
    return Segment(0, None, Role.CUSTOMER, Span(0, 99), text, text, words=placed, language=language)


def test_word_times_survive() -> None:
    segment = itn.build()(timed("满二百减三十。", "zh", ["满", "二百", "减", "三十"]))

    assert [(w.text, w.span.start) for w in written_words(segment)] == [
        ("满", 0),
        ("200", 1),
        ("减", 2),
        ("30。", 3),
    ]
    assert {edit.stages for edit in segment.edits} == {("itn",)}


@pytest.mark.parametrize("case", [pytest.param(c, id=c.spoken) for c in cases("zh")])
def test_every_written_character_has_a_time(case: Case) -> None:
    letters = [c for c in case.spoken if c != " "]

    segment = itn.build()(timed(case.spoken, "zh", letters))

    shown = "".join(w.text for w in written_words(segment))
    assert shown.replace(" ", "") == segment.text.replace(" ", "")


def test_only_the_number_is_an_edit() -> None:
    segment = itn.build()(says("一共五百元整", "zh"))

    assert [(e.start, e.end, e.written) for e in segment.edits] == [(2, 4, "500")]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("三百八十塊五", "zh", "380.5元", id="traditional money"),
        pytest.param("下午兩點半到", "zh", "下午2:30到", id="traditional time"),
        pytest.param("兩萬個客戶", "zh", "2萬個客戶", id="traditional unit stays traditional"),
        pytest.param("一百二十八號", "yue", "128號", id="cantonese"),
        pytest.param("四十九", None, "49", id="chinese by its script"),
        pytest.param("四十九です", None, "49です", id="japanese by its script"),
        pytest.param("forty nine", None, "49", id="english by its script"),
        pytest.param("forty nine", "fr", "forty nine", id="a language without a grammar"),
        pytest.param("일이삼", None, "일이삼", id="korean stays"),
        pytest.param("", "zh", "", id="empty"),
        pytest.param("…", None, "…", id="no letters"),
    ],
)
def test_language(text: str, language: str | None, expected: str) -> None:
    assert written(text, language) == expected
