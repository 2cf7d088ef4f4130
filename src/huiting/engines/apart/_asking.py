"""Questions to a program apart: started when needed, ended when it hangs, begun anew when it died.

Knows nothing of what is asked.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.engines._memory import OutOfMemory
from huiting.engines.apart import child
from huiting.engines.apart._process import Gone, Late, Process
from huiting.engines.device import OutOfRoom

log = logging.getLogger(__name__)

CHILD = Path(child.__file__)
LOADING = 540.0
"""Seconds; large weights from a slow disk take minutes."""
STARTING = 60.0
"""Seconds in which an interpreter takes a message."""
MOST_FAILURES = 3
"""In a row, after which it is begun anew: a device may be lost to a process for good."""
MOST_DEATHS = 3
"""In a row, after which it is left alone..."""
REST = 60.0
"""...for so many seconds."""
ROOM = "choose a smaller model or another device, or stop what else uses it"
SEE = "see the lines of the log before this one"


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in the other environment; `apart` tells how it is written."""

    name: str
    """Of the engine, for errors and the log."""
    python: Path
    """Interpreter of the other environment, which has the packages that the program imports."""
    path: Path
    """Of the program, which is a file of ours."""
    options: Mapping[str, Any]
    """Given to its `load`; what JSON can hold."""
    subject: str
    """What is loaded, for errors: folder of the weights."""
    install: str
    """What to do when a package is missing there."""
    loading: float = LOADING
    """Seconds it may take to load."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of its environment, beside ours."""


class Apart:
    """A program in a process of its own. Threads that share it wait for each other."""

    def __init__(self, program: Program, clock: Callable[[], float] = time.monotonic) -> None:
        """Start nothing yet.

        Args:
            program: to run.
            clock: seconds, of any origin, by which it is left alone for a while.
        """
        self.program = program
        self._clock = clock
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._facts: Mapping[str, Any] = {}
        self._failures = 0
        self._deaths = 0
        self._again = 0.0

    @property
    def number(self) -> int | None:
        """Process id of the child; None when there is none."""
        return self._process.number if self._process else None

    def start(self) -> Mapping[str, Any]:
        """Load the program unless it is loaded; return what its `load` tells.

        Raises:
            OutOfRoom: what it loads does not fit on its device.
            ConfigError: the device cannot be used.
            ModelUnavailable: interpreter, package or weights are missing or wrong, or it took
                too long.
        """
        with self._lock:
            self._running()
            return self._facts

    def ask(
        self, question: Mapping[str, Any], clips: Sequence[NDArray[np.float32]], within: float
    ) -> Mapping[str, Any]:
        """Return what the program answers; it is started if it does not run.

        Args:
            question: what JSON can hold.
            clips: samples, each of one dimension.
            within: seconds for the answer; loading has its own.

        Raises:
            OutOfMemory: there was no room for this question, or to load what died before.
            EngineError: it failed, died or took too long; the next question finds it anew.
        """
        with self._lock:
            process = self._restarted()
            try:
                answer = self._exchange(process, {"question": question}, clips, within)
            except Gone:
                raise self._died() from None
            except Late:
                self._end()
                raise EngineError(
                    self.program.name,
                    f"no answer within {within:.0f} s; its process was ended",
                    "set timeout higher, or batch lower",
                ) from None
            except BaseException:  # its answer would be taken for that of the next question
                self._end()
                raise
            self._deaths = 0
            if "answer" not in answer:
                raise self._failed(answer.get("failed", {}))
            self._failures = 0
            found: Mapping[str, Any] = answer["answer"]
            return found

    def close(self) -> None:
        """End the process. A question after that starts another."""
        with self._lock:
            self._end()

    def _restarted(self) -> Process:
        """Return the process, begun anew if it died; what hinders that is no setting of today."""
        if self._clock() < self._again:
            raise EngineError(
                self.program.name,
                f"its process died {MOST_DEATHS} times in a row",
                f"{SEE}; it is started again in a minute",
            )
        try:
            return self._running()
        except OutOfRoom as error:
            raise OutOfMemory(error.subject, error.reason, error.remedy) from error
        except ConfigError as error:
            self._count()
            raise EngineError(error.subject, error.reason, error.remedy) from error

    def _running(self) -> Process:
        if self._process is not None and self._process.alive:
            return self._process
        self._end()
        begun = time.monotonic()
        process = self._begun()
        try:
            self._facts = self._loaded(process)
        except BaseException:
            process.end()
            raise
        process.complaints.hide()
        self._process = process
        seconds = round(time.monotonic() - begun, 1)
        extra = {"engine": self.program.name, "child": process.number, "seconds": seconds}
        log.info("loaded in a process apart", extra=extra)
        return process

    def _begun(self) -> Process:
        command = [str(self.program.python), "-I", str(CHILD), str(self.program.path)]
        try:
            return Process(command, self.program.variables)
        except OSError as error:
            raise ModelUnavailable(
                str(self.program.python),
                f"it cannot be run ({error.strerror})",
                "name the interpreter of the other environment as python",
            ) from error

    def _loaded(self, process: Process) -> Mapping[str, Any]:
        try:
            head = {"options": dict(self.program.options)}
            answer = self._exchange(process, head, (), self.program.loading)
        except Gone:
            ended = process.end()
            said = process.complaints
            if said.memory:
                raise OutOfRoom(self.program.subject, f"{ended}: {said.last}", ROOM) from None
            raise ModelUnavailable(
                self.program.subject, f"{ended} while it loaded: {said.last}", SEE
            ) from None
        except Late:
            raise ModelUnavailable(
                self.program.subject,
                f"it did not load within {self.program.loading:.0f} s",
                "set loading_timeout higher, or look at the disk",
            ) from None
        if "loaded" not in answer:
            process.end()
            raise self._unloaded(answer.get("failed", {}), process)
        facts: Mapping[str, Any] = answer["loaded"]
        return facts

    def _unloaded(self, failed: Mapping[str, str], process: Process) -> ConfigError:
        kind, said = failed.get("kind"), failed.get("said", "")
        complaints = process.complaints
        if kind == "package":
            return ModelUnavailable(
                str(self.program.python),
                f"a package is missing there ({said})",
                self.program.install,
            )
        if kind == "device":
            return ConfigError(self.program.name, said, "choose auto or another device")
        if kind == "memory" or complaints.memory:  # of what it started, only the lines tell
            return OutOfRoom(self.program.subject, f"it does not fit ({said})", ROOM)
        remedy = "name the folder of the model" if kind == "weights" else "fetch the model anew"
        return ModelUnavailable(self.program.subject, said, remedy)

    def _failed(self, failed: Mapping[str, str]) -> EngineError:
        """Return what to say of a question that failed; end the process if they keep failing."""
        if failed.get("kind") == "memory":
            return OutOfMemory(self.program.name, failed.get("said", ""), "try again")
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._failures = 0
            self._end()
        return EngineError(self.program.name, failed.get("said", ""), "try again")

    def _died(self) -> EngineError:
        """Count a death, and return what to say of it."""
        assert self._process is not None
        process = self._process
        ended = process.end()
        self._process = None
        self._count()
        if process.complaints.memory:
            return OutOfMemory(self.program.name, f"{ended} as memory ran out", "try again")
        return EngineError(self.program.name, f"{ended} at work", "try again; it is started anew")

    def _count(self) -> None:
        self._deaths += 1
        if self._deaths >= MOST_DEATHS:
            self._deaths, self._again = 0, self._clock() + REST
        log.warning("a process apart died", extra={"engine": self.program.name})

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _exchange(
        self,
        process: Process,
        head: Mapping[str, Any],
        clips: Sequence[NDArray[np.float32]],
        within: float,
    ) -> Mapping[str, Any]:
        until = time.monotonic() + within
        process.send(child.packed(head, clips), until)
        try:
            found, _ = child.unpacked(lambda count: process.take(count, until))
        except ValueError:
            raise Gone from None  # what talks such nonsense is lost
        return found
