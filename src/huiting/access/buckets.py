"""Token buckets: how often each may ask. Bounded in memory; knows no clock of its own."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may happen."""

    per_second: float
    """In the long run, > 0."""
    burst: float
    """At once, >= 1."""


class Buckets:
    """A bucket for each who asks. May be used from several threads.

    Who has not asked for longest is forgotten when there are too many; a forgotten bucket is
    a full one, so to gain by it one must come from as many addresses as are remembered.
    """

    def __init__(self, rate: Rate, most: int = 10_000) -> None:
        """Begin with full buckets.

        Args:
            rate: of each.
            most: buckets remembered.
        """
        self._rate = rate
        self._most = most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, who: str, now: float, cost: float = 1.0) -> float:
        """Take from the bucket of `who`; return seconds to wait, and take nothing then.

        Args:
            who: any name.
            now: seconds of a clock that never goes back.
            cost: how much is asked, <= burst.
        """
        with self._lock:
            left, at = self._left.pop(who, (self._rate.burst, now))
            left = min(self._rate.burst, left + max(now - at, 0.0) * self._rate.per_second)
            wait = max(cost - left, 0.0) / self._rate.per_second
            self._left[who] = (left if wait else left - cost, now)
            if len(self._left) > self._most:
                self._left.popitem(last=False)
            return wait
