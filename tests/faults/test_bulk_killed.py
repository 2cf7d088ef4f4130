"""Workers are killed amid a removal of all calls: each call goes once, and is noted once."""

import random
import signal
import subprocess
import sys
from pathlib import Path

from huiting.access.principal import Actor
from huiting.service.bulk.wish import Act, Wish
from huiting.store.audit import Wanted
from served import PEOPLE, refund, serving

ROOT = PEOPLE["root"]
BY = Actor("user:root", "root")
CALLS, DEATHS = 40, 1


def work(folder: Path, portions: int) -> None:
    """Have a worker begin so many portions, and kill it in the last; with none let it end."""
    with subprocess.Popen(
        [sys.executable, "-m", "faults.bulk_program", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout is not None
        for _ in range(portions):
            process.stdout.readline()
        if portions:
            process.send_signal(signal.SIGKILL)
        else:
            process.communicate(timeout=240)


def test_each_call_goes_once_whoever_dies(tmp_path: Path) -> None:
    chance = random.Random(20260307)
    with serving(tmp_path) as served:
        calls = [served.save(refund(str(number))) for number in range(CALLS)]
        key = served.parts.many.ask(Wish(Act.REMOVE), ROOT, BY).work.asked.id
        for _ in range(DEATHS):
            work(tmp_path, chance.randrange(2, 6))
        found = served.parts.many.find(key, ROOT)
        assert not found.over
        assert found.work.tally.done < CALLS
        work(tmp_path, 0)
        found = served.parts.many.find(key, ROOT)
        audit = served.parts.reviewing.audit
        noted = [n.entry.subject for n in audit.entries(Wanted(action="deleted"), limit=1000)]

        assert found.work.tally.done == found.in_bin == CALLS
        assert sorted(noted) == sorted([*(f"call:{call}" for call in calls), *[f"bulk:{key}"] * 2])
        assert audit.verify().broken is None
