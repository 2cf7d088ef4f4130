"""What memory our processes take: this one, and those in which engines run apart."""

import os
import sys
from pathlib import Path

import pytest

from huiting.engines import _cuda
from huiting.engines.apart import Apart, Program, running
from huiting.engines.footprint import Footprint, footprint, together

ECHO = Path(__file__).parent / "apart" / "echo_program.py"
MIB = 1 << 20


def apart(**options: object) -> Apart:
    return Apart(Program("echo", Path(sys.executable), ECHO, options, "echo", ""))


def test_our_own_memory_counts() -> None:
    assert (footprint().memory or 0) > MIB


def test_a_process_apart_counts_and_no_longer_when_it_has_ended() -> None:
    before = footprint()
    child = apart(hold=200 * MIB)
    child.start()
    number = child.number
    grown = footprint().since(before)
    assert number in running()
    assert (grown.memory or 0) > 190 * MIB

    child.close()
    assert number not in running()
    assert (footprint().since(before).memory or 0) < 150 * MIB


def test_what_a_process_apart_started_counts_with_it() -> None:
    child = apart(hold=100 * MIB)
    child.start()
    before = footprint()
    child.ask({"fork": True, "hold": 200 * MIB}, [], 60)

    assert (footprint().since(before).memory or 0) > 190 * MIB
    child.close()


def test_where_nobody_tells_nothing_is_claimed(tmp_path: Path) -> None:
    assert footprint(tmp_path) == Footprint(None, None)


def test_a_process_that_ends_meanwhile_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "statm").write_text("9 9 9 0 0 0 0")
    own = tmp_path / str(os.getpid())
    own.mkdir()
    (own / "statm").write_text("9 5 9 0 0 0 0")
    (tmp_path / "4711").mkdir()
    child = apart()
    child.start()

    assert footprint(tmp_path).memory == 5 * os.sysconf("SC_PAGE_SIZE")
    child.close()


def test_what_cuda_devices_hold_of_our_processes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[int]] = []

    def taken(_of: object, processes: set[int]) -> int:
        asked.append(processes)
        return 7

    monkeypatch.setattr(_cuda, "taken", taken)
    child = apart()
    child.start()

    assert footprint().cards == 7
    assert asked == [{os.getpid(), child.number}]
    child.close()


@pytest.mark.parametrize(
    ("before", "after", "grown"),
    [
        pytest.param(Footprint(5), Footprint(9), Footprint(4), id="memory"),
        pytest.param(Footprint(9), Footprint(5), Footprint(0), id="others let go meanwhile"),
        pytest.param(Footprint(), Footprint(5), Footprint(None), id="unknown before"),
        pytest.param(Footprint(5), Footprint(6, 3), Footprint(1, 3), id="a device was not used"),
        pytest.param(Footprint(5, 3), Footprint(5, 3), Footprint(0), id="no more of a device"),
    ],
)
def test_growth_is_known_where_both_are(
    before: Footprint, after: Footprint, grown: Footprint
) -> None:
    assert after.since(before) == grown


@pytest.mark.parametrize(
    ("found", "sum_"),
    [
        pytest.param([Footprint(1, 2), Footprint(3)], Footprint(4, 2), id="of both"),
        pytest.param([Footprint(1), Footprint(None, 3)], Footprint(None, 3), id="one is unknown"),
        pytest.param([], Footprint(), id="of none"),
    ],
)
def test_a_sum_is_known_where_each_is(found: list[Footprint], sum_: Footprint) -> None:
    assert together(found) == sum_
