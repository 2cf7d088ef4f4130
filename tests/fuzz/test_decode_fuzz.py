import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
COUNT = 4000


def test_no_damaged_file_crashes_hangs_or_leaves_anything_open(tmp_path: Path) -> None:
    program = HERE.with_name("mutations.py")
    paths = [str(HERE.parents[1]), str(HERE.parents[2] / "src")]
    child = subprocess.run(
        [sys.executable, "-W", "error", "-X", "faulthandler", program, tmp_path, "0", str(COUNT)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = child.stdout.splitlines()

    if child.returncode or lines[-1:] != ["done"]:
        at = lines[-1] if lines else "the start"
        pytest.fail(f"ended with {child.returncode} at {at}\n{child.stderr[-4000:]}")
