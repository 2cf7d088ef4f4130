"""How a question is told in evidence."""

import pytest

from huiting.quality.rules.about import LONGEST
from rulebook import finding, rule, said

FILE = """
    lists:
      evasive: [不知道, 不归我管]
"""


def told(condition: str) -> list[str]:
    found = rule(f"require: {condition}", file=FILE)
    return [ask.about for ask in found.rules[0].asks()]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        pytest.param("{said: 您好}", "您好", id="a phrase"),
        pytest.param("{said: 12315}", "12315", id="a number"),
        pytest.param("{said: $evasive}", "不知道 / 不归我管", id="a list of the file"),
        pytest.param(
            "{said: {any: $evasive, negated: skip}}", "不知道 / 不归我管", id="with how to look"
        ),
        pytest.param("{said: {none: $evasive}}", "不知道 / 不归我管", id="none of a list"),
        pytest.param("{said: {all: [您好, 工号]}}", "您好 + 工号", id="all"),
        pytest.param(
            "{said: {of: [甲, 乙, 丙], at-least: 2}}", "at_least 2 of 甲 / 乙 / 丙", id="so many of"
        ),
        pytest.param("{phrase: {words: [我, 退货], gap: 3}}", "我 … 退货", id="words in order"),
        pytest.param("{regex: '工号[0-9]+'}", "工号[0-9]+", id="a pattern"),
        pytest.param("{emotion: ANGRY}", "emotion: ANGRY", id="an emotion"),
        pytest.param(
            "{emotion: {is: [ANGRY, SAD], at_least: 0.75}}",
            "emotion: ANGRY / SAD, at_least 0.75",
            id="emotions and their score",
        ),
        pytest.param(
            "{silence: {longer-than: 5, announced: false}}",
            "silence: longer_than 5, announced no",
            id="a silence",
        ),
        pytest.param("{silence: 5}", "silence: longer_than 5", id="a silence in short"),
        pytest.param("{duration: {above: 30}}", "duration: above 30", id="a duration"),
        pytest.param(
            "{metadata: {field: team, exists: true}}", "metadata: team, exists yes", id="metadata"
        ),
        pytest.param(
            "{entity: {kind: money, value: {above: 2, below: 5}}}",
            "entity: money, value above 2, below 5",
            id="an entity",
        ),
    ],
)
def test_a_question_is_told_in_words_of_the_rule_language(condition: str, words: str) -> None:
    assert told(condition) == [words]


def test_long_lists_are_cut() -> None:
    (words,) = told(f"{{said: [{', '.join(f'第{n}句' for n in range(50))}]}}")

    assert len(words) == LONGEST
    assert words.endswith("…")


def test_evidence_says_what_was_sought_in_these_words() -> None:
    found = finding(
        rule("require: {silence: {longer_than: 5, announced: false}}"), said("agent: 喂")
    )

    assert [e.note for e in found.evidence] == ["silence: longer_than 5, announced no"]
