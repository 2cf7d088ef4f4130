"""A batch that is killed at any moment loses no finished call and leaves nothing half-written."""

import csv
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from huiting.core.codec import from_json
from huiting.store.repository import Store
from tones import speak, write_wav

TESTS = Path(__file__).parents[1]
CALLS = 24
KILLS = 8


@pytest.fixture
def day(tmp_path: Path) -> Path:
    folder = tmp_path / "day"
    folder.mkdir()
    for i in range(CALLS):
        agent = speak(3, (0.2, 1.0 + i / 100, 400))
        write_wav(folder / f"{i:02d}.wav", agent, speak(3, (1.6, 2.4, 500)))
    return folder


def start(day: Path, tmp_path: Path, seconds: float = 0.02) -> subprocess.Popen[str]:
    command = [sys.executable, str(TESTS / "e2e" / "batch_program.py")]
    places = [str(day), str(tmp_path / "out"), str(tmp_path / "x.db")]
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])
    return subprocess.Popen(
        [*command, *places, str(seconds)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
        text=True,
    )


def kept(tmp_path: Path) -> set[str]:
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as store:
        return {call.name for call in store.calls()}


def test_kill_at_any_moment(day: Path, tmp_path: Path) -> None:
    chance = random.Random(20260102)
    done: set[str] = set()
    for _ in range(KILLS):
        with start(day, tmp_path) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 6)):  # after so many calls have ended
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
        now = kept(tmp_path)
        assert done <= now, "a finished call was lost"
        done = now
        for path in (tmp_path / "out" / "calls").glob("*.json"):
            from_json(path.read_bytes())  # whole, or not there

    with start(day, tmp_path) as process:
        assert process.wait(240) == 0

    assert kept(tmp_path) == {path.name for path in day.iterdir()}
    with (tmp_path / "out" / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["done"] * CALLS
    with Store.open(f"sqlite:///{tmp_path / 'x.db'}") as store:
        assert all(len(store.versions(call.id)) == 1 for call in store.calls())


def test_terminate_ends_a_batch_in_order(day: Path, tmp_path: Path) -> None:
    with start(day, tmp_path, seconds=1.0) as process:  # or a busy machine tells it too late
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(240)

    finished = kept(tmp_path)
    assert 0 < len(finished) < CALLS
    assert (tmp_path / "out" / "calls.csv").exists()
