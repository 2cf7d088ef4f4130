"""Short ways to a verdict lead to the same one: what is passed over would have found nothing."""

import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError
from huiting.core.judgement import Verdict
from huiting.core.types import Role
from huiting.quality.rules.asked import Context
from huiting.quality.rules.examples import dialogue_of_example
from huiting.quality.rules.judge import Judged, judged, ruled
from huiting.quality.rules.quiet import Quiet
from huiting.quality.rules.read import joined, read_rules
from huiting.quality.rules.rule import Example, RuleSet, Said
from huiting.text.pronunciation import sounds_of
from rulebook import CONTEXT, rule, rules, said

FILES = sorted((Path(__file__).parents[4] / "rules").glob("*.yaml"))


@cache
def starter() -> RuleSet:
    """Return all rules of the starter library."""
    return joined([read_rules(path, sounds_of) for path in FILES], sounds_of)


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """Return the tests of the starter rules, and lines of theirs at random, some unclear."""
    examples = [example for one in starter().rules for example in one.examples]
    lines = [line for example in examples for line in example.dialogue]
    dice = random.Random(5)
    mixed = [
        Example("mixed", "here", tuple(_mixed(dice, lines) for _ in range(8)), "pass")
        for _ in range(60)
    ]
    return tuple(
        dialogue_of_example(one, sounds_of) for one in (*dice.sample(examples, 120), *mixed)
    )


def _mixed(dice: random.Random, lines: list[Said]) -> Said:
    role = dice.choice([Role.AGENT, Role.AGENT, Role.CUSTOMER, Role.CUSTOMER, Role.UNKNOWN])
    return Said(role, dice.choice(lines).text, confidence=dice.choice([None, None, None, 0.3]))


def test_nothing_is_lost_by_passing_over_what_is_not_said() -> None:
    wordy = replace(starter(), quiet=Quiet(()))
    for dialogue in dialogues():
        assert judged(dialogue, starter(), CONTEXT) == judged(dialogue, wordy, CONTEXT)


def test_bare_verdicts_and_their_later_findings_are_those_judged_in_full() -> None:
    for dialogue in dialogues():
        whole = judged(dialogue, starter(), CONTEXT)
        bare = ruled(dialogue, starter(), CONTEXT)

        assert dict(bare.verdicts) == {f.rule: f.verdict for f in whole.findings}
        last_first = [bare.findings[f.rule] for f in reversed(whole.findings)]
        assert Judged(tuple(reversed(last_first)), bare.problems) == whole
        assert len(bare.findings) == len(whole.findings)


def test_evidence_does_not_take_back_a_verdict() -> None:
    found = rule("forbid: {any: [said: 投诉, {emotion: ANGRY}]}")  # nobody listened for anger
    result = judged(said("agent: 您好", "customer: 我要投诉"), found, CONTEXT)

    assert not result.problems
    assert [f.verdict for f in result.findings] == [Verdict.FAIL]


def test_a_rule_may_point_at_one_whose_evidence_is_not_made_yet() -> None:
    found = rules(
        """
        rules:
          - {id: a, name: a, forbid: {said: 投诉}}
          - {id: b, name: b, require: {all: [{rule: a, as: hit}, {said: 抱歉, after: hit}]}}
        """
    )
    bare = ruled(said("customer 1-2: 投诉", "agent 3-4: 抱歉"), found, CONTEXT)

    assert dict(bare.verdicts) == {"a": Verdict.FAIL, "b": Verdict.PASS}


def test_what_asks_a_language_model_is_shown_as_it_was_then() -> None:
    def unasked(*_: object) -> object:
        raise ConfigError("llm", "asked", "do not")

    context = Context(sounds_of, ask=unasked)  # type: ignore[arg-type]  # never returns
    found = rules(
        """
        conditions:
          told: {ask: 客户满意吗}
        rules:
          - {id: a, name: a, require: {any: [{said: 您好}, {ref: told}]}}
          - {id: b, name: b, require: {ref: told}}
        """
    )
    bare = ruled(said("agent: 您好"), found, context)

    assert dict(bare.verdicts) == {"a": Verdict.PASS}
    assert "asked" in bare.problems["b"]
    assert found.paid == {"a", "b"}
    assert [e.quote for e in bare.findings["a"].evidence] == ["您好"]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        pytest.param("{regex: {pattern: '退[货款]', on: spoken}}", "我要退货", id="spoken"),
        pytest.param("{regex: 'Kelvin|[0-9]{3}'}", "\u212aelvin", id="a letter of another case"),
        pytest.param("{regex: '.{3}'}", "我要退货", id="a pattern without a text"),
        pytest.param("{wildcard: 我*退货}", "我真要退货", id="wildcard"),
        pytest.param("{phrase: {words: [我, 退货]}}", "我要退货", id="words in order"),
        pytest.param("{said: {all: [我, 退货]}}", "我要退货", id="several"),
        pytest.param("{said: {none: [投诉]}}", "我要退货", id="none"),
        pytest.param("{said: 投诉, times: {at_most: 0}}", "我要退货", id="at most none"),
    ],
)
def test_what_is_said_is_found(condition: str, text: str) -> None:
    found = rule(f"require: {condition}")
    dialogue = said(f"customer: {text}")

    assert ruled(dialogue, found, CONTEXT).verdicts == {"r": Verdict.PASS}
    assert judged(dialogue, found, CONTEXT).findings[0].verdict is Verdict.PASS
