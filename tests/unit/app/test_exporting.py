"""One call exported from the store, judged, in the language of the user."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from golden.made import example, judgement
from huiting.app.cli import app
from huiting.app.exporting import exporter_of
from huiting.app.judging import flat
from huiting.core.errors import ConfigError
from huiting.store.repository import Store

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return a database with one judged call."""
    made = f"sqlite:///{tmp_path / 'x.db'}"
    with Store.open(made) as store:
        store.save(example(), at=NOW, names=("8001.wav",), dialogue=flat(example()))
        store.judge([judgement()], at=NOW)
    return made


def exported(url: str, kind: str) -> str:
    command = ["export", "8001", "--format", kind, "--out", "-", "--store", url]
    ended = CliRunner().invoke(app, command)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_a_page_of_a_judged_call_has_its_verdicts_and_score(url: str) -> None:
    page = exported(url, "md")

    assert "## 质检规则" in page
    assert "**52.4 / 100**" in page


def test_the_curve_of_a_call_is_a_picture(url: str) -> None:
    assert exported(url, "curve").startswith("<svg")


def test_the_report_of_a_day_draws_the_curve_of_a_call_that_it_shows(
    url: str, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    command = ["report", "--day", "2025-03-12", "--out", str(page), "--language", "zh"]
    ended = CliRunner().invoke(app, [*command, "--store", url])

    assert ended.exit_code == 0, ended.output
    html = page.read_text("utf-8")
    assert '<figure class="mood"><svg' in html
    assert '<td class="mood"><svg' in html


@pytest.mark.parametrize(("tongue", "language"), [("zh", "zh"), ("en", None)])
def test_pages_are_chinese_for_who_reads_chinese(
    monkeypatch: pytest.MonkeyPatch, tongue: str, language: str | None
) -> None:
    monkeypatch.setenv("HUITING_LANG", tongue)

    assert [getattr(exporter_of(kind), "language", 0) for kind in ("md", "xlsx", "srt", "json")] == [
        language, language, None, 0,
    ]  # fmt: skip


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="docx"):
        exporter_of("docx")
