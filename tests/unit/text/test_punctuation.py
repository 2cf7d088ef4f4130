"""Marks in the style of the language, where the recognizer left them out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.rewrite import Change, rewrite, written_words
from huiting.core.types import Role, Segment, Span, Word
from huiting.text import punctuation


def says(text: str, language: str | None = "zh") -> Segment:
    return Segment(0, None, Role.AGENT, Span(0, 1), text, text, language=language)


def marked(text: str, language: str | None = "zh") -> str:
    return punctuation.build()(says(text, language)).text


def timed(language: str, *words: tuple[str, float, float], space: str = "") -> Segment:
    text = space.join(word for word, _, _ in words)
    placed = tuple(Word(word, Span(start, end), None) for word, start, end in words)
    span = Span(0, words[-1][2])
    return Segment(0, None, Role.AGENT, span, text, text, words=placed, language=language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("好的谢谢您", "好的谢谢您。", id="adds the full stop"),
        pytest.param("请问有什么可以帮您", "请问有什么可以帮您？", id="qingwen asks"),
        pytest.param("可以退吗", "可以退吗？", id="ma asks"),
        pytest.param("那运费呢", "那运费呢？", id="ne asks after a topic"),
        pytest.param("还在查呢", "还在查呢。", id="ne tells of something going on"),
        pytest.param("您是张先生吧", "您是张先生吧？", id="ba asks to confirm"),
        pytest.param("那就这样吧", "那就这样吧。", id="ba agrees"),
        pytest.param(
            "我不知道怎么回事", "我不知道怎么回事。", id="a question word inside a statement"
        ),
        pytest.param("好几天了", "好几天了。", id="several days"),
        pytest.param("多少钱.", "多少钱。", id="a mark that stands is kept"),
        pytest.param("好的,谢谢您.", "好的，谢谢您。", id="half-width becomes full-width"),
        pytest.param("嗯,", "嗯。", id="a last comma becomes a full stop"),
        pytest.param("真的！！！", "真的！", id="repeated marks collapse"),
        pytest.param("是吗?!", "是吗？", id="mixed marks collapse"),
        pytest.param("好的，，。那行", "好的。那行。", id="the stronger mark wins"),
        pytest.param("，你好", "你好。", id="no mark before the first letter"),
        pytest.param("嗯...我想想", "嗯……我想想。", id="ellipsis"),
        pytest.param("你好 请问是张先生吗", "你好，请问是张先生吗？", id="a space is a boundary"),
        pytest.param("你 好 请 问", "你好请问。", id="spaces everywhere mean nothing"),
        pytest.param("一共1,286.5元", "一共1,286.5元。", id="marks in a sum stay"),
        pytest.param("现在是10:30", "现在是10:30。", id="a time stays"),
        pytest.param("订单202503，108866", "订单202503，108866。", id="a comma in an order number"),
        pytest.param(
            "年利率1.9%，20万起存", "年利率1.9%，20万起存。", id="full-width after percent"
        ),
        pytest.param("请下载App,然后登录", "请下载App，然后登录。", id="after a Latin word"),
        pytest.param("用Windows 11, Office 365.", "用Windows 11, Office 365。", id="Latin phrase"),
        pytest.param("iPhone 15多少钱", "iPhone 15多少钱？", id="space inside a name"),
        pytest.param("手机号 138", "手机号 138。", id="one space before a number stays"),
        pytest.param("工号8030 请问您贵姓", "工号8030，请问您贵姓？", id="a clause after a number"),
        pytest.param("要3 个", "要3 个。", id="a counter after a number"),
        pytest.param("他说“不行。”", "他说“不行。”", id="closing quote after the mark"),
        pytest.param("他说“不行”", "他说“不行”。", id="closing quote without a mark"),
        pytest.param("他说“不行 ”", "他说“不行”。", id="no space before a closing quote"),
        pytest.param("", "", id="empty"),
        pytest.param("  ", "  ", id="spaces only"),
        pytest.param("？？", "？？", id="marks only"),
        pytest.param("♪", "♪", id="no letters"),
    ],
)
def test_chinese(text: str, expected: str) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("hello,how are you", "en", "hello, how are you?", id="en space after comma"),
        pytest.param("what time do you open", "en", "what time do you open?", id="en question"),
        pytest.param("okay, can you hold", "en", "okay, can you hold?", id="en after a filler"),
        pytest.param("it is cheap, isn't it", "en", "it is cheap, isn't it?", id="en tag"),
        pytest.param("when you call I listen", "en", "when you call I listen.", id="en clause"),
        pytest.param("I paid 1,286.5 at 10:30", "en", "I paid 1,286.5 at 10:30.", id="en numbers"),
        pytest.param("before 5 p.m. tomorrow", "en", "before 5 p.m. tomorrow.", id="en p.m."),
        pytest.param("wait。really？", "en", "wait. really?", id="en half-width"),
        pytest.param("well...  ok", "en", "well... ok.", id="en ellipsis"),
        pytest.param(
            "はい.いつ届きますか", "ja", "はい。いつ届きますか。", id="ja formal question"
        ),
        pytest.param("なんだっけ", "ja", "なんだっけ？", id="ja casual question"),
        pytest.param("はい お願いします", "ja", "はい、お願いします。", id="ja boundary"),
        pytest.param("언제 도착하나요", "ko", "언제 도착하나요?", id="ko question"),
        pytest.param("네,감사합니다", "ko", "네, 감사합니다.", id="ko space after comma"),
        pytest.param("點解咁耐", "yue", "點解咁耐？", id="yue question"),
        pytest.param("ça va", "fr", "ça va.", id="another language"),
        pytest.param("你好", None, "你好。", id="by its script"),
        pytest.param("안녕하세요", None, "안녕하세요.", id="korean by its script"),
        pytest.param("…", None, "…", id="unknown script"),
    ],
)
def test_other_languages(text: str, language: str | None, expected: str) -> None:
    assert marked(text, language) == expected


def test_a_pause_between_words_becomes_a_comma() -> None:
    segment = timed("zh", ("好的", 0, 0.4), ("我查", 0.8, 1.1), ("一下", 1.1, 1.4))

    assert punctuation.build()(segment).text == "好的，我查一下。"


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(timed("zh", ("可以", 0, 0.4), ("吗", 1, 1.2)), id="before a particle"),
        pytest.param(timed("zh", ("13800", 0, 0.4), ("5678", 1, 1.2)), id="inside a number"),
        pytest.param(timed("zh", ("我", 0, 0.4), ("想退", 1, 1.2)), id="after a single letter"),
        pytest.param(timed("zh", ("我想", 0, 0.4), ("退", 0.6, 1.2)), id="too short"),
    ],
)
def test_no_comma(segment: Segment) -> None:
    assert "，" not in punctuation.build()(segment).text


def test_no_second_mark_where_one_stands() -> None:
    segment = timed("zh", ("好的，", 0, 0.4), ("我查", 1, 1.4))

    assert punctuation.build()(segment).text == "好的，我查。"


def test_english_pauses_are_longer() -> None:
    short = timed("en", ("all", 0, 0.3), ("right", 0.8, 1), space=" ")
    long = timed("en", ("yes", 0, 0.3), ("please", 1, 1.3), space=" ")

    assert punctuation.build()(short).text == "all right."
    assert punctuation.build()(long).text == "yes, please."


def test_pauses_are_found_after_earlier_edits() -> None:
    heard = timed("zh", ("一共", 0, 0.3), ("三百", 0.3, 0.6), ("元", 0.6, 0.8), ("好吗", 1.5, 2))
    segment = punctuation.build()(rewrite(heard, [Change(2, 4, "300")], "itn"))

    assert segment.text == "一共300元，好吗？"
    assert [w.text for w in written_words(segment)] == ["一共", "300", "元，", "好吗？"]


PIECES = st.sampled_from(
    [*"你好吗呢吧的12a,.?!:;，。？！；：、… ”“", "...", "10:30", "请问", "hello", "です", "네", "%"]
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["zh", "en", "ja", "ko", None]))
def test_a_second_pass_changes_nothing(text: str, language: str | None) -> None:
    once = marked(text, language)

    assert marked(once, language) == once


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(["zh", "en"]))
def test_no_letter_is_ever_changed(text: str, language: str) -> None:
    assert [c for c in marked(text, language) if c.isalnum()] == [c for c in text if c.isalnum()]
