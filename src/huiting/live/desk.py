"""What all live calls of a process want decoded, and in which order they get it.

Finals first, the oldest first; then segments that seem to be over; then of each channel the
newest partial, the longest waiting first. Nothing final is ever dropped. When finals pile up
nothing else is given out until they are caught up with. On a machine that decodes slowly a
segment is heard with less of the speech before it, so that it is shown in time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Condition

from huiting.live.asks import Ask

STRAINED = 2.0
"""Seconds that the oldest final has waited, from which only finals are given out..."""
RELIEVED = 0.5
"""...until the oldest has waited no longer than this."""
AIM = 0.7
"""Seconds that decoding a segment should take."""
SMOOTH = 0.2
"""Weight of the latest measurement of how fast it goes."""
NOTHING = 0.01
"""Seconds; what is given back sooner was not decoded."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """An ask taken from the desk; `Desk.done` gives it back."""

    session: str
    ask: Ask
    since: float
    """When it was put, by the desk's clock..."""
    taken: float = 0.0
    """...and when it was taken."""


class Desk:
    """The asks of all sessions. May be used from several threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Await asks.

        Args:
            now: seconds of a clock that never goes back.
        """
        self._now = now
        self._changed = Condition()
        self._finals: OrderedDict[tuple[str, int], Work] = OrderedDict()
        """By session and number of the segment, the oldest first."""
        self._others: OrderedDict[tuple[str, int], Work] = OrderedDict()
        """By session and channel, the longest waiting first."""
        self._taken: list[Work] = []
        self._strained = False
        self._closed = False
        self._speed: float | None = None

    def put(self, session: str, asks: Iterable[Ask]) -> None:
        """Take what a session asks for, in order."""
        with self._changed:
            for ask in asks:
                self._put(Work(session, ask, self._now()))
            self._changed.notify_all()

    def _put(self, work: Work) -> None:
        ask, channel = work.ask, (work.session, work.ask.channel)
        waiting = self._others.get(channel)
        if ask.final:
            if waiting is not None and waiting.ask.number <= ask.number:
                del self._others[channel]
            self._finals[work.session, ask.number] = work
        elif waiting is None:
            self._others[channel] = work
        else:  # in the place of the older one, so that it has not waited in vain
            self._others[channel] = Work(work.session, ask, waiting.since)

    def take(self, timeout: float | None = None) -> Work | None:
        """Return what is to be decoded next; None when there is nothing for `timeout` seconds.

        While one ask of a channel is decoded, nothing else of the same channel is given out but
        finals of other segments.
        """
        with self._changed:
            work = self._next()
            if work is None and not self._closed:
                self._changed.wait_for(lambda: self._closed or self._ready(), timeout)
                work = self._next()
            if work is not None:
                self._taken.append(work)
            return work

    def _ready(self) -> bool:
        return self._pick() is not None

    def _next(self) -> Work | None:
        found = self._pick()
        if found is None:
            return None
        kind, key = found
        work = kind.pop(key)
        ask = work.ask if self._speed is None else work.ask.lighter(self._speed * AIM)
        return replace(work, ask=ask, taken=self._now())

    def _pick(self) -> tuple[OrderedDict[tuple[str, int], Work], tuple[str, int]] | None:
        """Return where the next one is."""
        segments = {(work.session, work.ask.number) for work in self._taken}
        channels = {(work.session, work.ask.channel) for work in self._taken}
        for key in self._finals:
            if key not in segments:
                return self._finals, key
        if self._is_strained():
            return None
        free = [key for key in self._others if key not in channels]
        free.sort(key=lambda key: not self._others[key].ask.complete)  # stable: oldest first
        return (self._others, free[0]) if free else None

    def done(self, work: Work) -> None:
        """Take back what was taken, decoded or not. Tell its session first."""
        with self._changed:
            self._taken.remove(work)
            self._measure(work)
            self._changed.notify_all()

    def _measure(self, work: Work) -> None:
        took = self._now() - work.taken
        if took < NOTHING or not work.ask.complete:  # a stream has decoded most of it before
            return
        speed = work.ask.audio.duration / took
        known = speed if self._speed is None else self._speed
        self._speed = known + SMOOTH * (speed - known)

    @property
    def speed(self) -> float | None:
        """Seconds of sound decoded in a second, one ask at a time; None until it is known."""
        with self._changed:
            return self._speed

    def behind(self, session: str) -> float:
        """Return the seconds of a session's speech that is over and is not decoded yet."""
        with self._changed:
            waiting = [*self._finals.values(), *self._taken]
            return sum(
                span.duration
                for work in waiting
                if work.session == session and work.ask.final
                for span in work.ask.own
            )

    @property
    def strained(self) -> bool:
        """Whether only finals are given out."""
        with self._changed:
            return self._is_strained()

    def _is_strained(self) -> bool:
        oldest = next(iter(self._finals.values()), None)
        waited = 0.0 if oldest is None else self._now() - oldest.since
        self._strained = waited > (RELIEVED if self._strained else STRAINED)
        return self._strained

    def leave(self, session: str) -> None:
        """Forget all that waits of a session that nobody listens to any more."""
        with self._changed:
            for waiting in (self._finals, self._others):
                for key in [key for key in waiting if key[0] == session]:
                    del waiting[key]

    def close(self) -> None:
        """Give out what is there, and wait for no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
