"""`huiting compare` with real weights: two engines hear the same call, one after another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiting.app.cli import app
from huiting.app.settings import resolve
from huiting.app.wiring import models_of
from huiting.engines import catalogue

pytestmark = pytest.mark.model
CALL = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"


@pytest.fixture(scope="module", autouse=True)
def _weights() -> None:
    """Skip, and say why, where the weights are not installed."""
    settings = resolve({}, environment=os.environ).settings
    for entry in models_of(settings):
        found = catalogue.check(entry, settings.models)
        if found.state is not catalogue.State.VERIFIED:
            pytest.skip(f"model {entry.name}: {found.reason}; run `huiting setup`")


def test_each_engine_is_loaded_by_itself_heard_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setenv("HUITING_ENGINES", '{exact = {engine = "whisper", profile = "accurate"}}')
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out.json"
    # in a process of its own: in this one the weights may lie in memory already
    program = [sys.executable, "-c", "from huiting.app.cli import main; main()"]
    compared = ["compare", str(CALL), "--engines", "whisper,exact", "--out", str(out)]
    run = subprocess.run([*program, *compared], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    first, second = json.loads(out.read_text("utf-8"))["engines"]
    assert (first["engine"], second["engine"]) == ("whisper", "exact")
    assert first["speech"] == second["speech"] > 0
    assert first["seconds"] > 0
    assert first["bytes"] > 10_000_000
    assert first["failures"] == second["failures"] == []


def test_an_engine_that_cannot_be_loaded_is_told_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")
    engines = f'{{other = {{engine = "whisper", weights = "{tmp_path}"}}}}'
    monkeypatch.setenv("HUITING_ENGINES", engines)
    run = CliRunner().invoke(app, ["compare", str(CALL), "--engines", "other"])

    assert run.exit_code != 0
    assert str(tmp_path) in f"{run.output}{run.exception}"
