"""One child process, and the two threads that talk with it."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import msgspec

from huiting.jobs.host.messages import Begin, Outlet, ToChild, ToHost, bodies, to_host

MODULE = "huiting.jobs.host.child"


class Process:
    """A child that was started. Start it in a thread that lives as long as it should.

    It leads a process group of its own, which is ended as a whole, and ends when the thread
    that started it does.

    Args:
        begin: the first message.
        post: called from another thread with each of its messages, and with None after the
            last one, when it has ended or is about to.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self, begin: Begin, post: Callable[["Process", ToHost | None], None]) -> None:
        self._post = post
        self._outgoing: queue.SimpleQueue[ToChild | None] = queue.SimpleQueue()
        theirs, self._down = os.pipe()
        self._up, told = os.pipe()
        try:
            command = [sys.executable, "-P", "-m", MODULE, str(theirs), str(told), str(os.getpid())]
            self._popen = subprocess.Popen(  # noqa: S603  (ourselves)
                command,
                pass_fds=(theirs, told),
                stdin=subprocess.DEVNULL,
                stdout=2,  # what a library prints is no result
                process_group=0,
            )
        except BaseException:
            os.close(self._down)
            os.close(self._up)
            raise
        finally:
            os.close(theirs)
            os.close(told)
        self._threads = [
            threading.Thread(target=work, name=f"host-{name}", daemon=True)
            for name, work in (("writer", self._write), ("reader", self._read))
        ]
        self.send(begin)
        for thread in self._threads:
            thread.start()

    @property
    def number(self) -> int:
        """Its process id."""
        return self._popen.pid

    def send(self, message: ToChild) -> None:
        """Let it know; what is sent to a child that has ended is lost."""
        self._outgoing.put(message)

    def kill(self) -> None:
        """End it and whatever it has started, now. Not to be called after `wait`."""
        os.killpg(self._popen.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit status once it has posted None; nothing of it is left then.

        The status was settled when its pipe closed: to kill what is left does not change it.
        """
        self.kill()
        status = self._popen.wait()
        self._outgoing.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        return status

    def _write(self) -> None:
        outlet = Outlet(self._down)
        try:
            while (message := self._outgoing.get()) is not None:
                outlet.send(message)
        except OSError:
            pass  # it has ended; the reader says so
        finally:
            os.close(self._down)

    def _read(self) -> None:
        with os.fdopen(self._up, "rb") as file:
            try:
                for body in bodies(file):
                    self._post(self, to_host.decode(body))
            except msgspec.DecodeError:
                pass  # what talks such nonsense is lost
        self._post(self, None)
