"""The log of one live call: what happened, by number, for any number of readers.

What is out of date goes: of the partials of a segment only the newest is kept, and none after
its final; of the pulse the newest. So a reader who comes late, or is slow, reads what counts
and not what had been; nobody who reads can hold up the call.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable

from huiting.live.updates import Cue, Final, Partial, Pulse, Speech, Strain
from huiting.service.live.happening import Away, Ended, Event, Happening, Missed

MOST = 20_000
"""Events that are kept; those of a call of many hours."""
AT_ONCE = 500
"""Events that are taken at once."""
SLACK = 64
"""Places of events that are gone, which are let be."""


class Log:
    """What happened in a call. May be used from several threads.

    Args:
        first: number of the first event.
        most: events that are kept.
    """

    def __init__(self, first: int = 1, most: int = MOST) -> None:
        self._next = first
        self._most = most
        self._numbers: list[int] = []
        """In order, so that a reader's place is found without looking through what it has read."""
        self._events: list[Event | None] = []
        """Beside them; None for what is gone. At most about twice as many as are kept."""
        self._first = 0
        """Place before which all are gone."""
        self._kept = 0
        self._newest: dict[Hashable, int] = {}
        self._dropped = 0
        self._lock = threading.Lock()
        self._readers: list[Watching] = []
        self._over = False

    @property
    def last(self) -> int:
        """Number of the latest event; 0 when nothing happened."""
        return self._next - 1

    @property
    def over(self) -> bool:
        """Nothing follows."""
        return self._over

    @property
    def readers(self) -> int:
        """How many read."""
        return len(self._readers)

    def add(self, happenings: Iterable[Happening]) -> list[Event]:
        """Write what happened, tell the readers, and return it with its numbers."""
        with self._lock:
            added = [self._put(happening) for happening in happenings if not self._over]
            readers = tuple(self._readers) if added else ()
        for reader in readers:
            reader.tell()
        return added

    def restore(self, events: Iterable[Event], skip: int) -> None:
        """Write what happened before the log was made, with the numbers that it had.

        Args:
            events: in order.
            skip: numbers left out then: of events that were told and are not known any more.
        """
        with self._lock:
            for event in events:
                self._next = max(self._next, event.number)
                self._put(event.what)
            self._next += skip

    def after(self, number: int, most: int | None = AT_ONCE) -> list[Event]:
        """Return what followed an event, the oldest first.

        Args:
            number: of the event.
            most: how many at most; None for all.
        """
        found: list[Event] = []
        with self._lock:
            if number < self._dropped:
                found.append(Event(self._dropped, Missed(number + 1, self._dropped)))
                most = most and most + 1
            for place in range(self._place(number), len(self._events)):
                event = self._events[place]
                if event is not None:
                    found.append(event)
                if len(found) == most:
                    break
        return found

    def finals(self, after: int, before: int) -> list[Event]:
        """Return what was said for good between two events, by their numbers."""
        with self._lock:
            between = self._events[self._place(after) : bisect_left(self._numbers, before)]
        return [event for event in between if event and isinstance(event.what, Final)]

    def read(
        self,
        after: int,
        wake: Callable[[], None] | None = None,
        shown: Callable[[Event], Event] | None = None,
    ) -> "Watching":
        """Begin to read behind an event; see `Watching`."""
        reader = Watching(self, after, wake, shown)
        with self._lock:
            self._readers.append(reader)
        return reader

    def leave(self, reader: "Watching") -> None:
        """Forget a reader."""
        with self._lock:
            if reader in self._readers:
                self._readers.remove(reader)

    def _put(self, happening: Happening) -> Event:
        event = Event(self._next, happening)
        self._next += 1
        if isinstance(happening, Final):
            self._forget(("partial", happening.number))
        key = _replaces(happening)
        if key is not None:
            self._forget(key)
            self._newest[key] = event.number
        self._numbers.append(event.number)
        self._events.append(event)
        self._kept += 1
        self._trim()
        self._over = self._over or isinstance(happening, Ended)
        return event

    def _forget(self, key: Hashable) -> None:
        old = self._newest.pop(key, None)
        if old is None:
            return
        place = bisect_left(self._numbers, old)
        if self._first <= place < len(self._numbers) and self._numbers[place] == old:
            self._events[place] = None
            self._kept -= 1

    def _trim(self) -> None:
        """Let the oldest go where there are too many, and the places of what is gone."""
        while self._kept > self._most:
            event = self._events[self._first]
            if event is not None:
                self._events[self._first] = None
                self._dropped = event.number
                self._kept -= 1
            self._first += 1
        if len(self._events) > 2 * self._kept + SLACK:
            self._events = [event for event in self._events if event is not None]
            self._numbers = [event.number for event in self._events if event is not None]
            self._first = 0

    def _place(self, number: int) -> int:
        return max(self._first, bisect_right(self._numbers, number))


class Watching:
    """Somebody who reads the log of a call, at a pace of their own. Used by one thread at a time.

    Args:
        log: what is read.
        after: number of the event behind which it begins.
        wake: called, by whoever made it happen, when something did; must not wait.
        shown: what an event is read as; None for as it is.
    """

    def __init__(
        self,
        log: Log,
        after: int,
        wake: Callable[[], None] | None = None,
        shown: Callable[[Event], Event] | None = None,
    ) -> None:
        self._log = log
        self._after = after
        self._wake = wake
        self._shown = shown
        self._news = threading.Event()
        self._news.set()

    @property
    def over(self) -> bool:
        """Everything was taken, and nothing follows."""
        return self._log.over and self._after >= self._log.last

    def take(self) -> list[Event]:
        """Return what happened since the last time; nothing when nothing did."""
        self._news.clear()
        found = self._log.after(self._after)
        if found:
            self._after = found[-1].number
            self._news.set()  # there may be more
        return found if self._shown is None else [self._shown(event) for event in found]

    def wait(self, seconds: float) -> bool:
        """Wait until something happened, at most so long; tell whether there may be something."""
        return self._news.wait(seconds)

    def tell(self) -> None:
        """Say that something happened."""
        self._news.set()
        if self._wake is not None:
            self._wake()

    def close(self) -> None:
        """Read no more."""
        self._log.leave(self)


def _replaces(happening: Happening) -> Hashable | None:
    """Return what an event is the newest of; None where each one counts."""
    match happening:
        case Partial():
            return "partial", happening.number
        case Cue():
            return "cue", happening.key
        case Speech():
            return "speech", happening.channel
        case Pulse() | Strain() | Away():
            return type(happening).__name__
    return None
