"""What is not known stays so, wherever it stands in a rule; what costs is asked only if needed."""

from dataclasses import replace

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Verdict
from huiting.quality.rules.asked import Answer, Context, Scope
from huiting.quality.rules.judge import judged
from huiting.quality.rules.rule import RuleSet
from rulebook import CONTEXT, rule, said

MURKY = said(
    "customer 0-3: 嗯嗯啊啊 {confidence: 0.1}",
    "agent 3-5: 好的",
    "agent 6-7: 好的",
    "agent 8-9: 好的",
)


def verdict(rules: RuleSet, dialogue: Dialogue, context: Context = CONTEXT) -> Verdict | str:
    found = judged(dialogue, rules, context)
    return found.findings[0].verdict if found.findings else found.problems["r"]


def test_at_most_after_what_may_not_have_been_said_is_not_known() -> None:
    rules = rule(
        """
        conditions: {complaint: {said: 我要投诉, by: customer}}
        require: {said: 好的, by: agent, times: {at_most: 1}, after: complaint}
        """
    )

    assert verdict(rules, MURKY) is Verdict.UNCERTAIN


def test_a_doubt_elsewhere_does_not_reach_a_condition_asked_for_in_one_place() -> None:
    rules = rule(
        """
        conditions: {thanks: {said: 谢谢您的耐心等待, by: customer}}
        forbid: {ref: thanks, last: 10}
        """
    )
    early = said(
        "customer 0-3: 嗯嗯啊啊 {confidence: 0.1}",
        "agent 90-92: 请问还有其他问题吗",
        "customer 93-96: 没有其他问题了我先挂了",
    )

    assert verdict(rules, early) is Verdict.PASS


class Asked:
    """A language model that counts its questions and says no."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, _dialogue: Dialogue, _scope: Scope, question: str) -> Answer:
        self.questions.append(question)
        return Answer(yes=False)


def test_a_model_is_not_asked_what_no_longer_matters() -> None:
    model = Asked()
    rules = rule("require: {all: [{said: 您好, by: agent}, {ask: 客户是否满意}]}")

    found = verdict(rules, said("agent 0-2: 喂", "customer 3-4: 你好"), replace(CONTEXT, ask=model))

    assert (found, model.questions) == (Verdict.FAIL, [])


def test_without_a_model_a_rule_that_is_decided_is_judged() -> None:
    rules = rule("require: {any: [{said: 您好, by: agent}, {ask: 客户是否满意}]}")

    assert verdict(rules, said("agent 0-2: 您好")) is Verdict.PASS


def test_doubts_of_one_place_are_never_those_of_another() -> None:
    rules = rule(
        """
        conditions: {ask: {said: 请问, by: customer}}
        require:
          all:
            - {said: 好的, by: agent, after: {hit: ask, which: each, within: 3}}
            - {said: 感谢来电, by: agent, last: 4}
        """
    )
    lines = []
    for n in range(20):
        lines += [f"customer {10 * n}-{10 * n + 2}: 请问一下"]
        lines += [f"agent {10 * n + 3}-{10 * n + 4}: 好的"]
        lines += [f"agent {10 * n + 5}-{10 * n + 9}: 唔 {{confidence: 0.1}}"]
    lines += ["agent 200-203: 我们下次再聊吧"]

    assert {verdict(rules, said(*lines)) for _ in range(20)} == {Verdict.FAIL}
