"""What is foreseen of a rule while a call goes on is what the whole call says."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind, Verdict
from huiting.quality.rules.asked import Context
from huiting.quality.rules.foresight import Foreseen, foresee
from huiting.quality.rules.judge import ruled
from huiting.quality.rules.rule import RuleSet
from rulebook import CONTEXT, rule, rules, said

WORDS = ("退货", "抱歉", "工号", "投诉")
NAMES = ("x", "y")


def before(dialogue: Dialogue, moment: float) -> Dialogue:
    """Return what is known at a moment at which everything said before is."""
    lines = tuple(line for line in dialogue.lines if line.span.start < moment)
    return replace(dialogue, lines=lines, duration=moment)


def foreseen(found: RuleSet, dialogue: Dialogue, context: Context = CONTEXT) -> Foreseen:
    [one] = foresee(dialogue, found, context)
    return one


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    start, lines = 0.0, []
    for _ in range(draw(st.integers(1, 8))):
        role = draw(st.sampled_from(["agent", "customer"]))
        text = "".join(draw(st.lists(st.sampled_from([*WORDS, "好"]), min_size=1, max_size=2)))
        lines.append(f"{role} {start:g}-{start + draw(st.sampled_from([1, 2, 4])):g}: {text}")
        start += draw(st.sampled_from([0.5, 1, 3, 6]))
    return said(*lines)


@st.composite
def scopes(draw: st.DrawFn, names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found["by"] = draw(st.sampled_from(["agent", "customer"]))
    edges: list[Any] = [5, 10, {"turns": 1}, {"turns": 2}, {"percent": 50}]
    kind = draw(st.sampled_from(["", "", "first", "last", "between"]))
    if kind == "between":
        found["between"] = draw(st.sampled_from([[2, 8], [0, 5]]))
    elif kind:
        found[kind] = draw(st.sampled_from(edges))
    if len(names) > 0 and draw(st.booleans()):
        side = draw(st.sampled_from(["after", "before", "around"]))
        anchor: dict[str, Any] = {"hit": draw(st.sampled_from(names))}
        anchor["which"] = draw(st.sampled_from(["first", "first", "last", "any", "each"]))
        limit = draw(st.sampled_from(["within", "turns"]))
        if side == "around" or draw(st.booleans()):
            anchor[limit] = draw(st.sampled_from([1, 2] if limit == "turns" else [3, 8]))
        found[side] = anchor
    if draw(st.integers(0, 3)) == 0:
        found["times"] = draw(st.sampled_from([2, {"at_most": 0}, {"at_most": 1}]))
    return found


def asks(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    word = st.sampled_from(WORDS)
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.builds(lambda w: {"said": w}, word),
        st.builds(lambda w: {"regex": w}, word),
        st.builds(lambda a, b: {"said": {"all": [a, b], "together": "scope"}}, word, word),
        st.builds(lambda a, b: {"phrase": {"words": [a, b]}}, word, word),
        st.just({"repeated": {"times": 2, "shortest": 2}}),
        st.just({"metadata": {"field": "queue", "is": "vip"}}),
        st.just({"duration": {"above": 8}}),
    ]
    if names:
        kinds.append(st.builds(lambda n: {"ref": n}, st.sampled_from(names)))
    return st.builds(lambda one, scope: one | scope, st.one_of(kinds), scopes(names))


def expressions(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        asks(names),
        lambda inner: st.one_of(
            st.builds(lambda p: {"not": p}, inner),
            st.builds(lambda ps: {"all": ps}, st.lists(inner, min_size=2, max_size=2)),
            st.builds(lambda ps: {"any": ps}, st.lists(inner, min_size=2, max_size=2)),
        ),
        max_leaves=3,
    )


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    body: dict[str, Any] = {
        draw(st.sampled_from(["require", "forbid"])): draw(expressions(NAMES)),
        "conditions": {"x": draw(expressions(())), "y": draw(expressions(("x",)))},
    }
    if draw(st.booleans()):
        body["applies"] = draw(expressions(NAMES))
    return body


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written(), dialogues())
def test_what_is_foreseen_comes_true(body: dict[str, Any], whole: Dialogue) -> None:
    found = of(body)
    verdict = ruled(whole, found, CONTEXT).verdicts["r"]
    for moment in range(int(whole.duration) + 2):
        told = foreseen(found, before(whole, float(moment)))

        if told.verdict is not None:
            assert told.verdict is verdict, moment


def of(body: dict[str, Any]) -> RuleSet:
    """Return a rule; JSON is YAML."""
    entries = {"id": "r", "name": "r", **body}
    return rules("rules: " + json.dumps([entries], ensure_ascii=False))


CALL = (
    "agent 0-2: 您好",
    "customer 3-5: 我要退货",
    "agent 6-8: 好的请稍等",
    "customer 20-22: 我要投诉你们",
    "agent 23-25: 随便你",
    "customer 26-28: 抱歉什么",
)


@pytest.mark.parametrize(
    ("body", "moments"),
    [
        pytest.param("forbid: {said: 随便你, by: agent}", (23, 24), id="a banned phrase, once said"),
        pytest.param(
            "require: {said: 工号, by: agent, first: 15}", (14, 15), id="a greeting, when it is late"
        ),
        pytest.param(
            "require: {said: 工号, by: agent, between: [2, 12]}", (11, 12), id="between two moments"
        ),
        pytest.param(
            "require: {said: 工号, by: agent, first: {turns: 2}}", (20, 21), id="in turns that are over"
        ),
        pytest.param(
            "require: [{said: 退货, as: x}, {said: 七天, after: {hit: x, within: 9, which: any}}]", None,
            id="never, while what it follows may be said again",
        ),
        pytest.param(
            "applies: {said: 退货, as: x, by: customer}\n"
            "require: {said: 七天, after: {hit: x, within: 9, which: first}}",
            (13, 14), id="too late after what the customer said",
        ),
        pytest.param(
            "applies: {said: 投诉, as: x, by: customer}\n"
            "require: {said: 核实, before: {hit: x, which: first}}",
            (20, 21), id="not before what was said",
        ),
        pytest.param(
            "applies: {said: 退货, as: x, by: customer}\n"
            "require: {said: 七天, after: {hit: x, turns: 1, which: first}, by: agent}",
            (20, 21), id="not in the turn after",
        ),
        pytest.param("require: {said: 再见, last: 5}", None, id="never what may be said at the end"),
        pytest.param("require: {said: 再见}", None, id="never what may still be said"),
        pytest.param("require: {not: {said: 投诉}}", (20, 21), id="what must not be said"),
        pytest.param("forbid: {said: 我要, times: 2}", (20, 21), id="said too often"),
        pytest.param("require: {said: 我要, times: {at_most: 1}}", (20, 21), id="more than allowed"),
        pytest.param("forbid: {duration: {above: 10}}", None, id="never what is measured"),
        pytest.param("forbid: {metadata: {field: queue, exists: false}}", (0, 0), id="what is known"),
    ],
)  # fmt: skip
def test_a_rule_fails_from_the_moment_when_it_is_certain(
    body: str, moments: tuple[int, int] | None
) -> None:
    found, whole = rule(body), said(*CALL)
    failed = [
        moment
        for moment in range(29)
        if foreseen(found, before(whole, moment)).verdict is Verdict.FAIL
    ]

    if moments is None:
        assert failed == []
    else:
        assert failed == list(range(moments[1], 29))


def test_what_fails_shows_its_evidence() -> None:
    told = foreseen(rule("forbid: {said: 随便你, by: agent}"), said(*CALL))

    assert [(e.kind, e.quote) for e in told.evidence] == [(EvidenceKind.SAID, "随便你")]


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        pytest.param("require: {said: 再见, by: agent, last: 20}", True, id="a farewell"),
        pytest.param("require: {said: 再见}", True, id="whoever says it"),
        pytest.param("require: [{said: 再见}, {said: 您好}]", True, id="one of two"),
        pytest.param("require: {said: 您好, by: agent}", False, id="said already"),
        pytest.param("require: {said: 再见, by: customer}", False, id="the customer's to say"),
        pytest.param(
            "require: {any: [{said: 再见, by: customer}, {said: 再见, by: agent}]}", False,
            id="the customer may do it instead",
        ),
        pytest.param("forbid: {said: 再见, by: agent}", False, id="not to be said"),
        pytest.param("require: {not: {said: 再见}}", False, id="better not said"),
        pytest.param("require: {metadata: {field: queue, is: vip}}", False, id="nothing to say"),
        pytest.param("require: {duration: {above: 9}}", False, id="not in the agent's hands"),
        pytest.param("require: {said: 再见, first: 5}", False, id="too late"),
        pytest.param("applies: {said: 退货}\nrequire: {said: 七天}", True, id="since it was asked"),
        pytest.param("applies: {said: 发票}\nrequire: {said: 税号}", False, id="nobody asked"),
        pytest.param(
            "applies: {duration: {above: 9}}\nrequire: {said: 税号}", False, id="of long calls"
        ),
        pytest.param("applies: {ref: x}\nconditions: {x: {said: 退货}}\nrequire: {any: [{ref: x}, {said: 七天}]}",
            False, id="what was named and said"),
        pytest.param("conditions: {x: {said: 七天}}\nrequire: {ref: x}", True, id="what has a name"),
        pytest.param("conditions: {x: {duration: {above: 99}}}\nrequire: {any: [{ref: x}, {said: 七天}]}",
            False, id="a name of what is measured"),
    ],
)  # fmt: skip
def test_what_the_agent_must_still_say_is_missing(body: str, *, missing: bool) -> None:
    told = foreseen(rule(body), said(*CALL))

    assert told.missing is missing


@pytest.mark.parametrize(
    ("extra", "seen"),
    [
        pytest.param("languages: [zh]", True, id="of its language"),
        pytest.param("languages: [en]", False, id="of another language"),
        pytest.param("effective: {from: 2025-01-01}", True, id="since before the call"),
        pytest.param("effective: {from: 2026-01-01}", False, id="since after it"),
        pytest.param("effective: {until: 2025-01-01}", False, id="until before it"),
        pytest.param("enabled: false", False, id="switched off"),
    ],
)
def test_rules_of_other_calls_are_left_out(extra: str, *, seen: bool) -> None:
    found = rule(f"forbid: {{said: 随便你}}\n{extra}")
    began = datetime(2025, 6, 1, 10, tzinfo=UTC)
    dialogue = replace(said(*CALL, language="zh"), started_at=began)

    assert bool(list(foresee(dialogue, found, CONTEXT))) is seen


def test_a_call_of_unknown_day_may_be_of_any() -> None:
    found = rule("forbid: {said: 随便你}\neffective: {from: 2026-01-01}")

    assert foreseen(found, said(*CALL)).verdict is Verdict.FAIL


def test_a_rule_that_cannot_be_judged_is_left_out() -> None:
    found = rule('require: {began: {between: ["09:00", "18:00"]}}')

    assert list(foresee(said(*CALL), found, CONTEXT)) == []
