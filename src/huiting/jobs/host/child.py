"""The child of a model host: builds what does the work, then runs tasks in threads.

Started as `python -m huiting.jobs.host.child READ WRITE PARENT`. Ends when it is told to,
and at once when its parent is no more.
"""

import ctypes
import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from typing import BinaryIO

from huiting.core.errors import HuitingError
from huiting.core.watch import Progress
from huiting.jobs.host.faults import fault_of
from huiting.jobs.host.journal import Cancelled, Journal
from huiting.jobs.host.messages import (
    Begin,
    Cancel,
    Done,
    Failed,
    Outlet,
    Ready,
    Stop,
    ToChild,
    ToHost,
    Unready,
    Work,
    bodies,
    to_child,
)

log = logging.getLogger("huiting.jobs.host.child")  # the name of this module is `__main__`

Function = Callable[[bytes, Callable[[Progress], None]], bytes]
"""Does a task: is given its payload and what to tell progress to, returns the result."""
Factory = Callable[[bytes, Journal], AbstractContextManager[Mapping[str, Function]]]
"""Builds the functions, by name; they are used while inside."""
DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""


def main() -> None:
    """Talk with the parent until it has enough."""
    inlet, outlet, parent = map(int, sys.argv[1:])
    die_with(parent)
    for descriptor in (inlet, outlet):  # what we start must not keep the pipes open after us
        os.set_inheritable(descriptor, False)  # noqa: FBT003  (its only way)
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    with os.fdopen(inlet, "rb") as file:
        serve(file, Outlet(outlet))


def die_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends, however that comes about."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we could ask
        os._exit(1)


def serve(file: BinaryIO, outlet: Outlet) -> None:
    """Do what the messages in `file` say; return when told to stop."""

    def send(message: ToHost) -> None:
        try:
            outlet.send(message)
        except OSError:
            os._exit(1)  # nobody is there to hear it

    messages = map(to_child.decode, bodies(file))
    begin = next(messages, None)
    if not isinstance(begin, Begin):
        return
    journal = Journal(send)
    try:
        context = _factory(begin)(begin.payload, journal)
        functions = context.__enter__()
    except Exception as error:
        log.exception("models cannot be loaded")
        send(Unready(fault_of(error, "models")))
        return
    send(Ready())
    if _obey(messages, functions, journal, send):
        context.__exit__(None, None, None)
        return
    os._exit(1)  # the parent is gone: nothing is worth finishing


def _factory(begin: Begin) -> Factory:
    sys.path[:] = begin.path
    module, _, name = begin.factory.partition(":")
    found: Factory = getattr(import_module(module), name)
    return found


def _obey(
    messages: Iterator[ToChild],
    functions: Mapping[str, Function],
    journal: Journal,
    send: Callable[[ToHost], None],
) -> bool:
    """Do what is asked; tell whether we were asked to stop, or else the parent is gone."""
    for message in messages:
        match message:
            case Work():
                journal.suspect(message.apart, message.skipped)
                threading.Thread(
                    target=_do,
                    args=(message, functions, journal, send),
                    name=f"task-{message.task}",
                    daemon=True,
                ).start()
            case Cancel():
                journal.cancel(message.task)
            case Stop():
                return True
            case Begin():
                pass
    return False


def _do(
    work: Work,
    functions: Mapping[str, Function],
    journal: Journal,
    send: Callable[[ToHost], None],
) -> None:
    """Run a task and tell how it ended."""
    try:
        with journal.running(work.task) as listen:
            result = functions[work.name](work.payload, listen)
        send(Done(work.task, result))
    except (Cancelled, HuitingError) as error:
        log.info("task ended early", extra={"code": getattr(error, "code", "cancelled")})
        send(Failed(work.task, fault_of(error, work.subject)))
    except Exception as error:
        log.exception("task failed")
        send(Failed(work.task, fault_of(error, work.subject)))


if __name__ == "__main__":
    main()
