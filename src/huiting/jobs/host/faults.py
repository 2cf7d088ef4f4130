"""Errors of the model host, and errors that cross from the child to the host."""

from collections.abc import Iterator

from huiting.core.errors import HuitingError
from huiting.jobs.host.ending import Cause, Ending
from huiting.jobs.host.messages import Fault


class HostError(HuitingError):
    """The model process cannot be used just now; the task itself may be fine."""

    code = "host"
    retryable = True


class Crashed(HuitingError):
    """A task ended the model process each time it was tried."""

    code = "crashed"


class Hung(HuitingError):
    """A task stood still each time it was tried."""

    code = "hung"


class OutOfMemory(HuitingError):
    """There is not enough memory for a task."""

    code = "out-of-memory"


class TaskFault(HuitingError):
    """A fault of Huiting itself that a task brought out."""

    code = "internal"


_REMEDIES: dict[Cause, tuple[type[HuitingError], str]] = {
    Cause.CRASH: (Crashed, "it may be damaged: convert it, or report this with the log"),
    Cause.MEMORY: (OutOfMemory, "give the machine more memory, or run fewer tasks at once"),
    Cause.HANG: (Hung, "it may be damaged: convert it, or report this with the log"),
    Cause.OUTSIDE: (HostError, "see who ends it; the log of the system may tell"),
    Cause.ASKED: (HostError, "try again"),
}


def condemned(subject: str, ending: Ending, stage: str, times: int) -> HuitingError:
    """Return the error of a task that is given up.

    Args:
        subject: what the task is about.
        ending: how the process ended the last time.
        stage: what the task was doing then; empty if unknown.
        times: how often this happened.
    """
    kind, remedy = _REMEDIES[ending.cause]
    doing = f" in stage {stage}" if stage else ""
    often = f"{times} times" if times > 1 else "once"
    return kind(subject, f"the model process was lost{doing}, {often}: {ending.words}", remedy)


def fault_of(error: Exception, subject: str) -> Fault:
    """Return an error as it travels; of one that is not ours only its name and place.

    The message of such an error may quote what was said in a call.
    """
    notes = tuple(getattr(error, "__notes__", ()))
    if isinstance(error, HuitingError):
        return Fault(error.code, error.subject, error.reason, error.remedy, notes)
    reason = " ".join([type(error).__name__, *notes])
    if isinstance(error, MemoryError):
        return Fault(OutOfMemory.code, subject, reason, _REMEDIES[Cause.MEMORY][1])
    return Fault(TaskFault.code, subject, reason, "report this with the log")


def error_of(fault: Fault) -> HuitingError:
    """Return the error that travelled, of the class that has its code here."""
    ours: tuple[type[HuitingError], ...] = (TaskFault, OutOfMemory)
    kinds = {kind.code: kind for kind in (*_below(HuitingError), *ours)}  # the last one counts
    error = kinds.get(fault.code, TaskFault)(fault.subject, fault.reason, fault.remedy)
    for note in fault.notes:
        error.add_note(note)
    return error


def _below(kind: type[HuitingError]) -> Iterator[type[HuitingError]]:
    """Yield the classes below one that are made as it is."""
    for child in kind.__subclasses__():
        if child.__init__ is HuitingError.__init__:
            yield child
        yield from _below(child)
