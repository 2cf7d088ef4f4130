"""Script conversion changes characters and nothing else."""

import pytest

from huiting.core.rewrite import Change, offsets, rewrite
from huiting.core.types import Role, Segment, Span, Word
from huiting.text import script


def says(text: str, *words: str, language: str | None = "zh") -> Segment:
    timed = tuple(Word(w, Span(i, i + 1), 0.9) for i, w in enumerate(words))
    return Segment(0, None, Role.AGENT, Span(0, 9), text, text, words=timed, language=language)


def test_traditional_becomes_simplified_in_text_and_words() -> None:
    segment = script.build()(says("請問訂單號", "請問", "訂單號"))

    assert (segment.spoken, segment.text) == ("请问订单号", "请问订单号")
    assert [w.text for w in segment.words] == ["请问", "订单号"]
    assert segment.edits == ()


def test_word_times_and_confidence_stay() -> None:
    before = says("請問", "請", "問")

    after = script.build()(before)

    assert [(w.span, w.confidence) for w in after.words] == [
        (w.span, w.confidence) for w in before.words
    ]


def test_a_phrase_is_converted_by_its_context() -> None:
    segment = script.build(target="traditional")(says("头发干净", "头", "发", "干", "净"))

    assert segment.text == "頭髮乾淨"
    assert [w.text for w in segment.words] == ["頭", "髮", "乾", "淨"]


def test_the_words_people_chose_stay() -> None:
    assert script.build()(says("軟體和滑鼠")).text == "软体和滑鼠"


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        pytest.param("您先別著急", "您先别着急", id="particle"),
        pytest.param("他看著我", "他看着我", id="particle after a verb"),
        pytest.param("先别著急", "先别着急", id="mixed scripts"),
        pytest.param("著名作家的著作權很顯著", "著名作家的著作权很显著", id="not where it is 著"),
    ],
)
def test_zhe_is_written_as_on_the_mainland(traditional: str, simplified: str) -> None:
    assert script.build()(says(traditional)).text == simplified


def test_cantonese_changes_script_only() -> None:
    assert script.build()(says("佢哋嘅單號係幾多", language="yue")).text == "佢哋嘅单号系几多"


@pytest.mark.parametrize("language", ["ja", "en", "ko"])
def test_other_languages_stay(language: str) -> None:
    segment = says("電話番号", language=language)

    assert script.build()(segment) is segment


def test_japanese_stays_when_no_language_is_known() -> None:
    segment = says("電話番号は", language=None)

    assert script.build()(segment).text == "電話番号は"


def test_no_target_leaves_everything() -> None:
    segment = says("請問")

    assert script.build(target=None)(segment) is segment


def test_it_refuses_to_follow_another_stage() -> None:
    edited = rewrite(says("請問"), [Change(0, 1, "请")], "hotword")

    with pytest.raises(ValueError, match="comes before hotword"):
        script.build()(edited)


def test_a_phrase_that_changes_its_length_keeps_words_in_the_text() -> None:
    segment = says("甲 乙丙", "甲", "乙丙")

    longer = script.converted(segment, lambda text: text.replace("乙", "一二"))

    assert longer.spoken == longer.text == "甲 一二丙"
    assert [longer.spoken[a:b] for a, b in offsets(longer)] == ["甲", "一二丙"]
