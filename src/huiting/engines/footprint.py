"""What memory our processes take: this one, and those in which engines run apart.

Of the main memory what is resident, as Linux tells it; of CUDA devices what their library tells
of each process. What nobody tells is None, never 0. Knows no model.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from huiting.engines import _cuda
from huiting.engines.apart import running

PROC, PAGE = Path("/proc"), "SC_PAGE_SIZE"
_SESSION = 3
"""Place of the session among what `stat` tells behind the name."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of memory."""

    memory: int | None = None
    """Of the main memory; None when nobody knows."""
    cards: int | None = None
    """Of CUDA devices; None where none is used, or nobody knows."""

    def since(self, before: "Footprint") -> "Footprint":
        """Return by how much it grew."""
        grown = None
        if self.memory is not None and before.memory is not None:
            grown = max(0, self.memory - before.memory)
        return Footprint(grown, max(0, (self.cards or 0) - (before.cards or 0)) or None)


def together(found: Iterable[Footprint]) -> Footprint:
    """Return the sum; of the main memory nothing where it is not known of each, or there is none."""
    found = list(found)
    known = [one.memory for one in found if one.memory is not None]
    whole = sum(known) if found and len(known) == len(found) else None
    return Footprint(whole, sum(one.cards or 0 for one in found) or None)


def footprint(proc: Path = PROC) -> Footprint:
    """Return what this process takes, and what runs apart from it.

    What several of them share, such as libraries, counts once for each.
    """
    if not (proc / "self" / "statm").exists():
        return Footprint()
    numbers = {os.getpid(), *_led(proc, frozenset(running()))}
    memory = sum(_resident(proc / str(number)) for number in numbers)
    return Footprint(memory, _cuda.taken(_cuda.manager(), numbers))


def _led(proc: Path, leaders: frozenset[int]) -> Iterator[int]:
    """Yield the processes of sessions: each leader, and whatever it started."""
    if not leaders:
        return
    for folder in proc.iterdir():
        if folder.name.isdecimal() and _session(folder) in leaders:
            yield int(folder.name)


def _session(process: Path) -> int:
    try:
        said = (process / "stat").read_text("utf-8", "replace")
    except OSError:  # it is over
        return 0
    return int(said.rpartition(")")[2].split()[_SESSION])


def _resident(process: Path) -> int:
    try:
        pages = (process / "statm").read_text("ascii").split()
    except OSError:
        return 0
    return int(pages[1]) * os.sysconf(PAGE)
