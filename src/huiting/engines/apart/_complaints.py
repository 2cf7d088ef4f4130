"""What a process writes to its error stream: to the log while it loads, and counted from then on.

Once it has been given clips, a line may quote what somebody said. Of such lines only the number
goes to the log, and whether one was about memory is remembered.
"""

import logging
import subprocess
import threading

from huiting.engines.apart.child import SIGNS

log = logging.getLogger(__name__)

LONGEST = 300
"""Characters of a line that are logged."""
BLOCK = 1 << 16
"""Bytes of a line that are read at once."""


class Complaints:
    """The error stream of a process, read by a thread of its own until it is over."""

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        """Begin to read.

        Args:
            popen: started with a pipe for its error stream.
        """
        assert popen.stderr is not None
        self._stream = popen.stderr
        self._number = popen.pid
        self._private = False
        self._hidden = 0
        self.last = ""
        """The last line that it wrote while it loaded."""
        self.memory = False
        """Whether it complained that memory ran out."""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def hide(self) -> None:
        """Tell no more lines from here on."""
        self._private = True

    def wait(self, seconds: float) -> None:
        """Wait until all is read, or time is up: what the process started may hold it open."""
        self._thread.join(seconds)

    def _read(self) -> None:
        begun = False
        with self._stream as stream:
            for raw in iter(lambda: stream.readline(BLOCK), b""):
                if not begun:  # what follows in a line without end is left out
                    self._take(raw.decode("utf-8", "replace").strip()[:LONGEST])
                begun = not raw.endswith(b"\n")
        if self._hidden:
            extra = {"child": self._number, "lines": self._hidden}
            log.info("a process apart wrote to its error stream", extra=extra)

    def _take(self, line: str) -> None:
        self.memory = self.memory or any(sign in line.lower() for sign in SIGNS)
        if self._private:
            self._hidden += 1
        elif line:
            self.last = line
            log.info("a process apart says", extra={"child": self._number, "line": line})
