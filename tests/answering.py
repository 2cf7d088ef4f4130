"""`huiting serve` as a process of its own, to be measured."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True)
class Answering:
    """A server that answers."""

    address: str
    process: int

    def cpu(self) -> float:
        """Return the CPU seconds that it has used, with its children's that are there."""
        return sum(_cpu(number) for number in (self.process, *_children(self.process)))

    def peak(self) -> float:
        """Return the MB that its process has held at most."""
        lines = Path(f"/proc/{self.process}/status").read_text("ascii").splitlines()
        [line] = [line for line in lines if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1e3


@contextmanager
def answering(store: str, *options: str) -> Iterator[Answering]:
    """Serve a store to whoever is on this machine, without a worker."""
    with TemporaryDirectory() as folder:
        command = [
            sys.executable, "-c", "from huiting.app.cli import main; main()", "serve",
            "--port", "0", "--no-sign-in", "--no-worker", "--store", store, *options,
        ]  # fmt: skip
        environment = {**os.environ, "HUITING_LANG": "en", "HUITING_RATE": "0"}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            cwd=folder, env=environment,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            address = process.stdout.readline().rpartition(" ")[2].strip()
            try:
                yield Answering(address, process.pid)
            finally:
                process.terminate()
                process.wait(60)


def _cpu(process: int) -> float:
    """Return what the kernel's scheduler has counted, in nanoseconds, of the threads there are."""
    return sum(run(task) for task in Path(f"/proc/{process}/task").iterdir()) / 1e9


def run(task: Path) -> int:
    """Return the nanoseconds that a thread, or a process of one thread, has run; 0 if it is over.

    Args:
        task: its folder under `/proc`.
    """
    try:
        return int((task / "schedstat").read_text("ascii").split()[0])
    except FileNotFoundError:  # it has just ended
        return 0


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [
        int(child) for task in tasks for child in (task / "children").read_text("ascii").split()
    ]
