"""The rules that come with the project: they read, pass their own tests, and explain themselves."""

import runpy
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from huiting.core.judgement import Verdict
from huiting.quality.rules.asked import Context
from huiting.quality.rules.check import run_tests
from huiting.quality.rules.judge import judge
from huiting.quality.rules.read import read_rules
from huiting.quality.rules.rule import Rule, RuleSet
from huiting.quality.scorecard import missing_rules, read_scorecard
from huiting.text.pronunciation import sounds_of
from truth import PATHS, dialogue_of_truth, truth_of

RULES = Path(__file__).resolve().parents[3] / "rules"
FILES = sorted(RULES.glob("*.yaml"))
SCORECARDS = sorted((RULES / "scorecards").glob("*.yaml"))
LABELS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "na": Verdict.NOT_APPLICABLE}
CONTEXT = Context(sound=sounds_of)


@cache
def rules_in(path: Path) -> RuleSet:
    return read_rules(path, sounds_of)


def library() -> list[Rule]:
    return [rule for path in FILES for rule in rules_in(path).rules]


def entries(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(path.read_text("utf-8"))["rules"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_rule_passes_the_tests_beside_it(path: Path) -> None:
    tested = run_tests(rules_in(path), CONTEXT)

    assert [one.explained() for one in tested if not one.passed] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_rule_says_why_and_what_to_do_better(path: Path) -> None:
    for rule in rules_in(path).rules:
        assert rule.why, rule.id
        assert rule.advice, rule.id
        assert rule.type, rule.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_rule_is_tested_for_more_than_one_verdict(path: Path) -> None:
    for entry in entries(path):
        expected = [test["expect"] for test in entry["tests"]]

        assert len(expected) >= 2, entry["id"]
        assert len(set(expected)) >= 2, entry["id"]


def test_the_files_can_be_used_together_as_their_ids_are_unique() -> None:
    ids = Counter(rule.id for rule in library())

    assert [id_ for id_, count in ids.items() if count > 1] == []


@pytest.mark.parametrize(("language", "least"), [("zh", 40), ("en", 10), ("ja", 5)])
def test_the_library_has_rules_enough_in_each_language(language: str, least: int) -> None:
    own = [r for r in library() if r.languages is not None and language in r.languages]

    assert len(own) >= least


@pytest.mark.parametrize("path", SCORECARDS, ids=lambda path: str(path.stem))
def test_a_scorecard_rests_on_rules_that_there_are(path: Path) -> None:
    scorecard = read_scorecard(path)

    assert missing_rules(scorecard, [rule.id for rule in library()]) == ()


@pytest.mark.shared
@pytest.mark.skipif(not PATHS, reason="the labelled calls are not beside the project")
def test_the_ten_basic_rules_judge_the_labelled_calls_rightly() -> None:
    rules = rules_in(RULES / "sample.yaml")
    right: Counter[str] = Counter()
    for path in PATHS:
        found = {f.rule: f.verdict for f in judge(dialogue_of_truth(path), rules, CONTEXT)}
        for rule, label in truth_of(path)["rules"].items():
            right[rule] += found[rule.lower()] is LABELS[label]

    assert {rule for rule, count in right.items() if count < 0.95 * len(PATHS)} == set()
    assert right.total() >= 0.98 * 10 * len(PATHS)


def test_the_guides_list_every_rule_as_it_is() -> None:
    pages = runpy.run_path(str(RULES.parent / "tools" / "rule_library.py"))["pages"]()

    for path, expected in pages.items():
        assert path.read_text("utf-8") == expected, "run python tools/rule_library.py"
