"""Which tickets were handed to a worker that will never take their jobs.

A worker takes the job of a ticket at once. When it died before that, Procrastinate knows it by
a heartbeat that is old by the clock of the database; after that clock was set back, no
heartbeat is old for as long. So looks are counted here, and no time is read.
"""

from collections.abc import Iterable


class Strays:
    """What one process has seen of tickets that were handed out. For one thread."""

    def __init__(self, looks: int) -> None:
        self._looks = looks
        """Looks in a row after the first that show a ticket still unused: then it is lost."""
        self._seen: dict[int, int] = {}

    def look(self, handed: Iterable[int]) -> frozenset[int]:
        """Take in all tickets that were handed out and not used; return those that are lost."""
        self._seen = {ticket: self._seen.get(ticket, -1) + 1 for ticket in handed}
        return frozenset(t for t, looks in self._seen.items() if looks >= self._looks)
