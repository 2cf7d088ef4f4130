"""Which runs of jobs have lost their worker. Looks at no clock but this process's own.

A worker raises the beat of every job that it runs. A run is lost when its process is known
to have ended, or when its beat stood still for the lease, all of which time this process was
looking. No two clocks are compared, so a clock that jumps, of a host or of the database, makes
no worker seem dead and keeps no dead one alive. Whoever was asleep (a paused virtual machine)
counts only the time in which it looked.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from huiting.jobs.work.identity import gone

_BLINK = 5.0
"""Seconds between two looks that count at most: longer ones were not looking."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A job that runs, as it was seen."""

    job: int
    fence: int
    beat: int
    worker: str


@dataclass(slots=True)
class _Watched:
    sight: Sight
    still: float = 0.0
    """Seconds for which the beat was seen to stand still."""


class Lookout:
    """What one process has seen of all jobs that run. For one thread."""

    def __init__(
        self,
        lease: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        ended: Callable[[str], bool] | None = None,
    ) -> None:
        self._lease = lease
        self._clock = clock
        self._ended = gone() if ended is None else ended
        self._watched: dict[int, _Watched] = {}
        self._looked = clock()

    def look(self, sights: Iterable[Sight]) -> list[Sight]:
        """Take in all jobs that run now; return those whose worker is lost."""
        now = self._clock()
        passed, self._looked = min(now - self._looked, _BLINK), now
        self._watched = {sight.job: self._watch(sight, passed) for sight in sights}
        return [w.sight for w in self._watched.values() if self._lost(w)]

    def _watch(self, sight: Sight, passed: float) -> _Watched:
        before = self._watched.get(sight.job)
        if before is None or before.sight != sight:
            return _Watched(sight)
        return _Watched(sight, before.still + passed)

    def _lost(self, watched: _Watched) -> bool:
        return watched.still >= self._lease or self._ended(watched.sight.worker)
