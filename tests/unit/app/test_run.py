import os
import subprocess
import sys
from pathlib import Path

import pytest

TWICE = """
import os, signal, sys
from huiting.app import run

class Slow:
    stopped = False
    def stop(self):
        self.stopped = True

batch = Slow()
run.let_signals_stop(batch.stop, None)
os.kill(os.getpid(), signal.{first})
signal.sigtimedwait([], 0)
print(batch.stopped, flush=True)
os.kill(os.getpid(), signal.{second})
signal.sigtimedwait([], 0)
print("still here", flush=True)
"""


@pytest.mark.parametrize("second", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("first", ["SIGINT", "SIGTERM"])
def test_a_first_signal_stops_in_order_and_a_second_at_once(first: str, second: str) -> None:
    program = TWICE.format(first=first, second=second)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "True\n", "")


QUICK = """
import sys
import huiting.app.cli
sys.argv = ["huiting", {words}]
try:
    huiting.app.cli.main()
except SystemExit:
    pass
heavy = "av soxr onnxruntime ctranslate2 faster_whisper pyarrow pypinyin xlsxwriter alembic scipy"
sys.stderr.write(" ".join(name for name in heavy.split() if name in sys.modules))
"""


@pytest.mark.parametrize("words", ['"version"', '"settings"', '"calls"', '"search", "退款"'])
def test_what_hears_nothing_loads_nothing_that_hears(tmp_path: Path, words: str) -> None:
    store = {"HUITING_STORE": f"sqlite:///{tmp_path / 'x.db'}", "HUITING_LANG": "en"}
    command = [sys.executable, "-c", QUICK.format(words=words)]
    # The first opening makes the tables, with a library that later ones do not need.
    for _ in range(2):
        ended = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | store, check=True
        )

    assert ended.stderr.replace("Nothing found.\n", "") == ""
