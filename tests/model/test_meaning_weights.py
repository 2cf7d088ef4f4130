"""The weights that read wording, with the network below them."""

import pytest

from huiting.core.errors import ModelUnavailable
from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, Role
from huiting.engines.meaning import Meanings, build

ANGRY, NEUTRAL = EmotionLabel.ANGRY, EmotionLabel.NEUTRAL


@pytest.fixture(scope="module")
def reader() -> Meanings:
    try:
        return build()
    except ModelUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    [
        "你们是不是觉得我好糊弄",
        "所以你们是打算拖到我忘了这件事对吧",
        "You people have wasted my whole day",
    ],
    ids=["fooled", "bitter", "English"],
)
def test_bitter_words_that_no_list_has_are_angry(reader: Meanings, text: str) -> None:
    found = reader.read([text], Role.CUSTOMER)[0]

    assert max(found.feelings, key=lambda label: found.feelings[label]) is ANGRY
    assert found.complains > 0.5


@pytest.mark.model
@pytest.mark.parametrize(
    "text",
    ["我不是要投诉，问个事儿", "好的，麻烦您了", "尾号是三三一七", "No complaint, just a question"],
)
def test_calm_words_are_calm(reader: Meanings, text: str) -> None:
    found = reader.read([text], Role.CUSTOMER)[0]

    assert max(found.feelings, key=lambda label: found.feelings[label]) is NEUTRAL


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("茶壶盖子碎着到的，这个我不收", "售后/退货退款", id="return"),
        pytest.param("吊扇转起来一晃一晃的还嘎吱响", "售后/售后维修", id="repair"),
        pytest.param("那箱橙子走到哪儿了", "物流/物流查询", id="parcel"),
    ],
)
def test_reasons_are_told_without_keywords(reader: Meanings, text: str, reason: str) -> None:
    reasons = reader.read([text], Role.CUSTOMER)[0].reasons

    assert max(reasons, key=lambda name: reasons[name]) == reason


@pytest.mark.model
def test_an_agent_puts_off(reader: Meanings) -> None:
    states = reader.read(["我跟组长说一声，今天之内给您回话"], Role.AGENT)[0].states

    assert max(states, key=lambda kind: states[kind]) is OutcomeKind.PROMISED
