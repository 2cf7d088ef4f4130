"""Tests beside rules: read, made dialogues, run, explained."""

from datetime import UTC, datetime

import pytest

from huiting.core.judgement import Verdict
from huiting.core.types import EmotionLabel, EventLabel, Role, Span
from huiting.quality.rules.check import run_tests, untested
from rulebook import CONTEXT, rule, rules, said


def test_times_that_are_not_given_follow_from_the_text() -> None:
    dialogue = said("agent: 您好", "customer: I want it", "agent 9: 好", "agent: 再见")
    spans = [line.span for line in dialogue.lines]

    assert spans == [Span(0.5, 1.0), Span(1.5, 2.7), Span(9, 9.25), Span(9.75, 10.25)]
    assert dialogue.duration == 10.75


def test_marks_may_stand_in_the_text_or_beside_it() -> None:
    dialogue = said("agent 1-2: 烦 {emotion: ANGRY, score: 0.4, confidence: 0.3, loudness: -20}")
    (line,) = dialogue.lines

    assert line.text == "烦"
    assert line.emotion is not None
    assert (line.emotion.label, line.emotion.score) == (EmotionLabel.ANGRY, 0.4)
    assert (line.confidence, line.loudness) == (0.3, -20)


def test_marks_beside_the_text() -> None:
    found = rule(
        "require: {emotion: ANGRY}\n"
        "tests: [{dialogue: [{agent: 烦, emotion: ANGRY}], expect: pass}]"
    )

    assert run_tests(found, CONTEXT)[0].passed


def test_events_metadata_and_intents_are_part_of_the_call() -> None:
    dialogue = said(
        "agent 1-2: 您好",
        events=[{"music": "10-20"}],
        metadata={
            "direction": "in",
            "language": "yue",
            "duration": 60,
            "started_at": "2025-03-12T10:00:00",
            "intents": {"售后": 0.4, "投诉": 0.9},
        },
    )

    assert [(e.label, e.span) for e in dialogue.events] == [(EventLabel.MUSIC, Span(10, 20))]
    assert dialogue.metadata == {"direction": "in"}
    assert (dialogue.language, dialogue.duration) == ("yue", 60)
    assert dialogue.started_at == datetime(2025, 3, 12, 10, tzinfo=UTC)
    assert [intent.name for intent in dialogue.meaning.intents] == ["投诉", "售后"]


def test_silences_and_overlaps_follow_from_the_times() -> None:
    dialogue = said("agent 0-3: 您好", "customer 10-14: 喂", "agent 13-15: 好")

    assert any(s.span == Span(3, 10) for s in dialogue.metrics.silences)
    assert [o.span for o in dialogue.metrics.overlaps] == [Span(13, 14)]


@pytest.mark.parametrize(
    ("text", "language"),
    [("您好", "zh"), ("Hello", "en"), ("もしもし", "ja"), ("여보세요", "ko"), ("8001", "zh")],
)
def test_the_language_is_told_by_the_script(text: str, language: str) -> None:
    assert said(f"agent: {text}").language == language


def test_what_was_not_understood_is_no_line() -> None:
    dialogue = said("agent 1-2: 您好", "customer 3-4: ?")

    assert [line.text for line in dialogue.lines] == ["您好"]
    assert [(u.role, u.span) for u in dialogue.unclear] == [(Role.CUSTOMER, Span(3, 4))]


TWO = """
    rules:
      - id: a
        name: a
        require: {said: 您好}
        tests:
          - {name: 说了, dialogue: [{agent: 您好}], expect: pass}
          - {name: 没说, dialogue: [{agent: 您不好}], expect: pass}
      - id: b
        name: b
        enabled: false
        forbid: {rule: a}
        tests: [{dialogue: [{agent: 喂}], expect: fail}]
      - {id: c, name: c, require: {said: a}}
      - id: d
        name: d
        require: {similar: 退货}
        tests: [{dialogue: [{agent: 我要退货}], expect: pass}]
"""


def test_every_test_is_run_and_says_why_it_failed() -> None:
    first, second, third, fourth = run_tests(rules(TWO), CONTEXT)

    assert first.passed
    assert (second.passed, second.got) == (False, Verdict.FAIL)
    assert second.explained().split("\n") == [
        "r.yaml:9: a, 没说: expected pass, got fail",
        "  searched 0:00-0:01 (您好)",
    ]
    assert third.passed  # a rule that is switched off is tested all the same
    assert fourth.got is None
    assert "not judged" in fourth.explained()
    assert "no model of meaning" in fourth.problem


def test_evidence_is_explained_in_a_line() -> None:
    found = rule(
        "forbid: {duration: {above: 2}}\ntests: [{dialogue: [{agent 0-9: 您好}], expect: pass}]"
    )
    second = run_tests(rule(
        "forbid: {said: 您好}\ntests: [{dialogue: [{agent 0-9: 您好}], expect: pass}]"
    ), CONTEXT)[0]  # fmt: skip

    assert "measured" in run_tests(found, CONTEXT)[0].explained()
    assert "said 0:00-0:09 agent “您好” (exact, score 1.00, 您好)" in second.explained()


def test_rules_without_a_test_are_named() -> None:
    assert untested(rules(TWO)) == ("c",)
