"""The handler that adds up days, so that nobody waits for it; it forgets its predecessors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiting.jobs.job import Order
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.service.days import Days

KIND = "count"
"""Of the jobs."""
ORDER = Order(kind=KIND, subject="days", attempts=1)
"""What a schedule puts every minute."""
EVERY = 60.0
"""Seconds."""
FORGOTTEN = timedelta(days=1)
"""How long such a job is known when it is over: there are 1,440 a day, and they tell nothing."""
LONGEST = timedelta(seconds=50)
"""After which what is left waits for the next job: no two count at a time."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A `Handler`."""

    days: Days
    queue: Queue
    now: Callable[[], datetime]

    def __call__(self, running: Running) -> None:
        """Add up what is behind, the latest day first, for as long as a job may take."""
        began = self.now()

        def goes_on() -> bool:
            taken = self.now() - began
            running.advance("count", taken / LONGEST)
            return taken < LONGEST

        self.days.catch_up(goes_on)
        self.queue.prune(FORGOTTEN, kind=KIND)
        with self.days.store.database.writing() as connection:
            running.finish(connection)
