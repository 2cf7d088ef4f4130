"""A child that cannot be started leaves nothing behind; one that talks nonsense is lost."""

import queue
import subprocess
import sys
from pathlib import Path

import pytest

from huiting.jobs.host.messages import Begin, Stop, ToHost
from huiting.jobs.host.process import Process

BEGIN = Begin((), "x:y", b"")


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_a_child_that_cannot_be_started_leaves_no_pipe_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    before = descriptors()
    with pytest.raises(BlockingIOError):
        Process(BEGIN, lambda _process, _message: None)

    assert descriptors() == before


@pytest.mark.parametrize(
    ("does", "status"),
    [
        pytest.param("os.write(int(sys.argv[5]), b'\\x04\\0\\0\\0junk'); time.sleep(60)", -9, id="nonsense"),
        pytest.param("sys.exit(7)", 7, id="ends at once"),
        pytest.param("os.close(int(sys.argv[5])); time.sleep(60)", -9, id="falls silent"),
    ],
)  # fmt: skip
def test_a_child_that_is_of_no_use_is_lost_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, status: int
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    told: queue.Queue[ToHost | None] = queue.Queue()
    before = descriptors()
    process = Process(BEGIN, lambda _process, message: told.put(message))

    assert told.get(timeout=30) is None
    process.send(Stop())  # it comes too late, and that is all
    assert process.wait() == status
    assert descriptors() == before
