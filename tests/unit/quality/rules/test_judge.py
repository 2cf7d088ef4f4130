"""Verdicts: truth in three values, scopes, anchors, counts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind, Verdict
from huiting.quality.rules.answers import Truth, every, some
from huiting.quality.rules.asked import Context
from huiting.quality.rules.judge import judge, judged
from huiting.text.pronunciation import sounds_of
from rulebook import CONTEXT, finding, rule, rules, said, verdict

CALL = (
    "agent 0.5-3: 您好工号8001",
    "customer 4-6: 我要退货",
    "agent 7-9: 好的请稍等",
    "customer 20-22: 我要投诉你们",
    "agent 23-26: 非常抱歉",
    "customer 27-28: 好吧",
    "agent 28.5-30: 再见",
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param("{said: 您好}", True, id="said"),
        pytest.param("{said: 您好, by: customer}", False, id="said by another"),
        pytest.param("{said: 您好, by: [agent, customer]}", True, id="said by one of two"),
        pytest.param("{said: 投诉, first: 15}", False, id="not in the first seconds"),
        pytest.param("{said: 退货, first: 15}", True, id="in the first seconds"),
        pytest.param("{said: 再见, last: 5}", True, id="in the last seconds"),
        pytest.param("{said: 抱歉, last: 5}", False, id="before the last seconds"),
        pytest.param("{said: 再见, last: 999}", True, id="in more seconds than there are"),
        pytest.param("{said: 抱歉, first: {turns: 2}, by: agent}", False, id="not in two turns"),
        pytest.param("{said: 抱歉, first: {turns: 3}, by: agent}", True, id="in three turns"),
        pytest.param("{said: 抱歉, first: {turns: 99}}", True, id="more turns than there are"),
        pytest.param("{said: 抱歉, last: {turns: 3}}", True, id="in the last turns"),
        pytest.param("{said: 退货, last: {turns: 3}}", False, id="before the last turns"),
        pytest.param("{said: 退货, last: {turns: 99}}", True, id="more last turns than there are"),
        pytest.param("{said: 您好, first: {percent: 10}}", True, id="in the first tenth"),
        pytest.param("{said: 退货, first: {percent: 10}}", False, id="after the first tenth"),
        pytest.param("{said: 再见, last: {percent: 10}}", True, id="in the last tenth"),
        pytest.param("{said: 退货, between: [3, 7]}", True, id="between"),
        pytest.param("{said: 退货, between: [5.5, 7]}", False, id="begins before"),
        pytest.param("{said: 工号, first: 3.5, whole: true}", True, id="ends inside"),
        pytest.param("{said: 工号, first: 2.5, whole: true}", False, id="ends outside"),
        pytest.param("{said: 我要, times: 2}", True, id="twice"),
        pytest.param("{said: 我要, times: 3}", False, id="not three times"),
        pytest.param("{said: 我要, times: {at_most: 1}}", False, id="more than once"),
        pytest.param("{said: 退款, times: {at_most: 0}}", True, id="never"),
        pytest.param("{said: {none: [退款, 烦]}}", True, id="none"),
        pytest.param("{said: {none: [退款, 投诉]}}", False, id="one of none"),
        pytest.param("{said: {any: 您好, none: [烦]}}", True, id="any and none"),
        pytest.param("{said: {any: 您好, none: [投诉]}}", False, id="any but none"),
        pytest.param("{not: {said: 您好}}", False, id="not"),
        pytest.param("[{said: 您好}, {said: 再见}]", True, id="all of a list"),
        pytest.param("{all: [{said: 您好}, {said: 退款}]}", False, id="not all"),
        pytest.param("{any: [{said: 退款}, {said: 再见}]}", True, id="any"),
        pytest.param("{any: [{said: 退款}]}", False, id="any of one"),
        pytest.param("[{said: 投诉, as: x}, {said: 抱歉, after: x}]", True, id="after"),
        pytest.param("[{said: 投诉, as: x}, {said: 您好, after: x}]", False, id="not after"),
        pytest.param("[{said: 投诉, as: x}, {said: 您好, before: x}]", True, id="before"),
        pytest.param(
            "[{said: 投诉, as: x}, {said: 抱歉, after: {hit: x, within: 5}}]", True, id="soon after"
        ),
        pytest.param(
            "[{said: 退货, as: x}, {said: 抱歉, after: {hit: x, within: 5}}]", False, id="too late"
        ),
        pytest.param(
            "[{said: 投诉, as: x}, {said: 退货, before: {hit: x, within: 20}}]", True, id="just before"
        ),
        pytest.param(
            "[{said: 投诉, as: x}, {said: 退货, before: {hit: x, within: 5}}]", False, id="long before"
        ),
        pytest.param(
            "[{said: 投诉, as: x}, {said: 抱歉, around: {hit: x, within: 5}}]", True, id="around"
        ),
        pytest.param(
            "[{said: 退货, as: x}, {said: 抱歉, after: {hit: x, turns: 1}, by: agent}]",
            False, id="not in the next turn",
        ),
        pytest.param(
            "[{said: 退货, as: x}, {said: 抱歉, after: {hit: x, turns: 2}, by: agent}]",
            True, id="in the next two turns",
        ),
        pytest.param(
            "[{said: 抱歉, as: x}, {said: 投诉, before: {hit: x, turns: 1}}]", True, id="turn before"
        ),
        pytest.param(
            "[{said: 我要, as: x}, {said: 请稍等, after: {hit: x, which: last}}]", False, id="last"
        ),
        pytest.param(
            "[{said: 我要, as: x}, {said: 请稍等, after: {hit: x, which: first}}]", True, id="first"
        ),
        pytest.param(
            "[{said: 我要, as: x}, {said: [请稍等, 抱歉], after: {hit: x, which: each, turns: 1}, by: agent}]",
            True, id="after each",
        ),
        pytest.param(
            "[{said: 我要, as: x}, {said: 抱歉, after: {hit: x, which: each, turns: 1}, by: agent}]",
            False, id="not after each",
        ),
        pytest.param("{said: 抱歉, after: never}", False, id="after what never was"),
        pytest.param("{ref: complains}", True, id="a named condition"),
        pytest.param("{ref: complains, last: 5}", False, id="a named condition elsewhere"),
        pytest.param("{ref: complains, by: customer, first: 25}", True, id="a named condition here"),
        pytest.param("{said: 抱歉, after: either}", True, id="after one of two"),
        pytest.param("{said: 抱歉, after: both}", True, id="after two"),
        pytest.param("{said: 抱歉, after: named}", True, id="after a name of a name"),
        pytest.param("{said: 抱歉, after: absent}", False, id="after an absence"),
    ],
)  # fmt: skip
def test_a_condition_holds_or_not(condition: str, holds: bool) -> None:  # noqa: FBT001
    names = """
        conditions:
          never: {said: 退款}
          complains: {said: 投诉, by: customer}
          either: {any: [{said: 退款}, {said: 投诉}]}
          both: [{said: 退货}, {said: 投诉}]
          named: {ref: complains}
          absent: {not: {said: 退款}}
    """

    for kind, expected in (("require", holds), ("forbid", not holds)):
        got = finding(rule(f"{kind}: {condition}", file=names), said(*CALL))
        assert got.verdict is (Verdict.PASS if expected else Verdict.FAIL)


def test_what_is_said_in_the_same_line_after_the_anchor_counts() -> None:
    body = "require: [{said: 退货, as: x}, {said: 抱歉, after: x}]"

    assert verdict(body, "customer 1-5: 我要退货很抱歉") == "pass"
    assert verdict(body, "customer 1-5: 很抱歉我要退货") == "fail"


def test_a_rule_that_does_not_apply() -> None:
    body = "applies: {said: 投诉}\nrequire: {said: 抱歉}"

    assert verdict(body, "agent: 您好") == "n/a"
    assert verdict(body, "customer: 我要投诉") == "fail"
    assert verdict(body, "customer: 我要投诉", "agent: 抱歉") == "pass"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param("languages: [en]", "n/a", id="another language"),
        pytest.param("languages: [zh, en]", "pass", id="its language"),
        pytest.param("effective: {from: 2025-03-13}", "n/a", id="too early"),
        pytest.param("effective: {until: 2025-03-11}", "n/a", id="too late"),
        pytest.param("effective: {from: 2025-03-12, until: 2025-03-12}", "pass", id="that day"),
    ],
)
def test_where_and_when_a_rule_counts(keys: str, expected: str) -> None:
    dialogue = said("agent: 您好", metadata={"started_at": "2025-03-12T23:59:00"})
    got = finding(rule(f"{keys}\nrequire: {{said: 您好}}"), dialogue)

    assert got.verdict.value == expected
    assert got.evidence


def test_effects_advice_and_versions_are_the_rules() -> None:
    both = rule("score: {pass: 2, fail: -5}\nadvice: 说您好\nversion: 4\nrequire: {said: 您好}")
    passed, failed = finding(both, said("agent: 您好")), finding(both, said("agent: 喂"))

    assert (passed.effect, passed.advice, passed.version) == (2, "", 4)
    assert (failed.effect, failed.advice, failed.version) == (-5, "说您好", 4)


def test_a_rule_switched_off_says_nothing() -> None:
    assert judge(said("agent: 您好"), rule("enabled: false\nrequire: {said: 您好}"), CONTEXT) == ()


def test_a_rule_may_rest_on_an_earlier_one() -> None:
    two = rules("""
        rules:
          - {id: a, name: a, require: {said: 您好}}
          - {id: b, name: b, forbid: {rule: a}}
    """)

    assert [f.verdict.value for f in judge(said("agent: 喂"), two, CONTEXT)] == ["fail", "fail"]
    assert [f.verdict.value for f in judge(said("agent: 您好"), two, CONTEXT)] == ["pass", "pass"]


def test_a_rule_that_cannot_be_judged_leaves_the_others() -> None:
    two = rules("""
        rules:
          - {id: a, name: a, require: {similar: 我要退货}}
          - {id: b, name: b, require: {said: 您好}}
          - {id: c, name: c, forbid: {rule: a}}
    """)
    found = judged(said("agent: 您好请讲"), two, CONTEXT)

    assert [f.rule for f in found.findings] == ["b"]
    assert set(found.problems) == {"a", "c"}
    assert "no model of meaning" in found.problems["a"]


@pytest.mark.parametrize(
    ("body", "lines", "expected"),
    [
        pytest.param(
            "require: {said: 请您稍等一下}", ["agent: 请您吃一下饭"], "fail", id="far from it"
        ),
        pytest.param(
            "require: {said: 请报订单号}", ["agent: 请报运单号"], "uncertain", id="weakly alike"
        ),
        pytest.param(
            "forbid: {said: 请报订单号}", ["agent: 请报运单号"], "uncertain", id="weakly alike, forbidden"
        ),
        pytest.param(
            "require: [{said: 请报订单号}, {said: 您好}]", ["agent: 请报运单号"], "fail",
            id="another part is false",
        ),
        pytest.param(
            "require: {any: [{said: 请报订单号}, {said: 您好}]}", ["agent: 您好请报运单号"], "pass",
            id="another part is true",
        ),
        pytest.param(
            "applies: {said: 请报订单号}\nrequire: {said: 您好}", ["agent: 请报运单号"], "uncertain",
            id="whether it applies",
        ),
        pytest.param(
            "require: [{said: 请报运单号, as: x}, {said: 您好, after: x}]",
            ["agent: 请报订单号", "customer: 喂"], "uncertain", id="the anchor",
        ),
        pytest.param(
            "require: {not: {said: 请报订单号}}", ["agent: 请报运单号"], "uncertain", id="its negation"
        ),
        pytest.param(
            "require: {said: 请报订单号, times: {at_most: 1}}", ["agent: 请报运单号，请报订单号"],
            "uncertain", id="one too many, perhaps",
        ),
        pytest.param(
            "require: {said: 您好}", ["agent 1-4: ?", "customer 5-6: 喂"], "uncertain",
            id="nothing was understood",
        ),
        pytest.param(
            "require: {said: 您好, times: {at_most: 3}}", ["agent 1-4: ?", "agent 5-6: 您好"],
            "uncertain", id="a few at most, and something was not understood",
        ),
        pytest.param(
            "forbid: {said: 您好, times: 1}", ["agent 1-4: ?", "agent 5-6: 您好"], "fail",
            id="once is enough, whatever else was not understood",
        ),
        pytest.param(
            "require: {duration: {above: 60}}", ["agent 1-4: ?"], "fail", id="does not rest on words"
        ),
    ],
)  # fmt: skip
def test_what_is_not_known_stays_so_where_it_could_decide(
    body: str, lines: Sequence[str], expected: str
) -> None:
    assert verdict(body, *lines) == expected


@pytest.mark.parametrize(("one", "other"), list(product([True, False, None], repeat=2)), ids=str)
def test_kleene_and_and_or_are_mirrors(one: Truth, other: Truth) -> None:
    def negated(truth: Truth) -> Truth:
        return None if truth is None else not truth

    assert negated(every([one, other])) is some([negated(one), negated(other)])
    if True in (one, other):
        assert some([one, other]) is True
    if None not in (one, other):
        assert every([one, other]) is (one and other)


CONDITIONS = st.sampled_from(
    ["{said: 您好}", "{said: 投诉, by: customer}", "{said: 请报订单号}", "{duration: {above: 5}}"]
)
LINES = st.lists(
    st.sampled_from(
        ["agent: 您好", "customer: 我要投诉", "agent: 请报运单号", "customer: 好", "agent: ?"]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, lines=LINES)
def test_not_not_changes_nothing(condition: str, lines: list[str]) -> None:
    twice = f"require: {{not: {{not: {condition}}}}}"

    assert verdict(f"require: {condition}", *lines) == verdict(twice, *lines)


@settings(max_examples=60, deadline=None)
@given(condition=CONDITIONS, lines=LINES)
def test_forbidding_is_requiring_the_opposite(condition: str, lines: list[str]) -> None:
    opposite = f"require: {{not: {condition}}}"

    assert verdict(f"forbid: {condition}", *lines) == verdict(opposite, *lines)


@settings(max_examples=60, deadline=None)
@given(
    lines=LINES.filter(lambda lines: "agent: ?" not in lines),
    shorter=st.integers(1, 20),
    more=st.integers(1, 20),
)
def test_a_hit_in_a_scope_is_one_in_a_wider_scope(
    lines: list[str], shorter: int, more: int
) -> None:
    narrow = verdict(f"require: {{said: 您好, first: {shorter}}}", *lines)
    wide = verdict(f"require: {{said: 您好, first: {shorter + more}}}", *lines)

    assert (narrow, wide) != ("pass", "fail")


def test_judging_is_pure() -> None:
    found, dialogue = rule("require: {said: 您好}"), said(*CALL)

    assert judge(dialogue, found, CONTEXT) == judge(dialogue, found, CONTEXT)


def test_a_very_long_call_is_judged_in_bounded_evidence() -> None:
    dialogue = said(*["agent: 您好请讲"] * 190)
    got = finding(rule("forbid: {said: 您好}"), dialogue)

    assert got.verdict is Verdict.FAIL
    assert len(got.evidence) == 20


def test_an_empty_call_is_judged() -> None:
    empty: Dialogue = replace(said("agent: 您好"), lines=(), duration=0.0)

    assert finding(rule("require: {said: 您好}"), empty).verdict is Verdict.FAIL
    anchored = rule("require: {said: 您好, after: x}\nconditions: {x: {said: a}}")
    assert finding(anchored, empty).verdict is Verdict.FAIL


def test_words_of_a_context_without_a_phrasebook_are_found_all_the_same() -> None:
    ask = next(rule("require: {said: 您好}").rules[0].asks())
    dialogue = said("agent: 您好")
    from huiting.quality.rules.rule import Named
    from huiting.quality.rules.scopes import Stage, scope_of

    assert not isinstance(ask.operator, Named)
    found = ask.operator.find(dialogue, scope_of(ask.place, Stage(dialogue)), Context(sounds_of))
    assert [hit.kind for hit in found.hits] == [EvidenceKind.SAID]
