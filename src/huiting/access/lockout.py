"""How long somebody waits who tried in vain to sign in.

The wait doubles with every failure and has an end: an account is slowed down, never locked
for good, or anybody who knows a name could lock its owner out.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is borne. Times in seconds."""

    free: int
    """Failures that cost nothing."""
    first: float = 15.0
    longest: float = 900.0
    forget: float = 86_400.0
    """After so long without a failure all are forgotten."""

    def wait(self, failures: int, last: datetime, now: datetime) -> float:
        """Return how many seconds are left to wait; 0 for none.

        Args:
            failures: in a row.
            last: when the last one was.
            now: when it is tried again.
        """
        over = failures - self.free
        passed = max((now - last).total_seconds(), 0.0)
        if over < 0 or passed >= self.forget:
            return 0.0
        # 2 ** 30 * first is beyond any `longest`; a float could not hold 2 ** 2000.
        return max(min(self.first * 2.0 ** min(over, 30), self.longest) - passed, 0.0)


ACCOUNT = Patience(free=5)
"""Of one name, from wherever."""
ONLY_ADMINISTRATOR = Patience(free=5, longest=60.0)
"""Of the last one who could help others in."""
ADDRESS = Patience(free=20)
"""From one address, which a whole office may share."""
