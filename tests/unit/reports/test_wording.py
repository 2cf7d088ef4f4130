"""What results are called on a page."""

import pytest

from huiting.core.judgement import Severity
from huiting.core.types import EmotionLabel, Role
from huiting.insights.agents import Why
from huiting.insights.rates import Mean, Rate
from huiting.insights.traits import Trait
from huiting.reports import wording


def mandarin(_english: str, chinese: str) -> str:
    return chinese


def english(text: str, _chinese: str) -> str:
    return text


@pytest.mark.parametrize("kind", [EmotionLabel, Severity, Role, Why])
def test_everything_has_a_name_in_both_languages(
    kind: type[EmotionLabel | Severity | Role | Why],
) -> None:
    for thing in kind:
        assert wording.name(thing, english).isascii()
        assert not wording.name(thing, mandarin).isascii()


@pytest.mark.parametrize(
    ("trait", "chinese"),
    [
        (Trait("agent silence > 1.2 s"), "坐席沉默超过 1.2 秒"),
        (Trait("agent says “不清楚”"), "坐席说“不清楚”"),
        (Trait("rule greeting fails"), "规则 greeting 未通过"),
        (Trait("agent", "8001"), "坐席：8001"),
        (Trait("site", "北京"), "site：北京"),
        (Trait("call > 5 min"), "通话超过 5 分钟"),
    ],
    ids=str,
)
def test_circumstances_are_told_in_chinese(trait: Trait, chinese: str) -> None:
    assert wording.trait(trait, mandarin) == chinese
    assert wording.trait(trait, english) == str(trait)


@pytest.mark.parametrize(
    ("share", "shown"), [(None, "–"), (0, "0%"), (0.034, "3.4%"), (0.0001, "0%"), (0.734, "73%")]
)
def test_shares(share: float | None, shown: str) -> None:
    assert wording.percent(share) == shown


def test_rates_and_means() -> None:
    assert wording.rate(None) == wording.rate(Rate(0, 0)) == wording.between(None) == "–"
    assert wording.rate(Rate(5, 50)) == "10% (4%–21%; 5/50)"
    assert wording.mean(None) == "–"
    assert wording.mean(Mean(80, 10, 5.0)) == "80.0 (76.4–83.6; n=10)"
    assert wording.mean(Mean(80, 4, 5.0)) == "80.0 (n=4)"


@pytest.mark.parametrize(
    ("seconds", "shown", "chinese"), [(90, "2 min", "2 分钟"), (7260, "2 h 1 min", "2 小时 1 分")]
)
def test_durations(seconds: float, shown: str, chinese: str) -> None:
    assert wording.length(seconds, english) == shown
    assert wording.length(seconds, mandarin) == chinese


def test_languages_and_problems() -> None:
    assert wording.language("yue", mandarin) == "粤语"
    assert wording.language("fr", mandarin) == "法语"
    assert wording.language("sw", mandarin) == "sw"
    assert wording.language("?", english) == "unknown"
    assert wording.problem("ANGRY", mandarin) == "客户生气"
    assert wording.problem("禁语", mandarin) == "禁语"
