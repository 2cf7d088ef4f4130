"""`huiting remote` against a running service: the same verbs, the same files, the same exit statuses."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from huiting.app.board import Silent
from huiting.app.cli import app
from huiting.app.remote_batch import File, RemoteBatch
from huiting.app.remote_connection import connect
from huiting.client import Client
from huiting.core.errors import ConfigError, HuitingError, InputError
from running import NOISE, Running, running

RUN = CliRunner()
RULES = """\
format: huiting-rules/1
name: shop
rules:
  - id: greeting
    name: 问好
    require: {said: 您好}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture(autouse=True)
def surroundings(server: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HUITING_LANG": "en", "COLUMNS": "200", "HUITING_SERVER": server.url,
        "HUITING_TOKEN": "root",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def remote(*words: str | Path) -> Result:
    return RUN.invoke(app, ["remote", *map(str, words)])


@pytest.fixture
def day(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with two recordings, one of them twice."""
    folder = tmp_path / "day"
    folder.mkdir()
    for name in ("8001_a.wav", "8002_b.wav"):
        (folder / name).write_bytes(f"RIFF {name} {request.node.name}".encode())
    (folder / "copy.wav").write_bytes((folder / "8001_a.wav").read_bytes())
    return folder


def test_results_are_written_as_the_local_command_writes_them(day: Path, tmp_path: Path) -> None:
    shown = remote("analyze", day, "--out", "results", "--metadata", "{agent}_{name}", "--json")

    assert shown.exit_code == 0, shown.output
    *ended, last = [json.loads(line) for line in shown.stdout.splitlines()]
    assert sorted(each["status"] for each in ended) == ["done", "done", "same"]
    assert last["summary"]["done"] == 2
    files = {path.name for path in (tmp_path / "results").iterdir()}
    assert files >= {"calls", "calls.csv", "calls.xlsx", "segments.csv", "segments.parquet"}
    names = {path.name.rpartition("-")[0] for path in (tmp_path / "results/calls").iterdir()}
    assert names == {"8001_a", "8002_b"}
    suffixes = {path.suffix for path in (tmp_path / "results/calls").iterdir()}
    assert suffixes == {".json", ".md", ".srt", ".vtt"}
    assert "8002" in (tmp_path / "results/calls.csv").read_text("utf-8-sig")


def test_a_second_run_fetches_what_is_known(day: Path) -> None:
    remote("analyze", day, "--out", "results")
    shown = remote("analyze", day, "--out", "results")

    assert shown.exit_code == 0
    assert "0 done, 2 already done, 1 the same as another, 0 failed" in shown.stdout


def test_what_cannot_be_heard_is_named_and_the_rest_is_done(day: Path, tmp_path: Path) -> None:
    (day / "noise.wav").write_bytes(NOISE + str(tmp_path).encode())
    (day / "empty.wav").write_bytes(b"")
    shown = remote("analyze", day, "--out", "results", "--quiet")

    assert shown.exit_code == 1
    assert "noise.wav: no audio in it" in shown.stderr
    assert "empty.wav: " in shown.stderr


def test_nothing_to_analyze_is_no_success(tmp_path: Path) -> None:
    assert remote("analyze", tmp_path / "none").exit_code == 2


def test_what_was_said_is_found(day: Path) -> None:
    remote("analyze", day, "--out", "results")
    shown = remote("search", "退货", "--role", "customer", "--limit", "1")
    lines = remote("search", "退货", "--json").stdout.splitlines()

    assert (shown.exit_code, "我要退货" in shown.stdout) == (0, True)
    assert json.loads(lines[0])["role"] == "customer"
    assert remote("search", "不会有人说的话").exit_code == 1


def test_a_call_and_a_day_become_files(day: Path, tmp_path: Path) -> None:
    remote("analyze", day, "--out", "results")
    call = json.loads(remote("search", "退货", "--json").stdout.splitlines()[0])["id"]

    assert "我要退货" in remote("export", call[:12], "--format", "srt", "--out", "-").stdout
    assert remote("export", call, "--out", "a.md").exit_code == 0
    assert "# " in (tmp_path / "a.md").read_text("utf-8")
    assert remote("report", "--out", "day.html").exit_code == 0
    assert "<html" in (tmp_path / "day.html").read_text("utf-8")
    assert remote("report", "--day", "2025-03-12", "--out", "day.xlsx").exit_code == 0
    assert (tmp_path / "day.xlsx").read_bytes().startswith(b"PK")


def test_rules_are_checked_tried_published_and_put_to_history(day: Path, tmp_path: Path) -> None:
    remote("analyze", day, "--out", "results")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/shop.yaml").write_text(RULES, "utf-8")
    (tmp_path / "wrong.yaml").write_text(RULES.replace("require", "requires"), "utf-8")

    assert remote("rules", "check", "rules").exit_code == 0
    wrong = remote("rules", "check", "wrong.yaml")
    assert (wrong.exit_code, "wrong.yaml:" in wrong.stderr) == (2, True)
    tried = remote("rules", "run", "rules", "--dry-run")
    assert "greeting: pass" in tried.stdout
    assert json.loads(remote("rules", "run", "rules", "--dry-run", "--json").stdout)["calls"] > 0
    published = remote("rules", "publish", "rules", "--note", "first")
    assert "shop: version 1 is in force" in published.stdout
    run = remote("rules", "run")
    assert (run.exit_code, run.stdout) == (0, "All calls are judged.\n")
    remote("analyze", day, "--out", "judged")
    assert list((tmp_path / "judged/calls").glob("*.judgement.json"))


def test_jobs_are_listed_followed_ended_and_tried_again(day: Path) -> None:
    remote("analyze", day, "--out", "results")
    listed = remote("jobs", "list", "--state", "done", "--limit", "2", "--json").stdout
    job = str(json.loads(listed.splitlines()[0])["id"])

    assert "done" in remote("jobs", "list").stdout
    assert remote("jobs", "wait", job).exit_code == 0
    assert remote("jobs", "cancel", job).exit_code == 0
    refused = remote("jobs", "retry", job)
    assert isinstance(refused.exception, HuitingError)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["rules", "run", "a.yaml"], id="files without a trial"),
        pytest.param(["rules", "run", "--dry-run"], id="a trial without files"),
        pytest.param(["rules", "check", "none.yaml"], id="no such file"),
        pytest.param(["report", "--out", "a.txt"], id="no kind of report"),
        pytest.param(["report", "--day", "2025-03-12", "--since", "2025-03-12"], id="two times"),
        pytest.param(["jobs", "list", "--state", "lost"], id="no such state"),
        pytest.param(["analyze", ".", "--hotwords", "none.txt"], id="no hotwords"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str]) -> None:
    assert isinstance(remote(*words).exception, InputError)


def test_a_server_before_another_command_is_refused(server: Running) -> None:
    assert isinstance(RUN.invoke(app, ["--server", server.url, "calls"]).exception, InputError)
    named = RUN.invoke(app, ["--server", server.url, "remote", "jobs", "list"])
    assert named.exit_code == 0


def test_server_and_token_come_from_options_files_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n", "utf-8")
    with connect("http://a.test", environment={"HUITING_TOKEN_FILE": str(tmp_path / "token")}) as c:
        assert c.wire.web.headers["Authorization"] == "Bearer secret"
    for named, server in (({}, None), ({}, "http://a.test")):
        with pytest.raises(ConfigError):
            connect(server, environment=named)
    with pytest.raises(ConfigError, match="cannot be read"):
        connect("http://a.test", tmp_path / "none")


def test_a_batch_that_is_stopped_writes_what_is_there(
    day: Path, tmp_path: Path, server: Running
) -> None:
    with Client(server.url, "root") as client:
        batch = RemoteBatch(client, tmp_path / "results", tmp_path, {}, Silent())
        batch.stop()
        summary = batch.run([File(path) for path in sorted(day.iterdir())])

    assert (summary.outcomes, summary.interrupted) == ((), True)
    assert (tmp_path / "results/calls.csv").exists()
