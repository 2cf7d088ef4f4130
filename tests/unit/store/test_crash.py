"""A process that saves calls is killed at moments no one chose; what it left must be whole."""

import random
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from huiting.store import Store

ROOT = Path(__file__).parents[3]
SAVER = """
import sys
from datetime import timedelta
from huiting.store import Store
from unit.store.stored import NOON, heard

with Store.open(sys.argv[1]) as store:
    for turn in range(100_000):
        name = str(turn % 7)
        lines = [f"第{turn}次说退货{n}" for n in range(30)]
        store.save(heard(name, *lines, started_at=NOON + timedelta(seconds=turn)), at=NOON)
        print(turn, flush=True)
"""


def save_until_killed(target: str, chance: random.Random) -> int:
    """Return the last save that the process reported before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", SAVER, target],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
    )
    assert process.stdout is not None
    for _ in range(chance.randint(1, 20)):
        process.stdout.readline()
    killer = threading.Timer(chance.uniform(0, 0.05), process.kill)  # in the middle of a save
    killer.start()
    rest = process.stdout.read().split()
    process.wait()
    killer.join()
    process.stdout.close()
    return int(rest[-1]) if rest else 0


@pytest.mark.parametrize("seed", range(3))
def test_kill_at_any_moment_leaves_whole_calls(target: str, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(2):
        last = save_until_killed(target, chance)

    with Store.open(target) as store:
        calls = list(store.calls())
        assert calls
        hits = store.search("退货", limit=1000)
        for call in calls:
            said = [segment.text for segment in store.analysis(call.id).call.segments]
            assert len(said) == 30
            assert sorted(h.snippet for h in hits if h.recording == call.id) == sorted(said)
        turns = [int(hit.snippet[1:].split("次")[0]) for hit in hits]
        assert max(turns) >= last  # what was reported as saved is there
    if "://" not in target:
        with sqlite3.connect(target) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
