"""Outcomes and leaving, by wording that no list has."""

from collections.abc import Mapping

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, call, says
from huiting.core.meaning import Meaning, OutcomeKind
from huiting.core.reading import Reading
from huiting.core.types import Call, Role
from huiting.quality.outcome import LAST, outcome_stage
from huiting.quality.risks import MEANT, churn_stage
from huiting.text.pronunciation import sounds_of
from unit.quality.taught import Taught

PROMISED, SOLVED, UNSOLVED = OutcomeKind.PROMISED, OutcomeKind.SOLVED, OutcomeKind.UNSOLVED


def talk(*lines: tuple[Role, str]) -> Call:
    return call(*(says(r, n, n + 1, t, language="zh") for n, (r, t) in enumerate(lines)))


def shows(states: Mapping[OutcomeKind, float]) -> Reading:
    return Reading(states=states)


@pytest.mark.parametrize("kind", [PROMISED, SOLVED, UNSOLVED])
def test_wording_at_the_end_tells_how_the_matter_stands(kind: OutcomeKind) -> None:
    last = "我把它搁在心上"
    stage = outcome_stage(sounds_of, Taught({last: shows({kind: 0.9})}))

    found = stage(talk((CUSTOMER, "水表转得飞快"), (AGENT, last)), Meaning()).outcome

    assert found is not None
    assert found.kind is kind
    assert found.score is not None
    assert [q.text for q in found.quotes] == [last]


def test_wording_that_hardly_says_so_leaves_it_unknown() -> None:
    stage = outcome_stage(sounds_of, Taught({"水表转得飞快": shows({SOLVED: 0.1})}))

    found = stage(talk((CUSTOMER, "水表转得飞快"), (AGENT, "是哪一块表")), Meaning()).outcome

    assert found is not None
    assert found.kind is OutcomeKind.UNKNOWN
    assert not found.quotes


def test_listed_words_are_quoted_before_wording() -> None:
    done = "密码已经重置"
    stage = outcome_stage(sounds_of, Taught({done: shows({SOLVED: 0.9})}))

    found = stage(talk((CUSTOMER, "登不上去"), (AGENT, done)), Meaning()).outcome

    assert found is not None
    assert found.kind is SOLVED
    assert [q.text for q in found.quotes] == [done]


def test_only_the_last_lines_that_tell_are_read() -> None:
    reader = Taught({})
    lines = [(AGENT, f"第{n}句话在这里") for n in "一二三四五六"]

    outcome_stage(sounds_of, reader)(
        talk((SYSTEM, "正在转接请稍候"), *lines, (AGENT, "嗯嗯")), Meaning()
    )

    assert [text for text, _ in reader.asked] == [text for _, text in lines[-LAST[AGENT] :]]


def test_who_leaves_in_words_of_their_own_may_leave() -> None:
    text = "楼下那家我看挺顺眼"
    stage = churn_stage(sounds_of, Taught({text: Reading(leaves=0.6)}))

    found = stage(talk((CUSTOMER, text)), Meaning()).churn

    assert found is not None
    assert found.score == pytest.approx(0.6)
    assert [q.text for q in found.quotes] == [text]


@pytest.mark.parametrize(
    ("role", "share"), [(CUSTOMER, MEANT - 0.01), (AGENT, 0.9)], ids=["hardly", "an agent"]
)
def test_who_hardly_says_so_or_is_no_customer_does_not(role: Role, share: float) -> None:
    text = "楼下那家我看挺顺眼"
    stage = churn_stage(sounds_of, Taught({text: Reading(leaves=share)}))

    assert stage(talk((role, text)), Meaning()).churn is None


def test_a_line_with_a_listed_sign_counts_once() -> None:
    text = "再这样我就换别家了"
    listed = churn_stage(sounds_of)(talk((CUSTOMER, text)), Meaning()).churn

    both = churn_stage(sounds_of, Taught({text: Reading(leaves=0.9)}))(
        talk((CUSTOMER, text)), Meaning()
    ).churn

    assert both == listed
