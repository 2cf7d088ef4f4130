"""How much memory a process takes, and whether the kernel has ended one for want of it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TIGHT = 0.8
"""Share of all memory from which a process that was killed was most likely too large."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Reads what Linux tells of memory; elsewhere it knows nothing."""

    proc: Path = Path("/proc")
    groups: Path = Path("/sys/fs/cgroup")

    def taken(self, process: int) -> int:
        """Return the resident bytes of a process and of all that it started; 0 when it is gone.

        What they share, such as libraries, counts once for each.
        """
        try:
            pages = (self.proc / str(process) / "statm").read_text("ascii").split()[1]
        except (OSError, IndexError):
            return 0
        own = int(pages) * os.sysconf("SC_PAGE_SIZE")
        return own + sum(self.taken(child) for child in self._started(process))

    def _started(self, process: int) -> Iterator[int]:
        """Yield the children of a process, where the kernel tells them."""
        try:
            threads = list((self.proc / str(process) / "task").iterdir())
        except OSError:
            return
        for thread in threads:
            for line in _lines(thread / "children"):
                yield from map(int, line.split())

    def kills(self) -> int | None:
        """Return how many processes the kernel has ended for want of memory; None if untold."""
        counts = [*self._counted(self.proc / "vmstat"), *self._of_group("memory.events")]
        return sum(counts) if counts else None

    def most(self) -> int:
        """Return the bytes that our processes may take together; 0 if untold."""
        known = [line.split() for line in _lines(self.proc / "meminfo")]
        sizes = [int(words[1]) * 1024 for words in known if words[0] == "MemTotal:"]
        for folder in self._folders():
            sizes += [int(text) for text in _lines(folder / "memory.max") if text.isdecimal()]
        return min(sizes, default=0)

    def starved(self, before: int | None, taken: int) -> bool:
        """Tell whether a process that was killed was most likely so for want of memory.

        Args:
            before: `kills` when it was started.
            taken: its bytes when they were last looked at.
        """
        after = self.kills()
        if before is not None and after is not None and after > before:
            return True
        most = self.most()
        return most > 0 and taken >= TIGHT * most

    def _of_group(self, name: str) -> Iterator[int]:
        for folder in self._folders():
            yield from self._counted(folder / name)

    def _folders(self) -> Iterator[Path]:
        """Yield the folder of our control group (version 2), where there is one."""
        for line in _lines(self.proc / "self" / "cgroup"):
            if line.startswith("0::/"):
                yield self.groups / line.removeprefix("0::/")

    def _counted(self, path: Path) -> Iterator[int]:
        for line in _lines(path):
            name, _, count = line.partition(" ")
            if name == "oom_kill" and count.isdecimal():
                yield int(count)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("ascii", errors="replace").splitlines()
    except OSError:
        return []
