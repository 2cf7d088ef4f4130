"""Marks of a model in text that has none, styled by the rules that follow."""

from collections.abc import Mapping

import pytest

from huiting.core.errors import EngineError
from huiting.core.rewrite import written_words
from huiting.core.types import Role, Segment, Span, Word
from huiting.text import itn, marks, punctuation


class Known:
    """Knows what follows some characters."""

    languages = ("zh", "en")

    def __init__(self) -> None:
        self.read: list[str] = []

    def marks(self, text: str, /) -> Mapping[int, str]:
        self.read.append(text)
        after = {"好": "，", "了": "。", "吗": "？", "七": "，", "o": "，", "7": "，"}
        found = {i: after[letter] for i, letter in enumerate(text) if letter in after}
        return {**found, len(text) - 1: after.get(text[-1], "。")}


def says(text: str, language: str | None = "zh") -> Segment:
    words = tuple(
        Word(letter, Span(i / 10, i / 10 + 0.1), 0.5)
        for i, letter in enumerate(text)
        if letter != " "
    )
    return Segment(0, None, Role.AGENT, Span(0, 9), text, text, words=words, language=language)


def written(text: str, language: str | None = "zh") -> str:
    marked = marks.build(punctuator=Known())(says(text, language))
    return punctuation.build()(marked).text


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("你好我来了您说", "zh", "你好，我来了。您说。", id="marks inside"),
        pytest.param("可以退吗", "zh", "可以退吗？", id="a question at the end"),
        pytest.param("那运费呢", "zh", "那运费呢？", id="the end is for the rules too"),
        pytest.param("你好。", "zh", "你好。", id="a mark at the end is no punctuation"),
        pytest.param("你好,我来了您说", "zh", "你好，我来了您说。", id="what has marks is left"),
        pytest.param("hello there", "en", "hello, there.", id="English marks"),
        pytest.param("你好我来了", "ja", "你好我来了。", id="another language"),
        pytest.param("你好我来了", None, "你好，我来了。", id="language by its characters"),
        pytest.param("一共1,286.5元好的", "zh", "一共1,286.5元好，的。", id="marks in a number"),
        pytest.param("", "zh", "", id="nothing"),
        pytest.param("。", "zh", "。", id="a mark alone"),
    ],
)
def test_marks_are_put_in_and_styled(text: str, language: str | None, expected: str) -> None:
    assert written(text, language) == expected


def test_words_keep_their_times() -> None:
    marked = marks.build(punctuator=Known())(says("你好我来了您说"))

    assert [word.text for word in written_words(marked)] == [
        "你",
        "好，",
        "我",
        "来",
        "了。",
        "您",
        "说",
    ]
    assert [word.span for word in written_words(marked)] == [word.span for word in marked.words]
    assert marked.spoken == "你好我来了您说"


@pytest.mark.parametrize("text", ["打12778吧", "1277", "7"])
def test_numbers_stay_whole(text: str) -> None:
    assert written(text).rstrip("。？") == text


def test_figures_that_were_written_before_stay() -> None:
    stage = itn.build()
    marked = marks.build(punctuator=Known())(stage(says("一共二百七十元好的")))

    assert marked.text == "一共270元好，的"


class Broken:
    languages = ("zh",)

    def marks(self, _text: str, /) -> Mapping[int, str]:
        raise EngineError("ct-transformer", "the network failed", "try again")


def test_a_model_that_fails_leaves_the_text_to_the_rules(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("WARNING"):
        marked = marks.build(punctuator=Broken())(says("你好我来了"))

    assert marked.text == "你好我来了"
    assert [record.message for record in caplog.records] == ["no punctuation"]
    assert "你好" not in caplog.text
