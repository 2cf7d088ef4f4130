from pathlib import Path

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app.judging import Judge, context_of, flat, judge_of
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, InputError
from huiting.core.judgement import Verdict

GREET = """
format: huiting-rules/1
name: one
rules:
  - {id: greet, name: 问候, require: {said: 您好, by: agent}}
"""
OTHER = GREET.replace("greet", "bye").replace("您好", "再见")
CARD = """
format: huiting-scorecard/1
id: card
name: 评分
sections:
  - id: all
    name: 全部
    items: [{id: hello, name: 问候, points: 10, rules: [greet]}]
"""
CALL = flat(analysis(call(says(AGENT, 0, 2, "您好请讲"), says(CUSTOMER, 3, 4, "我要退货"))))


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_rules_of_several_files_judge_together(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.yaml", GREET), write(tmp_path / "b.yaml", OTHER)]
    card = write(tmp_path / "card.yml", CARD)

    found = Judge.read(files, [card]).judge(CALL)

    assert [(f.rule, f.verdict) for f in found.findings] == [
        ("greet", Verdict.PASS),
        ("bye", Verdict.FAIL),
    ]
    assert [score.points for score in found.scores] == [10]
    assert found.call == CALL.call


def test_a_rule_that_is_switched_off_has_no_finding_and_opens_no_score(tmp_path: Path) -> None:
    rules = write(tmp_path / "a.yaml", GREET.replace("id: greet,", "id: greet, enabled: false,"))
    other = write(tmp_path / "b.yaml", OTHER.replace("再见", "请讲"))
    card = write(tmp_path / "card.yml", CARD.replace("[greet]", "[greet, bye]"))

    found = Judge.read([rules, other], [card]).judge(CALL)

    assert [finding.rule for finding in found.findings] == ["bye"]
    assert [(score.points, score.uncertain) for score in found.scores] == [(10, False)]


def test_what_changes_a_verdict_changes_the_digest(tmp_path: Path) -> None:
    rules = write(tmp_path / "a.yaml", GREET)
    card = write(tmp_path / "card.yml", CARD)
    digests = {Judge.read([rules], []).digest, Judge.read([rules], [card]).digest}

    write(rules, GREET.replace("您好", "你好"))
    digests |= {Judge.read([rules], []).digest}

    assert len(digests) == 3


def test_an_id_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    files = [write(tmp_path / "a.yaml", GREET), write(tmp_path / "b.yaml", GREET)]

    with pytest.raises(InputError, match=r"b\.yaml:5: the id 'greet' is taken; .*a\.yaml:5"):
        Judge.read(files, [])


def test_a_scorecard_with_a_rule_that_is_missing_is_refused(tmp_path: Path) -> None:
    card = write(tmp_path / "card.yml", CARD)

    with pytest.raises(InputError, match="no such rules: greet"):
        Judge.read([write(tmp_path / "b.yaml", OTHER)], [card])


def test_without_rules_there_is_no_judge_and_a_scorecard_alone_is_refused(tmp_path: Path) -> None:
    assert judge_of(Settings()) is None
    with pytest.raises(InputError, match="a scorecard rests on rules"):
        judge_of(Settings(scorecards=(tmp_path / "card.yml",)))


def test_the_settings_name_the_rules(tmp_path: Path) -> None:
    judge = judge_of(Settings(rules=(write(tmp_path / "a.yaml", GREET),)))

    assert judge is not None
    assert judge.judge(CALL).findings[0].verdict is Verdict.PASS


def test_questions_are_asked_only_of_a_server_that_is_set(tmp_path: Path) -> None:
    assert context_of(Settings()).ask is None
    key = write(tmp_path / "key", "secret\n")
    there = Settings(llm_url="http://127.0.0.1:9/v1", llm_model="m", llm_key_file=key)
    assert context_of(there).ask is not None


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    there = Settings(llm_url="http://127.0.0.1:9/v1", llm_model="m", llm_key_file=tmp_path / "none")

    with pytest.raises(ConfigError, match="llm_key_file"):
        context_of(there)
