import os
import subprocess
import sys
from pathlib import Path

import pytest

from huiting.jobs.work.identity import gone, name_of, this_worker
from huiting.jobs.work.lookout import Lookout, Sight


class Time:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lookout(time: Time, *dead: str) -> Lookout:
    return Lookout(30.0, clock=time, ended=lambda name: name in dead)


def look(lookout: Lookout, time: Time, seconds: float, beat: int, fence: int = 1) -> list[Sight]:
    """Look twice a second and return what was found lost at the end."""
    lost: list[Sight] = []
    for _ in range(round(seconds * 2)):
        time.now += 0.5
        lost = lookout.look([Sight(7, fence, beat, "one")])
    return lost


def test_a_beat_that_stands_still_for_the_lease_is_lost() -> None:
    time = Time()
    watching = lookout(time)

    assert look(watching, time, 30.0, beat=1) == []
    assert look(watching, time, 0.5, beat=1) == [Sight(7, 1, 1, "one")]


def test_a_beat_that_moves_begins_the_wait_anew() -> None:
    time = Time()
    watching = lookout(time)
    look(watching, time, 29.0, beat=1)

    assert look(watching, time, 29.0, beat=2) == []
    assert look(watching, time, 29.0, beat=2, fence=2) == []


def test_who_slept_counts_only_the_time_it_looked() -> None:
    time = Time()
    watching = lookout(time)
    look(watching, time, 2.0, beat=1)

    time.now += 3_600.0

    assert watching.look([Sight(7, 1, 1, "one")]) == []


def test_the_job_of_a_process_that_ended_is_lost_at_once() -> None:
    time = Time()

    assert lookout(time, "one").look([Sight(7, 1, 0, "one"), Sight(8, 1, 0, "two")]) == [
        Sight(7, 1, 0, "one")
    ]


def test_a_living_process_is_not_gone() -> None:
    assert not gone()(this_worker())


def test_no_two_workers_have_the_same_name() -> None:
    assert this_worker() != this_worker()


def test_a_process_that_ended_is_gone_even_before_its_parent_looked() -> None:
    process = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    name = name_of(process.pid)
    assert not gone()(name)

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet collected

    assert gone()(name)
    process.communicate()
    assert gone()(name)


def test_a_new_process_with_the_same_number_is_another() -> None:
    host, boot, space, process, _start, nonce = this_worker().split("/")

    assert gone()(f"{host}/{boot}/{space}/{process}/1/{nonce}")


@pytest.mark.parametrize("part", [1, 2], ids=["of another boot", "in another container"])
def test_of_a_process_elsewhere_nothing_is_sure(part: int) -> None:
    parts = this_worker().split("/")
    parts[part] = "other"
    parts[4] = "1"

    assert not gone()("/".join(parts))


def test_where_the_processes_of_others_are_hidden_nothing_is_sure(tmp_path: Path) -> None:
    name = name_of(os.getpid())
    boot = tmp_path / "sys/kernel/random/boot_id"
    boot.parent.mkdir(parents=True)
    boot.write_bytes(Path("/proc/sys/kernel/random/boot_id").read_bytes())
    space = tmp_path / "self/ns/pid"
    space.parent.mkdir(parents=True)
    space.symlink_to(Path("/proc/self/ns/pid").readlink())

    assert not gone(tmp_path)(name)
    (tmp_path / "1").mkdir()
    (tmp_path / "1/stat").touch()
    assert gone(tmp_path)(name)


def test_where_processes_cannot_be_seen_nothing_is_sure(tmp_path: Path) -> None:
    name = name_of(os.getpid(), tmp_path)

    assert name.split("/")[1:5] == ["-", "-", str(os.getpid()), "-"]
    assert not gone(tmp_path)(name)
