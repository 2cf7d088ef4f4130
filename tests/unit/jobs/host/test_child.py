"""The child's side, in this process: what it does with each order."""

import ctypes
import os
import signal
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from host_work import FACTORY, PATH
from huiting.jobs.host import child
from huiting.jobs.host.child import serve
from huiting.jobs.host.messages import (
    Advanced,
    Begin,
    Cancel,
    Done,
    Failed,
    Outlet,
    Ready,
    Stop,
    ToHost,
    Unready,
    Work,
    bodies,
    to_host,
)


class Ended(Exception):
    """The process would be no more."""


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the child would have ended with at once."""
    statuses: list[int] = []

    def leave(status: int) -> None:
        statuses.append(status)
        raise Ended

    monkeypatch.setattr(os, "_exit", leave)
    return statuses


class Line:
    """Both ends of the pipes to a child that is served in a thread."""

    def __init__(self) -> None:
        theirs, down = os.pipe()
        up, told = os.pipe()
        self._down = down
        self.orders = Outlet(down)
        self._told = told
        self._up: BinaryIO = os.fdopen(up, "rb")
        self._inlet: BinaryIO = os.fdopen(theirs, "rb")
        self._heard = map(to_host.decode, bodies(self._up))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        try:
            serve(self._inlet, Outlet(self._told))
        except Ended:
            pass
        finally:
            os.close(self._told)

    def hear(self) -> ToHost:
        message: ToHost = next(self._heard)
        return message

    def hang_up(self) -> None:
        os.close(self._down)
        self.thread.join()

    def close(self) -> None:
        self._up.close()
        self._inlet.close()


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.close()


BEGIN = Begin(PATH, FACTORY, b"")


def test_it_builds_what_it_is_told_and_runs_tasks_until_told_to_stop(line: Line) -> None:
    line.orders.send(BEGIN)
    assert line.hear() == Ready()
    line.orders.send(Work(1, "echo", b"hello", "8001.wav"))
    assert [line.hear(), line.hear()] == [Advanced(1, "echo", 1.0), Done(1, b"hello")]
    line.orders.send(BEGIN)  # said twice it is not done twice
    line.orders.send(Stop())
    line.thread.join()
    line.hang_up()


def test_a_task_that_fails_says_why(line: Line) -> None:
    line.orders.send(BEGIN)
    line.hear()
    for name, code in [("refuse", "input"), ("break", "internal"), ("no such task", "internal")]:
        line.orders.send(Work(1, name, b"", "8001.wav"))
        failed = line.hear()
        assert isinstance(failed, Failed)
        assert failed.fault.code == code
    line.orders.send(Stop())
    line.hang_up()


def test_a_cancelled_task_ends(line: Line) -> None:
    line.orders.send(BEGIN)
    line.hear()
    line.orders.send(Work(1, "slow", b"1000", "8001.wav"))
    assert line.hear() == Advanced(1, "slow", 0.0)
    line.orders.send(Cancel(1))
    while not isinstance(told := line.hear(), Failed):
        assert isinstance(told, Advanced)
    line.orders.send(Stop())
    line.hang_up()


def test_what_cannot_be_built_is_told(line: Line) -> None:
    line.orders.send(Begin(PATH, FACTORY, b"refuse"))
    told = line.hear()

    assert isinstance(told, Unready)
    assert told.fault.reason == "there are none"
    line.hang_up()


def test_a_parent_that_is_gone_is_followed_at_once(line: Line, exits: list[int]) -> None:
    line.orders.send(BEGIN)
    line.hear()
    line.hang_up()

    assert exits == [1]


def test_a_parent_that_never_said_anything_is_not_waited_for(line: Line, exits: list[int]) -> None:
    line.hang_up()

    assert exits == []


def test_nobody_to_hear_it_ends_the_process(line: Line, exits: list[int]) -> None:
    line._up.close()
    line.orders.send(BEGIN)
    line.thread.join()

    assert exits == [1]
    line.hang_up()


class Libc:
    """What of the C library is called."""

    asked: list[tuple[int, int]]

    def __init__(self, _name: None) -> None:
        pass

    def prctl(self, option: int, value: int) -> None:
        self.asked.append((option, value))


def test_the_kernel_is_asked_to_end_it_with_its_parent(
    exits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    Libc.asked = []
    monkeypatch.setattr(ctypes, "CDLL", Libc)  # it must not be asked to end this process
    child.die_with(os.getppid())
    assert exits == []
    with pytest.raises(Ended):
        child.die_with(os.getpid())  # our parent is another: ours has ended before we could ask

    assert exits == [1]
    assert Libc.asked == [(child.DEATH_SIGNAL, signal.SIGKILL)] * 2
