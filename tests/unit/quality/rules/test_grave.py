"""What is grave is not proven by how a voice sounds alone, unless that is nearly sure."""

from dataclasses import replace

import pytest

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Emotion, EmotionLabel, EmotionSource
from huiting.quality.operators.emotion import SURE
from huiting.quality.rules.judge import ruled
from rulebook import CONTEXT, finding, rule, rules, said

VOICE, WORDS, ENGINE = EmotionSource.VOICE, EmotionSource.WORDS, EmotionSource.ENGINE
NO_ANGER = "severity: critical\nforbid: {emotion: ANGRY, by: agent}"


def angry(score: float | None, *sources: EmotionSource) -> Dialogue:
    """Return a call in which the agent, in the middle, sounds angry."""
    heard = said("customer 0-2: 你快点", "agent 3-6: 我正在查", "customer 7-8: 好吧")
    calm = Emotion(EmotionLabel.NEUTRAL, 0.9, sources=(VOICE,))
    anger = Emotion(
        EmotionLabel.ANGRY, score, odds={EmotionLabel.ANGRY: score or 1.0}, sources=sources
    )
    lines = [replace(line, emotion=anger if n == 1 else calm) for n, line in enumerate(heard.lines)]
    return replace(heard, lines=tuple(lines))


@pytest.mark.parametrize(
    ("score", "sources", "verdict"),
    [
        pytest.param(0.7, (VOICE,), "uncertain", id="voice alone"),
        pytest.param(SURE - 0.01, (VOICE,), "uncertain", id="voice alone, nearly sure enough"),
        pytest.param(SURE, (VOICE,), "fail", id="voice alone, sure"),
        pytest.param(0.7, (VOICE, WORDS), "fail", id="words bear it out"),
        pytest.param(0.7, (WORDS,), "fail", id="words alone"),
        pytest.param(None, (ENGINE,), "uncertain", id="a tag without a score"),
        pytest.param(0.7, (), "fail", id="told by somebody"),
    ],
)
def test_a_grave_rule_needs_more_than_a_voice(
    score: float | None, sources: tuple[EmotionSource, ...], verdict: str
) -> None:
    found = finding(rule(NO_ANGER), angry(score, *sources))

    assert found.verdict == verdict
    listen = [e for e in found.evidence if e.kind is EvidenceKind.UNCLEAR]
    assert [(e.span.start, e.quote) for e in listen if e.span] == [(3, "我正在查")] * len(listen)
    assert bool(listen) is (verdict == "uncertain")


def test_a_rule_that_is_not_grave_fails_by_a_voice() -> None:
    assert finding(rule("forbid: {emotion: ANGRY, by: agent}"), angry(0.7, VOICE)).verdict == "fail"


def test_a_rule_that_is_fatal_to_a_score_is_grave() -> None:
    fatal = replace(rule("forbid: {emotion: ANGRY}"), grave=frozenset({"r"}))

    assert finding(fatal, angry(0.7, VOICE)).verdict == "uncertain"


def test_other_proof_is_enough() -> None:
    found = rule("severity: critical\nforbid: {any: [{emotion: ANGRY}, {said: 我正在查}]}")

    assert finding(found, angry(0.7, VOICE)).verdict == "fail"


def test_a_grave_rule_that_passes_is_not_doubted() -> None:
    found = rule("severity: critical\nrequire: {emotion: ANGRY}")

    assert finding(found, angry(0.7, VOICE)).verdict == "pass"


def test_what_applies_by_a_voice_alone_does_not_fail_either() -> None:
    body = "severity: critical\napplies: {emotion: ANGRY, as: anger}\nrequire: {said: 抱歉, after: anger}"

    assert finding(rule(body), angry(0.7, VOICE)).verdict == "uncertain"
    assert finding(rule(body), angry(0.95, VOICE)).verdict == "fail"


def test_other_rules_see_the_same_condition_as_before() -> None:
    found = rules(
        """
        conditions:
          anger: {emotion: ANGRY}
        rules:
          - {id: grave, name: a, severity: critical, forbid: {ref: anger}}
          - {id: slight, name: b, forbid: {ref: anger}}
        """
    )
    verdicts = ruled(angry(0.7, VOICE), found, CONTEXT).verdicts

    assert verdicts == {"grave": "uncertain", "slight": "fail"}


def test_a_grave_trend_needs_words_too() -> None:
    body = "severity: critical\nforbid: {emotion: {trend: rising}, by: customer}"
    heard = said(*[f"customer {n}-{n + 1}: 我说" for n in range(6)])

    def rising(*sources: EmotionSource) -> Dialogue:
        odds = [0.0, 0.0, 0.1, 0.2, 0.8, 0.9]
        lines = [
            replace(
                line,
                emotion=Emotion(
                    EmotionLabel.ANGRY, p, odds={EmotionLabel.ANGRY: p}, sources=sources
                ),
            )
            for line, p in zip(heard.lines, odds, strict=True)
        ]
        return replace(heard, lines=tuple(lines))

    assert finding(rule(body), rising(VOICE)).verdict == "uncertain"
    assert finding(rule(body), rising(VOICE, WORDS)).verdict == "fail"
