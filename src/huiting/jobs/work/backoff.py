"""How long a job waits after a failure before it is tried again."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow, and are spread so that jobs that failed together are not tried together."""

    first: float = 5.0
    """Seconds after the first failure."""
    factor: float = 4.0
    most: float = 300.0
    """Seconds that no wait exceeds."""

    def wait(self, failures: int, chance: random.Random) -> float:
        """Return seconds to wait after so many failures (>= 1): between half and all of the step."""
        step = min(self.most, self.first * self.factor ** (failures - 1))
        return step * chance.uniform(0.5, 1.0)
