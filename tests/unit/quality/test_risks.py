"""Customers who may leave, matters that are urgent."""

import pytest

from fakes import AGENT, CUSTOMER, call, says
from huiting.core.meaning import Meaning, Outcome, OutcomeKind, Quote, Sign
from huiting.core.types import Span
from huiting.quality.risks import SURE, churn_stage, urgency_stage
from huiting.text.pronunciation import sounds_of

CHURN, URGENCY = churn_stage(sounds_of), urgency_stage(sounds_of)


def churn(*texts: str, language: str = "zh", meaning: Meaning | None = None) -> Sign | None:
    segments = [says(CUSTOMER, n, n + 1, t, language=language) for n, t in enumerate(texts)]
    return CHURN(call(*segments), meaning or Meaning()).churn


def urgency(*texts: str, language: str = "zh") -> Sign | None:
    segments = [says(CUSTOMER, n, n + 1, t, language=language) for n, t in enumerate(texts)]
    return URGENCY(call(*segments), Meaning()).urgency


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("再这样我就换别家了", "zh", id="zh"),
        pytest.param("把我的号住销了吧", "zh", id="zh misheard"),
        pytest.param("I will cancel my account", "en", id="en"),
        pytest.param("もう解約します", "ja", id="ja"),
    ],
)
def test_who_says_so_may_leave(text: str, language: str) -> None:
    sign = churn(text, language=language)

    assert sign is not None
    assert sign.score > 0.2
    assert [q.text for q in sign.quotes] == [text]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("我不想注销", "zh", id="zh refused"),
        pytest.param("我不会换别家的", "zh", id="zh will not"),
        pytest.param("I don't want to cancel my account", "en", id="en refused"),
        pytest.param("解約はしません", "ja", id="ja refused"),
        pytest.param("请问几点开门", "zh", id="nothing"),
    ],
)
def test_who_denies_it_or_says_nothing_does_not(text: str, language: str) -> None:
    assert churn(text, language=language) is None


def test_what_the_agent_says_is_no_sign() -> None:
    of = call(says(AGENT, 0, 1, "您可以换别家，我很着急"))

    assert CHURN(of, Meaning()).churn is None
    assert URGENCY(of, Meaning()).urgency is None


def test_two_signs_are_more_than_one_and_the_same_twice_is_not() -> None:
    one, same = churn("别家便宜"), churn("别家便宜", "别家便宜")
    two = churn("别家便宜", "太失望")

    assert one is not None
    assert same is not None
    assert two is not None
    assert one.score == same.score < two.score


def test_no_chance_is_certain() -> None:
    sign = churn("我要注销", "换别家", "解约", "再也不来")

    assert sign is not None
    assert sign.score == SURE
    assert len(sign.quotes) == 3


def test_a_matter_left_unsolved_adds_a_little() -> None:
    said = Quote(0, CUSTOMER, Span(0, 1), "那算了")
    unsolved = Meaning(outcome=Outcome(OutcomeKind.UNSOLVED, 0.9, (said,)))
    solved = Meaning(outcome=Outcome(OutcomeKind.SOLVED, 0.9, (said,)))

    sign = churn("那算了", meaning=unsolved)

    assert sign == Sign(0.18, (said,))
    assert churn("那算了", meaning=solved) is None


def test_a_refusal_without_a_word_of_the_customer_is_no_sign() -> None:
    said = Quote(0, AGENT, Span(0, 1), "不能退")
    meaning = Meaning(outcome=Outcome(OutcomeKind.UNSOLVED, 0.9, (said,)))

    assert churn("喂", meaning=meaning) is None


@pytest.mark.parametrize(
    ("text", "language", "least"),
    [
        pytest.param("我家煤气泄漏了", "zh", 0.85, id="danger"),
        pytest.param("快点啊，急死了", "zh", 0.8, id="haste"),
        pytest.param("明天早上要用", "zh", 0.3, id="a time"),
        pytest.param("it is urgent, my card was stolen", "en", 0.85, id="en"),
        pytest.param("至急お願いします", "ja", 0.6, id="ja"),
    ],
)
def test_urgent(text: str, language: str, least: float) -> None:
    sign = urgency(text, language=language)

    assert sign is not None
    assert sign.score >= least


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("我不着急", "zh", id="zh"),
        pytest.param("it is not urgent", "en", id="en"),
        pytest.param("多少钱", "zh", id="nothing"),
    ],
)
def test_not_urgent(text: str, language: str) -> None:
    assert urgency(text, language=language) is None


def test_a_call_in_which_nobody_speaks_has_no_signs() -> None:
    assert CHURN(call(), Meaning()).churn is None
    assert URGENCY(call(), Meaning()).urgency is None
