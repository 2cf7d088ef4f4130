"""Questions over all calls, as they are typed: from a real store to a table and a file."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.app import insights_cli
from huiting.app.cases import cases_of
from huiting.app.report_cli import report
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Score, Verdict
from huiting.core.types import Emotion, EmotionLabel
from huiting.store import Store, Which

BEGAN = datetime(2025, 3, 10, 10, tzinfo=UTC)
COUNT = 28


def heard(n: int) -> Analysis:
    """Return a call a day; every second customer is angry, after 4 s of silence, in Chengdu."""
    angry = n % 2 == 0
    label = EmotionLabel.ANGRY if angry else EmotionLabel.NEUTRAL
    late = 10.0 if angry else 6.5
    made = call(
        says(AGENT, 0, 2, "您好请讲"),
        says(CUSTOMER, 2.5, 6, "运费险怎么赔"),
        says(CUSTOMER, late, late + 3, "手机爆炸了" if n > 20 else "我要退货"),
    )
    feelings = (None, Emotion(EmotionLabel.NEUTRAL, 0.9), Emotion(label, 0.9))
    segments = [replace(s, emotion=e) for s, e in zip(made.segments, feelings, strict=True)]
    recording = replace(
        made.recording,
        id=f"{n:064x}",
        path=f"call{n}.wav",
        started_at=BEGAN + timedelta(days=n),
        metadata={"agent": f"800{n % 4}", "site": "成都" if angry else "北京"},
    )
    return analysis(replace(made, recording=recording, segments=tuple(segments)))


def judged(n: int) -> Judgement:
    verdict = Verdict.FAIL if n % 3 == 0 else Verdict.PASS
    finding = Finding("greeting", 1, verdict, name="问候")
    score = Score("card", 1, 60.0 + n, 100)
    return Judgement(f"{n:064x}", (finding,), (score,), rules="r1")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'h.db'}"
    with Store.open(url) as kept:
        kept.save_all((heard(n) for n in range(COUNT)), at=BEGAN)
        kept.judge((judged(n) for n in range(COUNT - 1)), at=BEGAN)
    return url


@pytest.fixture
def store(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HUITING_STORE", filled)
    monkeypatch.setenv("HUITING_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with Store.open(filled) as kept:
        yield kept


def ask(*typed: str, status: int = 0) -> str:
    app = typer.Typer()
    app.add_typer(insights_cli.app, name="insights")
    app.command("report")(report)
    found = CliRunner().invoke(app, typed, catch_exceptions=False)
    assert found.exit_code == status, found.output
    return found.output


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig"), newline="")))


def test_cases_come_with_what_was_judged(store: Store) -> None:
    cases = list(cases_of(store, Which()))

    assert len(cases) == COUNT
    assert sum(case.judgement is None for case in cases) == 1
    assert cases[-1].findings[0].name == "问候"


@pytest.mark.usefixtures("store")
class TestQuestions:
    def test_what_occurs_together_with_anger(self, tmp_path: Path) -> None:
        said = ask("insights", "causes", "--out", str(tmp_path / "c.csv"))

        assert "site：成都" in said
        assert "同时出现不等于因果" in said
        found = next(r for r in rows(tmp_path / "c.csv") if r["value"] == "成都")
        assert (found["with_count"], found["with_of"]) == ("14", "14")

    def test_only_the_words_and_fields_asked_for(self) -> None:
        said = ask("insights", "causes", "--field", "agent", "--word", "爆炸", "--all")

        assert "客户说“爆炸”" in said
        assert "site" not in said

    def test_the_silence_before_outbursts_can_be_checked_one_by_one(self, tmp_path: Path) -> None:
        said = ask(
            "insights", "outbursts", "--longer-than", "1.2", "--out", str(tmp_path / "o.csv")
        )

        assert "100%（78%–100%; 14/14）" in said
        found = rows(tmp_path / "o.csv")
        assert len(found) == 14
        assert {r["silence_s"] for r in found} == {"4.0"}

    def test_what_comes_before_outbursts(self, tmp_path: Path) -> None:
        said = ask("insights", "before", "--out", str(tmp_path / "b.csv"))

        assert "坐席沉默超过 1.2 秒" in said

    def test_words_that_rise(self, tmp_path: Path) -> None:
        said = ask("insights", "words", "since=2025-03-31", "--out", str(tmp_path / "w.csv"))

        assert "手机爆炸" in said
        assert "7 通对照 21 通" in said
        assert (tmp_path / "w-falling.csv").exists()

    def test_words_of_each_site(self, tmp_path: Path) -> None:
        said = ask("insights", "words", "--by", "part-of-day", "--out", str(tmp_path / "g.csv"))

        assert "没有哪个词的多少超出偶然。" in said
        assert "part-of-day = morning" not in said
        assert rows(tmp_path / "g.csv") == []

    def test_hotwords_that_might_help(self, tmp_path: Path) -> None:
        (tmp_path / "known.txt").write_text("手机爆炸\n", "utf-8")
        known = str(tmp_path / "known.txt")
        said = ask("insights", "hotwords", "--hotwords", known, "--out", str(tmp_path / "h.csv"))

        assert "运费险" in said
        assert [r["term"] for r in rows(tmp_path / "h.csv")] == ["运费险"]

    def test_that_no_word_is_new_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "known.txt").write_text("手机爆炸\n运费险\n", "utf-8")
        said = ask("insights", "hotwords", "--hotwords", str(tmp_path / "known.txt"))

        assert said.strip() == "没有出现在足够多通话中、值得建议的新词。"

    def test_a_measure_over_time(self, tmp_path: Path) -> None:
        said = ask("insights", "trends", "angry", "--by", "site", "--out", str(tmp_path / "t.csv"))

        assert "成都" in said
        assert "100.0%" in said
        assert len(rows(tmp_path / "t.csv")) == 8

    def test_a_number_over_all_time(self) -> None:
        assert "73.00 (69.86–76.14; n=27)" in ask("insights", "trends", "score", "--step", "all")

    def test_two_sites_are_compared(self) -> None:
        said = ask("insights", "compare", "angry", "site=成都", "site=北京")

        assert "+100.0%" in said
        assert "同属两组" not in said

    def test_calls_in_both_sets_are_said(self) -> None:
        assert "13 通同属两组" in ask("insights", "compare", "score", "site=北京", "all")

    def test_nothing_to_compare(self) -> None:
        empty = ("site=北京", "site=北京 since=2026-01-01")

        assert "–" in ask("insights", "compare", "score", *empty)

    def test_agents(self, tmp_path: Path) -> None:
        said = ask("insights", "agents", "--out", str(tmp_path / "a.xlsx"))

        assert all(f"800{n}" in said for n in range(4))

    def test_one_agent_in_detail(self) -> None:
        said = ask("insights", "agents", "--agent", "8001")

        assert "8002" not in said
        assert "问候" in said
        assert "建议听" in said

    def test_calls_may_be_chosen(self) -> None:
        said = ask(
            "insights", "trends", "duration", "--step", "all", "--where", "agent=8001",
            "--since", "2025-03-11", "--until", "2025-03-15",
        )  # fmt: skip

        assert "n=2" in said

    @pytest.mark.parametrize(
        "typed",
        [
            ("trends", "colour"),
            ("trends", "score", "--step", "year"),
            ("causes", "--where", "agent"),
            ("causes", "--where", "agent=9999"),
            ("causes", "--where", "team=A"),
            ("causes", "--field", "team"),
            ("causes", "--target", "rule:greet"),
            ("words", "team=A"),
            ("words", "--baseline", "site=上海"),
            ("words", "--by", "team"),
            ("hotwords", "--where", "site=上海"),
            ("trends", "rule:greet"),
            ("trends", "intent:没有"),
            ("trends", "score", "--by", "team"),
            ("compare", "score", "site=北京", "site=上海"),
            ("agents", "--agent", "9999"),
            ("outbursts", "--where", "agent=9999"),
            ("before", "--where", "agent=9999"),
            ("causes", "--since", "monday"),
            ("causes", "--since", "2025-03-12", "--until", "2025-03-11"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, typed: tuple[str, ...]) -> None:
        with pytest.raises(InputError):
            ask("insights", *typed)

    def test_an_unknown_name_is_answered_with_those_there_are(self) -> None:
        with pytest.raises(InputError) as caught:
            ask("insights", "trends", "rule:greet")

        assert str(caught.value) == "rule 'greet': not known; choose one of greeting"

    @pytest.mark.parametrize(
        "typed",
        [
            ("causes", "--until", "2024-12-31"),
            ("agents", "--where", "agent=8003", "--since", "2025-03-10", "--until", "2025-03-11"),
        ],
        ids=["no call in this time", "an agent who had none in this time"],
    )
    def test_what_exists_elsewhere_is_said_to_have_no_calls(self, typed: tuple[str, ...]) -> None:
        assert "没有符合条件的" in ask("insights", *typed, status=1)

    def test_an_agent_without_calls_in_this_time(self) -> None:
        said = ask("insights", "agents", "--agent", "8003", "--until", "2025-03-11")

        assert "8003 在所选范围内没有通话" in said

    def test_a_measure_that_says_nothing_of_these_calls(self) -> None:
        said = ask("insights", "trends", "rule:greeting", "--since", "2025-04-06")

        assert "没有与 rule:greeting 有关的结果" in said

    def test_too_few_calls_have_no_interval(self) -> None:
        said = ask("insights", "trends", "angry", "--until", "2025-03-12", "--step", "all")

        assert "66.7% (n=3；太少)" in said
        assert "不足 5 通" in said

    def test_a_circumstance_told_from_the_outburst_itself_is_marked(self, tmp_path: Path) -> None:
        said = ask(
            "insights", "causes", "--target", "said:爆炸", "--word", "手机", "--all",
            "--out", str(tmp_path / "c.csv"),
        )  # fmt: skip

        assert "同一依据" in said
        found = next(r for r in rows(tmp_path / "c.csv") if "手机" in r["field"] and r["lift"])
        assert (found["same_lines"], found["with_count"]) == ("7", "7")

    def test_a_day_as_a_page(self, tmp_path: Path) -> None:
        said = ask("report", "--day", "2025-03-20", "--out", str(tmp_path / "r" / "day.html"))
        html = (tmp_path / "r" / "day.html").read_text("utf-8")

        assert "day.html" in said
        assert "质检日报 2025-03-20" in html
        assert "对照此前 10 通通话" in html

    def test_the_last_day_with_calls_is_the_usual_one(self, tmp_path: Path) -> None:
        said = ask("report", "--language", "en", "--title", "A & B")

        assert "report-2025-04-06.html" in said
        assert "A &amp; B" in (tmp_path / "report-2025-04-06.html").read_text("utf-8")

    def test_days_as_tables(self, tmp_path: Path) -> None:
        ask("report", "--since", "2025-03-10", "--until", "2025-03-16", "--out", "week.csv")

        assert (tmp_path / "week-agents.csv").exists()
        assert rows(tmp_path / "week.csv")[0]["failed_of"] == "7"

    def test_a_day_without_calls(self) -> None:
        assert "这段时间没有通话" in ask("report", "--day", "2024-01-01", "--before", "0")

    @pytest.mark.parametrize(
        "typed",
        [
            ("--day", "2025-03-20", "--since", "2025-03-19"),
            ("--language", "fr"),
            ("--day", "today"),
            ("--out", "report.doc"),
        ],
    )
    def test_what_cannot_be_reported_is_refused(self, typed: tuple[str, ...]) -> None:
        with pytest.raises(InputError):
            ask("report", *typed)


def test_an_empty_store_gives_an_empty_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_STORE", f"sqlite:///{tmp_path / 'e.db'}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert "report-all.html" in ask("report")
    assert "There are no calls yet" in ask("insights", "causes", status=1)
