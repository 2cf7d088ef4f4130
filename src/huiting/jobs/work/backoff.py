"""How long a job waits after a failure before it is tried again."""

import random
from dataclasses import dataclass

_STEPS = 20
"""Failures after which no step is longer than the one before."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow, and are spread so that jobs that failed together are not tried together."""

    first: float = 5.0
    """Seconds after the first failure."""
    factor: float = 4.0
    most: float = 300.0
    """Seconds that no wait exceeds."""
    away: float = 60.0
    """Seconds that no wait for something that is away exceeds."""

    def wait(self, failures: int, chance: random.Random) -> float:
        """Return seconds to wait after so many failures (>= 1): between half and all of the step."""
        step = min(self.most, self.first * self.factor ** (min(failures, _STEPS) - 1))
        return step * chance.uniform(0.5, 1.0)

    def longest(self, failures: int) -> float:
        """Return seconds that no wait exceeds, of either kind, after so many failures (>= 0)."""
        steps = min(failures, _STEPS) - 1
        return max(self.away, min(self.most, self.first * self.factor**steps))

    def absence(self, runs: int, chance: random.Random) -> float:
        """Return seconds until it is worth looking again, after so many runs of a job (>= 1)."""
        few = min(runs, 10)  # a job may wait for days
        return min(self.wait(few, chance), self.away * chance.uniform(0.5, 1.0))
