"""What an exit status and the machine's memory tell."""

import os
import signal
from pathlib import Path

import pytest

from huiting.core.errors import EngineError, InputError
from huiting.jobs.host.ending import Cause, Ending, ending_of
from huiting.jobs.host.faults import (
    Crashed,
    HostError,
    Hung,
    OutOfMemory,
    TaskFault,
    condemned,
    error_of,
    fault_of,
)
from huiting.jobs.host.memory import Memory

GB = 1 << 30


@pytest.mark.parametrize(
    ("status", "starved", "cause", "words"),
    [
        pytest.param(0, False, Cause.CRASH, "it exited with status 0", id="exit"),
        pytest.param(3, True, Cause.CRASH, "it exited with status 3", id="exit with a status"),
        pytest.param(
            -11, False, Cause.CRASH, "it was ended by SIGSEGV (a segmentation fault)", id="segfault"
        ),
        pytest.param(-6, False, Cause.CRASH, "it was ended by SIGABRT (it aborted itself)", id="abort"),
        pytest.param(-5, False, Cause.CRASH, "it was ended by SIGTRAP", id="another signal"),
        pytest.param(-40, False, Cause.CRASH, "it was ended by signal 40", id="no name"),
        pytest.param(-9, False, Cause.OUTSIDE, "it was ended by SIGKILL", id="killed"),
        pytest.param(-15, True, Cause.OUTSIDE, "it was ended by SIGTERM", id="told to end"),
        pytest.param(
            -9, True, Cause.MEMORY, "it was ended by SIGKILL when memory ran out", id="memory"
        ),
    ],
)  # fmt: skip
def test_a_status_is_told_in_words(status: int, starved: bool, cause: Cause, words: str) -> None:  # noqa: FBT001
    assert ending_of(status, starved=starved) == Ending(cause, words)


@pytest.fixture
def machine(tmp_path: Path) -> Memory:
    """Give a machine with 8 GB, 4 of them for our control group."""
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "cgroup").write_text("4:memory:/x\n0::/service\n")
    (tmp_path / "meminfo").write_text("MemTotal: 8388608 kB\nMemFree: 1 kB\n")
    (tmp_path / "vmstat").write_text("nr_free_pages 7\noom_kill 2\n")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "memory.events").write_text("low 0\noom 9\noom_kill 1\n")
    (tmp_path / "service" / "memory.max").write_text(f"{4 * GB}\n")
    return Memory(tmp_path, tmp_path)


def test_the_kernel_counts_whom_it_ends(machine: Memory) -> None:
    before = machine.kills()
    assert before == 3
    assert not machine.starved(before, taken=GB)
    (machine.proc / "vmstat").write_text("oom_kill 3\n")

    assert machine.starved(before, taken=GB)


@pytest.mark.parametrize(
    ("taken", "starved"), [pytest.param(3 * GB, False, id="3 GB"), pytest.param(4 * GB, True, id="4 GB")]
)  # fmt: skip
def test_one_that_took_nearly_all_was_most_likely_too_large(
    machine: Memory,
    taken: int,
    starved: bool,  # noqa: FBT001
) -> None:
    assert machine.most() == 4 * GB
    assert machine.starved(None, taken) is starved


def test_a_machine_that_tells_nothing_is_not_believed_to_starve(tmp_path: Path) -> None:
    memory = Memory(tmp_path, tmp_path)

    assert (memory.kills(), memory.most(), memory.taken(1)) == (None, 0, 0)
    assert not memory.starved(None, GB)


def test_our_own_memory_can_be_read() -> None:
    assert Memory().taken(os.getpid()) > 1 << 20


def test_what_a_process_started_counts_with_it(tmp_path: Path) -> None:
    for process, pages, started in ((7, 10, "8 9"), (8, 20, "11"), (9, 30, ""), (11, 40, "")):
        for thread in (process, process + 100):
            folder = tmp_path / str(process) / "task" / str(thread)
            folder.mkdir(parents=True)
            (folder / "children").write_text(started if thread == process else "")
        (tmp_path / str(process) / "statm").write_text(f"999 {pages} 1 0 0 0 0")

    assert Memory(tmp_path, tmp_path).taken(7) == 100 * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (Cause.CRASH, Crashed),
        (Cause.HANG, Hung),
        (Cause.MEMORY, OutOfMemory),
        (Cause.OUTSIDE, HostError),
    ],
)
def test_a_condemned_task_says_what_happened(cause: Cause, kind: type[Exception]) -> None:
    error = condemned("8001.wav", Ending(cause, "it was so"), "asr", 3)

    assert type(error) is kind
    assert error.reason == "the model process was lost in stage asr, 3 times: it was so"
    assert "lost, once: it was so" in str(condemned("x", Ending(cause, "it was so"), "", 1))


def test_an_error_crosses_the_border_with_its_words_and_notes() -> None:
    error = EngineError("whisper", "decoding failed", "try again")
    error.add_note("in stage asr")
    back = error_of(fault_of(error, "8001.wav"))

    assert type(back) is EngineError
    assert str(back) == str(error)
    assert back.__notes__ == ["in stage asr"]


def test_of_a_fault_of_ours_only_its_name_crosses() -> None:
    error = KeyError("what was said")
    error.add_note("in stage text")
    back = error_of(fault_of(error, "8001.wav"))

    assert type(back) is TaskFault
    assert str(back) == "8001.wav: KeyError in stage text; report this with the log"


def test_an_error_of_a_class_that_is_not_known_here_keeps_its_words() -> None:
    class Foreign(InputError):
        code = "foreign-elsewhere"

        def __init__(self) -> None:
            super().__init__("a", "b", "c")

    back = error_of(fault_of(Foreign(), "8001.wav"))

    assert type(back) is TaskFault
    assert str(back) == "a: b; c"


def test_signals_have_names_on_this_system() -> None:
    assert signal.Signals(9).name == "SIGKILL"
