"""How a process ended, in words."""

import signal
from dataclasses import dataclass
from enum import StrEnum

_WORDS = {
    signal.SIGSEGV: "a segmentation fault",
    signal.SIGBUS: "a bus error",
    signal.SIGABRT: "it aborted itself",
    signal.SIGFPE: "an arithmetic fault",
    signal.SIGILL: "an instruction that this processor lacks",
}
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT}


class Cause(StrEnum):
    """Why a process is no more."""

    CRASH = "crashed"
    """Its own code ended it."""
    MEMORY = "out-of-memory"
    """The kernel ended it, to free memory."""
    HANG = "hung"
    """We ended it, since nothing moved."""
    OUTSIDE = "killed"
    """Somebody else ended it."""
    ASKED = "asked"
    """We ended it, and no task is to blame."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended."""

    cause: Cause
    words: str
    """Such as `it was ended by SIGSEGV (a segmentation fault)`."""


def ending_of(status: int, *, starved: bool) -> Ending:
    """Say what an exit status means, of a process that was not ended by us.

    Args:
        status: as `Popen.returncode`: the negative number of a signal, or what it exited with.
        starved: something suggests that memory ran out.
    """
    if status >= 0:
        return Ending(Cause.CRASH, f"it exited with status {status}")
    try:
        number = signal.Signals(-status)
    except ValueError:  # a real-time signal
        return Ending(Cause.CRASH, f"it was ended by signal {-status}")
    if number is signal.SIGKILL and starved:
        return Ending(Cause.MEMORY, "it was ended by SIGKILL when memory ran out")
    told = f" ({_WORDS[number]})" if number in _WORDS else ""
    cause = Cause.OUTSIDE if number in _FROM_OUTSIDE else Cause.CRASH
    return Ending(cause, f"it was ended by {number.name}{told}")
