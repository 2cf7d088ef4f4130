"""The child that is looked after, and what serving refuses."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from huiting.app.serve import Helper, serve
from huiting.core.errors import ConfigError


class Children:
    """Starts programs, and remembers them."""

    def __init__(self, *programs: str) -> None:
        self.begun: list[subprocess.Popen[bytes]] = []
        self.all_begun = threading.Event()
        self._programs = programs

    def __call__(self) -> subprocess.Popen[bytes]:
        program = self._programs[min(len(self.begun), len(self._programs) - 1)]
        child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
        self.begun.append(child)
        if len(self.begun) == len(self._programs):
            self.all_begun.set()
        return child


def paused(pauses: list[float]) -> Callable[[float], bool]:
    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    return pause


WAITS = "import sys; sys.stdin.read()"


def test_a_child_that_ends_is_begun_again_after_longer_and_longer() -> None:
    children, pauses = Children("", "", "", WAITS), list[float]()
    helper = Helper(children, paused(pauses))
    helper.start()
    assert children.all_begun.wait(30)
    helper.stop(30)

    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert all(child.returncode is not None for child in children.begun)


def test_a_child_that_does_not_end_is_ended() -> None:
    deaf = "import signal, sys; signal.signal(15, signal.SIG_IGN); print(1, file=sys.stderr)\n"
    children = Children(deaf + WAITS)
    helper = Helper(children)
    helper.start()
    assert children.all_begun.wait(30)
    helper.stop(0.5)

    assert children.begun[0].returncode in {-9, -15}


def test_others_do_not_come_in_without_signing_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sign in"):
        serve(host="0.0.0.0", sign_in=False, store=str(tmp_path / "calls.db"))
    with pytest.raises(ConfigError, match="redis"):
        serve(jobs="redis", store=str(tmp_path / "calls.db"))
