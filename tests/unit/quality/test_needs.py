"""What the customer asks for."""

import pytest

from fakes import AGENT, CUSTOMER, call, says
from huiting.core.meaning import Meaning
from huiting.core.types import Call, Role
from huiting.quality.needs import MOST, needs_stage
from huiting.text.pronunciation import sounds_of

STAGE = needs_stage(sounds_of)


def talk(*lines: tuple[Role, str], language: str = "zh") -> Call:
    return call(*[says(r, n, n + 1, t, language=language) for n, (r, t) in enumerate(lines)])


def needs(of: Call) -> list[str]:
    return [quote.text for quote in STAGE(of, Meaning()).needs]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        pytest.param("你好。我想退货。谢谢。", "zh", ["我想退货。"], id="the sentence alone"),
        pytest.param(
            "喂，你好，能不能帮我改地址？", "zh", ["喂，你好，能不能帮我改地址？"], id="a request"
        ),
        pytest.param("耳机没有声音了。", "zh", ["耳机没有声音了。"], id="a trouble"),
        pytest.param("你好。", "zh", [], id="a greeting"),
        pytest.param("Hello. I would like a refund.", "en", ["I would like a refund."], id="en"),
        pytest.param("返品したいんですが。", "ja", ["返品したいんですが。"], id="ja"),
    ],
)
def test_needs_in_their_words(text: str, language: str, expected: list[str]) -> None:
    assert needs(talk((CUSTOMER, text), language=language)) == expected


@pytest.mark.parametrize(
    "text",
    ["是吗？", "不然我就投诉你们", "你这是什么态度？", "If you do not fix it, I will leave"],
    ids=["a tag", "a threat", "a reproach", "an English threat"],
)
def test_what_is_no_need(text: str) -> None:
    of = talk((CUSTOMER, "我的书呢，能查吗"), (AGENT, "好的"), (CUSTOMER, text))

    assert needs(of) == ["我的书呢，能查吗"]


def test_what_the_agent_asks_is_no_need() -> None:
    assert needs(talk((AGENT, "请问有什么可以帮您？"))) == []


def test_the_same_asked_twice_is_one_need_and_there_are_not_too_many() -> None:
    again = [(r, "多久能到？") for _ in range(3) for r in (CUSTOMER, AGENT)]
    many = [(r, f"第{n}个多少钱？") for n in "一二三四五六七" for r in (CUSTOMER, AGENT)]

    assert needs(talk(*again)) == ["多久能到？"]
    assert len(needs(talk(*many))) == MOST


def test_nobody_speaks_nobody_needs() -> None:
    assert needs(call()) == []
