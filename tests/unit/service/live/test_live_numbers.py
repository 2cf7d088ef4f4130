"""Which numbers are shown while a call runs: none that could be a person's, at no cut."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fakes import CUSTOMER, says
from huiting.core.types import Segment
from huiting.service.live.dictated import Dictation
from huiting.service.live.numbers import bare, covered, piece
from huiting.text import itn

WRITTEN = itn.build()

CHINESE = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
ENGLISH = dict(
    zip(
        "0123456789",
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        strict=True,
    )
)
BEFORE = [
    "",
    "我的手机号是",
    "卡号，",
    "身份证",
    "订单号是",
    "验证码：",
    "我姓周，电话是",
    "my number is ",
]
AFTER = [
    "",
    "，麻烦您记一下",
    "就这个号",
    "个人的号码",
    "天津的",
    "点击一下",
    "元先生",
    "再见",
    "方便的话",
    "。谢谢",
    ", thank you",
    "分三期可以吗",
    "个电话",
    "個電話",
    "点确认是吧",
    "人脸识别",
    "单独",
    "张女士",
    "周先生",
    "毛先生",
    " pm",
    " am I right",
]
BETWEEN = ["", "", "", "，", " ", "嗯", "，呃，", "-", "…", "、"]


@pytest.mark.parametrize(
    "text",
    [
        "一共59块，", "扣了五十九块钱。", "两百三十元", "1299元", "$59.99", "五十九蚊", "廿五蚊", "九十九美元",
        "百分之五十九", "打8折", "20%的", "三个工作日内到", "3点到5点", "下午三点半", "10:15见", "1.5小时",
        "3个半小时", "十五分钟", "2天", "我要两个", "三次了", "十分抱歉", "第一次", "周三上午", "请稍等一下",
        "一直没有到", "万一坏了，千万别扔", "that is 59 dollars", "fifty nine dollars, please",
        "twenty-five percent", "it takes fifteen minutes", "one moment please", "this one",
    ],
)  # fmt: skip
def test_what_counts_or_measures_is_shown(text: str) -> None:
    assert covered(text) == text


@pytest.mark.parametrize(
    "text", ["扣了五十九块钱。", "三个工作日内到", "3点到5点", "五十一块钱", "二十一点半", "三十分钟", "一直没有到"]
)  # fmt: skip
def test_of_what_is_still_being_said_numbers_with_their_places_are_shown(text: str) -> None:
    assert bare(text) == covered(text) == text


@pytest.mark.parametrize("text", ["一共59块，", "20%的", "1299元", "10:15见", "$59.99"])
def test_of_what_is_still_being_said_no_figures_are_shown(text: str) -> None:
    assert not any(character.isdigit() for character in bare(text))


def hearing(*lines: str) -> list[str]:
    """Return what is shown of lines one after the other, written as in live calls."""
    dictation, shown = Dictation(), []
    for line in lines:
        language = "en" if line.isascii() else "zh"
        segment = WRITTEN(says(CUSTOMER, 0.0, 1.0, line, language=language))
        near, said = dictation.near, segment.spoken

        def spoken(_begin: int, _end: int, said: str = said, segment: Segment = segment) -> str:
            return said if segment.edits else ""

        shown.append(covered(segment.text, near=near, spoken=spoken))
        dictation.heard(segment.text, piece=piece(segment.text, near=near, spoken=spoken))
    return shown


@pytest.mark.parametrize(
    "lines",
    [
        ["您把卡号报一下", "六二二二一二三四五六七八", "九零一二分三期可以吗"],
        ["号码", "一三八", "零零一三", "八八零零个电话"],
        ["一三八", "零零一三", "八八零零个电话"],
        ["五六七八点确认是吧"],
        ["我的尾号是五九九零块吗"],
        ["一三八块"],
        ["my card ends in", "six seven eight nine am I right"],
        ["卡尾号6789分三期对吗"],
        ["信用卡后四位是多少", "九零一二分三期的"],
        *[[f"尾号{n}"] for n in ("6789個電話", "1234人脸识别", "1234单独", "5678张女士", "5678周先生")],
        ["5678毛先生"],
        ["138 00:13 8000"],
        ["卡号 6222 02:02 0000"],
        ["号码是12:34 12:34 12:34"],
        ["尾号", "十三点五十八"],
        ["138元 0013元 8000元"],
        ["138块 1390块 8000块"],
        ["card number 4111 dollars 1111 dollars"],
        ["一三八", "零零一三", "八零二一直都在用"],
        ["一三八", "零零一三", "八零二", "一直都在用"],
        ["six seven eight one moment"],
        ["six seven eight", "one moment"],
    ],
)  # fmt: skip
def test_no_part_of_a_number_is_shown_that_looks_like_an_amount(lines: list[str]) -> None:
    shown = " ".join(hearing(*lines)).replace("报一下", "").replace("分三期", "")

    assert not re.search(
        rf"[\d{''.join(CHINESE.values())}]|\b(?:{'|'.join(ENGLISH.values())})\b", shown
    )


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (["扣了一百三十八块"], "扣了138块"),
        (["我的卡号", "扣了一千二百九十九块"], "扣了1299块"),
        (["号码是多少", "总共五十一块钱"], "总共51块钱"),
        (["号码是多少", "大概三十分钟"], "大概30分钟"),
        (["今天下午三点半到五点"], "今天下午3:30到5点"),
        (["fifty nine dollars please"], "$59 please"),
    ],
)
def test_prices_that_were_said_as_sums_are_shown(lines: list[str], last: str) -> None:
    assert hearing(*lines)[-1] == last


def test_a_cue_holds_for_a_few_lines() -> None:
    assert hearing("您的卡号", *["嗯"] * 4, "上午10:15到")[-1] == "上午**:**到"
    assert hearing("您的卡号", *["嗯"] * 6, "上午10:15到")[-1] == "上午10:15到"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("59", "**", id="without a unit"),
        pytest.param("五九块", "**块", id="digits without their places"),
        pytest.param("0138块", "****块", id="a zero in front"),
        pytest.param("13800138000块", "***********块", id="too long for a price"),
        pytest.param("三个八", "*个*", id="digits counted"),
        pytest.param("三个0，1", "*个***", id="digits counted, and more"),
        pytest.param("8000天津的", "****天津的", id="a word that begins like a unit"),
        pytest.param("8点击", "*点击", id="another one"),
        pytest.param("138 0013 8000 days", "************* days", id="pieces before a unit"),
        pytest.param("59块，尾号8866的卡", "59块，尾号****的卡", id="beside a price"),
        pytest.param("59块138", "59块***", id="behind a price"),
        pytest.param("one three eight dollars", "*************** dollars", id="digits in English"),
        pytest.param("十三号楼", "**号楼", id="of a house"),
        pytest.param("1990年3月", "****年3月", id="of a date"),
        pytest.param("订单三", "订单*", id="the first digit"),
        pytest.param("8，谢谢", "*，谢谢", id="the last digit"),
        pytest.param("一千万", "***", id="large"),
    ],
)
def test_other_numbers_are_hidden(text: str, shown: str) -> None:
    assert covered(text) == shown


def test_of_what_is_still_being_said_no_figure_is_shown_that_counts_nothing() -> None:
    assert covered("选1就行") == "选1就行"
    assert bare("选1就行") == "选*就行"
    assert bare("选1就行，五十九块") == "选*就行，五十九块"


Piece = tuple[str, bool]
"""A stretch of text, and whether it is a digit of the number."""


def pieces(before: str, digits: Sequence[str], between: Sequence[str], after: str) -> list[Piece]:
    found: list[Piece] = [(character, False) for character in before]
    for at, digit in enumerate(digits):
        found.append((digit, True))
        if at < len(digits) - 1:
            found += [(character, False) for character in between[at]]
    return [*found, (after, False)]  # no word is cut in two


@st.composite
def dictated(draw: st.DrawFn) -> list[Piece]:
    """Draw a telephone, card or identity number, read digit by digit among other words."""
    size = draw(st.sampled_from([4, 6, 8, 11, 16, 18, 19]))
    digits = draw(st.text("0123456789", min_size=size, max_size=size))
    how = draw(st.sampled_from(["figures", "Chinese", "mobile", "mixed", "English"]))
    if how == "English":
        words = [ENGLISH[d] for d in digits]
        return pieces(
            "my number is ",
            words,
            [" "] * (size - 1),
            draw(st.sampled_from(["", ", thanks", " am I right"])),
        )
    said = [
        CHINESE[d] if how == "Chinese" or (how == "mixed" and draw(st.booleans())) else d
        for d in digits
    ]
    if how == "mobile":
        said = ["幺" if d == "1" else CHINESE[d] for d in digits]
    between = draw(st.lists(st.sampled_from(BETWEEN), min_size=size, max_size=size))
    return pieces(draw(st.sampled_from(BEFORE)), said, between, draw(st.sampled_from(AFTER)))


def seen(text: str) -> list[str]:
    """Return the digits that are shown, but for those of words that stand beside numbers."""
    for word in (*BEFORE, *AFTER):
        text = text.replace(word, "") if word else text
    return re.findall(rf"[\d{''.join(CHINESE.values())}幺]|{'|'.join(ENGLISH.values())}", text)


def joined(part: Sequence[Piece]) -> str:
    return "".join(text for text, _ in part)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(dictated(), st.lists(st.integers(0, 80), max_size=6))
@example(pieces("", "13800138000", [""] * 11, "天津的"), [3, 7])
@example(pieces("我的手机号是", "一三八", ["嗯"] * 3, "，麻烦您"), [7])
@example(pieces("卡号，", "六二二二九零一二", [""] * 8, "分三期可以吗"), [6])
def test_no_digit_of_a_number_is_shown_wherever_it_is_cut(
    said: list[Piece], cuts: list[int]
) -> None:
    places = [0, *sorted({cut for cut in cuts if cut < len(said)}), len(said)]
    shown = hearing(*[joined(said[a:b]) for a, b in pairwise(places)])

    assert [seen(text) for text in shown] == [[] for _ in shown]


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(dictated(), st.data())
def test_no_digit_of_a_number_is_shown_while_it_is_said(
    said: list[Piece], data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(said)))
    end = data.draw(st.integers(begin, len(said)))
    dictation = Dictation()
    before = joined(said[:begin])
    dictation.heard(before, piece=piece(before, near=False, spoken=lambda _a, _b: ""))
    text = WRITTEN(says(CUSTOMER, 0.0, 1.0, joined(said[begin:end]))).text

    assert seen(bare(text, near=dictation.near)) == []


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("0123456789一二三五十百个块，对嗯a点", max_size=30))
def test_what_is_shown_is_as_long_as_what_was_said(text: str) -> None:
    for shown in (covered(text), bare(text)):
        assert len(shown) == len(text)
        assert all(b in (a, "*") for a, b in zip(text, shown, strict=True))
