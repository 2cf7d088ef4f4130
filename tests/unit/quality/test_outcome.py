"""How the matter stands when a call ends."""

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, call, says
from huiting.core.meaning import Meaning, Outcome, OutcomeKind
from huiting.core.types import Role
from huiting.quality.outcome import SURE, outcome_stage
from huiting.text.pronunciation import sounds_of

STAGE = outcome_stage(sounds_of)
SOLVED, PROMISED = OutcomeKind.SOLVED, OutcomeKind.PROMISED
UNSOLVED, UNKNOWN = OutcomeKind.UNSOLVED, OutcomeKind.UNKNOWN


def outcome(*lines: tuple[Role, str], language: str = "zh") -> Outcome:
    segments = [says(r, n, n + 1, t, language=language) for n, (r, t) in enumerate(lines)]
    found = STAGE(call(*segments), Meaning()).outcome
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lines", "language", "kind"),
    [
        pytest.param(
            [(CUSTOMER, "登不上去"), (AGENT, "密码已经重置"), (CUSTOMER, "可以用了，谢谢")],
            "zh",
            SOLVED,
            id="zh done",
        ),
        pytest.param(
            [(CUSTOMER, "登不上去"), (AGENT, "好"), (CUSTOMER, "可是还没解决啊，不行")],
            "zh",
            UNSOLVED,
            id="zh not done",
        ),
        pytest.param(
            [(CUSTOMER, "没水了"), (AGENT, "两小时内派人上门"), (CUSTOMER, "好的谢谢")],
            "zh",
            PROMISED,
            id="zh promise",
        ),
        pytest.param(
            [(CUSTOMER, "能退吗"), (AGENT, "公司规定不能退"), (CUSTOMER, "那算了")],
            "zh",
            UNSOLVED,
            id="zh refusal",
        ),
        pytest.param([(CUSTOMER, "想问一下"), (AGENT, "您说")], "zh", UNKNOWN, id="zh nothing"),
        pytest.param(
            [(CUSTOMER, "解决了吗"), (AGENT, "我看看")], "zh", UNKNOWN, id="zh a question"
        ),
        pytest.param(
            [
                (CUSTOMER, "it broke"),
                (AGENT, "your refund has been processed"),
                (CUSTOMER, "great, thanks"),
            ],
            "en",
            SOLVED,
            id="en done",
        ),
        pytest.param(
            [(CUSTOMER, "it broke"), (AGENT, "we will call you within 2 days"), (CUSTOMER, "okay")],
            "en",
            PROMISED,
            id="en promise",
        ),
        pytest.param(
            [(AGENT, "there is nothing I can do"), (CUSTOMER, "that is not acceptable")],
            "en",
            UNSOLVED,
            id="en refusal",
        ),
        pytest.param(
            [(CUSTOMER, "動きません"), (AGENT, "明日伺います"), (CUSTOMER, "お願いします")],
            "ja",
            PROMISED,
            id="ja promise",
        ),
        pytest.param(
            [(CUSTOMER, "動きません"), (AGENT, "対応できません"), (CUSTOMER, "納得できません")],
            "ja",
            UNSOLVED,
            id="ja refusal",
        ),
        pytest.param(
            [
                (CUSTOMER, "動きません"),
                (AGENT, "ボタンを押してください"),
                (CUSTOMER, "直りました、助かりました"),
            ],
            "ja",
            SOLVED,
            id="ja done",
        ),
    ],
)
def test_outcome(lines: list[tuple[Role, str]], language: str, kind: OutcomeKind) -> None:
    found = outcome(*lines, language=language)

    assert found.kind is kind
    if kind is UNKNOWN:
        assert (found.score, found.quotes) == (None, ())
    else:
        assert found.score is not None
        assert 0 < found.score <= SURE
        assert found.quotes


def test_the_end_counts_most() -> None:
    quarrel = [(CUSTOMER, "我不满意"), (AGENT, "已经退款了"), (CUSTOMER, "太好了")]

    assert outcome(*quarrel).kind is SOLVED
    assert outcome(*reversed(quarrel)).kind is UNSOLVED


def test_thanks_for_a_promise_do_not_solve_it() -> None:
    found = outcome((CUSTOMER, "没水了"), (AGENT, "两小时内上门"), (CUSTOMER, "谢谢谢谢"))

    assert found.kind is PROMISED
    assert found.quotes[-1].role is CUSTOMER


def test_a_promise_that_is_denied_is_none() -> None:
    assert outcome((AGENT, "我们不会上门的")).kind is not PROMISED


def test_what_a_machine_promises_does_not_count() -> None:
    segments = [says(SYSTEM, 0, 1, "工作日内会联系您")]

    assert STAGE(call(*segments), Meaning()).outcome is None


def test_nobody_speaking_has_no_outcome() -> None:
    assert STAGE(call(), Meaning()).outcome is None


def test_more_signs_are_surer() -> None:
    less = outcome((AGENT, "给您登记一下"), (CUSTOMER, "嗯"))
    more = outcome((AGENT, "给您登记一下，两小时内联系您"), (CUSTOMER, "好的，谢谢"))

    assert (less.score or 0) < (more.score or 0)
