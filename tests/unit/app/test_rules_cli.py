"""`huiting rules` on small files and a small store."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiting.app.readers import Readers
from huiting.app.rules_cli import app
from huiting.store import Store
from unit.store.stored import NOON, heard

RUN = CliRunner()
RULES = """\
format: huiting-rules/1
name: 电商
rules:
  - id: greeting
    name: 问好
    severity: major
    type: 流程
    score: -5
    require: {said: 您好}
    tests:
      - name: 问好了
        dialogue: [agent: 您好]
        expect: pass
  - id: no-complaint
    name: 客户没有投诉
    forbid: {said: 投诉, by: customer}
"""


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, "utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    with Store.open(url) as kept:
        kept.save(heard("a", "您好", "我要投诉"), at=NOON)
        kept.save(heard("b", "喂", "你好", started_at=NOON + timedelta(days=1)), at=NOON)
    return url


def test_rules_that_are_right_are_counted(rules: Path) -> None:
    shown = RUN.invoke(app, ["check", str(rules)])

    assert shown.exit_code == 0
    assert "电商: 2 rules; without a test: no-complaint" in shown.output


def test_rules_that_all_have_tests_are_only_counted(rules: Path) -> None:
    rules.write_text(RULES.split("  - id: no-complaint", maxsplit=1)[0], "utf-8")

    assert RUN.invoke(app, ["check", str(rules)]).output.strip() == "电商: 1 rules"


def test_every_mistake_is_named_by_file_and_line(rules: Path) -> None:
    rules.write_text(RULES.replace("forbid:", "forbidden:") + "more: 1\n", "utf-8")
    shown = RUN.invoke(app, ["check", str(rules)])
    lines = shown.output.splitlines()

    assert shown.exit_code == 2
    assert all(f"{rules}:" in line for line in lines[:2])
    assert "forbid" in lines[0]
    assert "'more'" in lines[1]
    assert lines[2] == "2 mistakes."


def test_mistakes_are_told_in_chinese(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")
    rules.write_text(RULES.replace("forbid:", "forbidden:") + "more: 1\n", "utf-8")
    lines = RUN.invoke(app, ["check", str(rules)]).output.splitlines()

    assert "未知的键 'forbidden'" in lines[0]
    assert "未知的键 'more'" in lines[1]
    assert lines[2] == "共 2 处错误。"


def test_an_id_that_another_file_has_is_a_mistake(rules: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(rules.read_bytes())
    shown = RUN.invoke(app, ["check", str(rules), str(other)])

    assert shown.exit_code == 2
    assert "is taken" in shown.output


def test_tests_that_pass(rules: Path) -> None:
    shown = RUN.invoke(app, ["test", str(rules)])

    assert (shown.exit_code, shown.output.strip()) == (0, "1 of 1 tests pass.")


def test_a_test_that_fails_says_why(rules: Path) -> None:
    rules.write_text(RULES.replace("expect: pass", "expect: fail"), "utf-8")
    shown = RUN.invoke(app, ["test", str(rules)])

    assert shown.exit_code == 1
    assert "greeting, 问好了: expected fail, got pass" in shown.output
    assert "0 of 1 tests pass." in shown.output


def test_rules_are_listed(rules: Path) -> None:
    shown = RUN.invoke(app, ["show", str(rules)]).output
    listed = json.loads(RUN.invoke(app, ["show", str(rules), "--json"]).output)

    assert "greeting" in shown
    assert "major" in shown
    assert [rule["id"] for rule in listed] == ["greeting", "no-complaint"]
    assert listed[0]["score"] == {"pass": 0, "fail": -5}


def test_history_is_judged_and_what_changes_is_shown(rules: Path, store: str) -> None:
    first = RUN.invoke(app, ["run", str(rules), "--over", store])
    rules.write_text(RULES.replace("said: 您好", "said: 喂"), "utf-8")
    second = RUN.invoke(app, ["run", str(rules), "--over", store, "--dry-run", "--samples", "1"])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2 calls judged, 0 of them change, 2 were never judged before; 2 judgements saved." in (
        first.output
    )
    assert "→" not in first.output
    assert "greeting 问好: pass → fail  1 calls" in second.output
    assert "b.wav  0:00  “喂”" in second.output
    assert "2 of them change, 0 were never judged before; nothing saved." in second.output


def test_scripts_read_what_changes(rules: Path, store: str) -> None:
    arguments = ["run", str(rules), "--over", store, "--json", "--since", "2025-03-13T00:00:00"]
    found = json.loads(RUN.invoke(app, arguments).stdout)

    assert (found["calls"], found["new"], found["saved"], found["dry_run"]) == (1, 1, 1, False)
    assert found["verdicts"]["no-complaint"] == {"pass": 1, "fail": 0, "n/a": 0, "uncertain": 0}
    assert found["changes"][0]["before"] is None
    assert found["changes"][0]["samples"][0]["name"] == "b.wav"


def test_where_no_call_is_wanted_nothing_is_judged(rules: Path, store: str) -> None:
    shown = RUN.invoke(app, ["run", str(rules), "--over", store, "--until", "2020-01-01"])

    assert shown.exit_code == 1
    assert "There are no such calls." in shown.output


def test_what_cannot_be_judged_is_said(
    rules: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "require: {ask: {question: 客服道歉了吗}}"
    rules.write_text(RULES.replace("require: {said: 您好}", question), "utf-8")
    monkeypatch.setattr(Readers, "embedder", None)
    shown = RUN.invoke(app, ["run", str(rules), "--over", store])

    assert "greeting: not judged in 2 calls: ask: no language model is set" in shown.output


def test_it_speaks_chinese(rules: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")
    shown = RUN.invoke(app, ["run", str(rules), "--over", store])

    assert "判定 2 通电话，其中 0 通结果有变，2 通首次判定；保存 2 通的判定。" in shown.output


def test_a_rule_that_goes_keeps_its_verdicts_until_all_are_replaced(
    rules: Path, store: str
) -> None:
    RUN.invoke(app, ["run", str(rules), "--over", store])
    rules.write_text(RULES.split("  - id: no-complaint", maxsplit=1)[0], "utf-8")
    kept = RUN.invoke(app, ["run", str(rules), "--over", store])
    gone = RUN.invoke(app, ["run", str(rules), "--over", store, "--replace"])

    assert "not judged" not in kept.output
    assert "no-complaint : fail → not judged  1 calls" in gone.output
