"""One live call on this server: its bytes kept, heard as they come, told as they are heard.

Three kinds of threads meet here. The connection keeps bytes (`take`), and has then done its
part. The call's own thread reads them from the disk, lets the session hear them, and ends the
call (`run`). Those that ask the models bring what was said (`answer`). What the machine cannot
hear at once stays on the disk, so memory does not grow and nothing is lost.
"""

import logging
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from huiting.audio.arriving import Arriving
from huiting.core.errors import Conflict, HuitingError
from huiting.core.types import Segment
from huiting.live import codec
from huiting.live.asks import Ask
from huiting.live.desk import Desk, Work
from huiting.live.session import Session
from huiting.live.updates import Cue, Final, Lost, Partial, Update
from huiting.service.live.card import Card
from huiting.service.live.counting import Counting
from huiting.service.live.happening import Away, Ended, Event, Happening, Why
from huiting.service.live.hearing import Earlier, Heard, Listen, Listener, spans_of
from huiting.service.live.limits import Limits
from huiting.service.live.log import Log
from huiting.service.live.spool import ACCEPTED, Kept, NoRoom, Spool
from huiting.service.live.tongue import Tongue
from huiting.service.recordings import Options
from huiting.service.troubles import Gone

log = logging.getLogger(__name__)

PIECE = 0.5
"""Seconds of audio heard at once, at most."""
LOOK = 0.2
"""Seconds after which a thread that waits looks again by itself."""
REMEMBERED = 30
"""Segments of a voice against which the sound of the next one is judged."""
SKIPPED = 100_000
"""Numbers left out after a restart: those of events that nobody keeps."""
Impressions = tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True)
class Means:
    """What all calls of a server share."""

    desk: Desk
    limits: Limits
    clock: Callable[[], float]
    """Seconds, of any origin."""
    counting: Counting
    keep: Callable[[Spool, Sequence[Event], Why], Ended]
    """Puts a call away that has ended."""


class Ongoing:
    """A live call. May be used from several threads.

    Args:
        spool: what has come of it; empty, or left by an earlier process.
        means: what it shares with the others.
    """

    def __init__(self, spool: Spool, means: Means) -> None:
        self.spool = spool
        self.log = Log()
        self.card = Card()
        self.away_since: float | None = None
        """When its side vanished; None while it is there."""
        self.over_since: float | None = None
        """When all was done; None before."""
        self.began = False
        """Its thread was started."""
        self._means = means
        self._session: Session | None = None
        self._arriving: Arriving | None = None
        self._side = 0
        self._read = 0
        self._begun = means.clock() - spool.seconds
        self._came = means.clock()
        self._changed = threading.Condition()
        """Guards the bytes, and who sends them."""
        self._hearing = threading.RLock()
        """Guards the session, and the order in which it tells."""
        self._ending: Why | None = None
        self._ended_at = 0.0
        self._asked_at: float | None = None
        """When something was first asked of the models..."""
        self._answered = False
        """...which was told."""
        self._closed = False
        self._felt: dict[int, Impressions] = {}
        opening = spool.kept.opening
        self._options = Options(hotwords=opening.hotwords).text()
        self._tongues = [Tongue(opening.language) for _ in opening.roles]
        self._known: dict[int, tuple[tuple[Segment, ...], Impressions]] = {}
        """What was said for good before a restart, by number of the segment."""
        self._lost: dict[int, str] = {}
        """What could not be decoded then, and why."""
        self._left_by: Why | None = None
        """What an earlier process ended it by."""
        self._again = spool.size
        """Bytes that an earlier process heard."""
        self._restore()

    @property
    def kept(self) -> Kept:
        """What it began with."""
        return self.spool.kept

    @property
    def id(self) -> str:
        """Of the call."""
        return self.kept.id

    @property
    def ending(self) -> Why | None:
        """What it ends by; None while it goes on."""
        return self._ending

    @property
    def goes_on(self) -> bool:
        """Its side may speak, or come back."""
        return self._ending is None and self._left_by is None and not self._closed

    @property
    def put_away(self) -> bool:
        """It is over, and nothing is left to be done for it."""
        return self.card.ended is not None and not self.card.ended.kept_later

    @property
    def waits(self) -> bool:
        """It is over, and could not be put away yet."""
        return self.card.ended is not None and self.card.ended.kept_later

    @property
    def behind(self) -> float:
        """Seconds that have come and are not heard, or not decoded yet."""
        unread = self.kept.opening.seconds(self.spool.size - self._read)
        return unread + self._means.desk.behind(self.id)

    @property
    def quiet(self) -> float:
        """Seconds since its side sent any audio."""
        return self._means.clock() - self._came

    def left_behind(self) -> None:
        """Say that an earlier process left it: its side may come back, unless it had ended."""
        self.away_since = float("-inf") if self._left_by else self._means.clock()
        self.card.away = True

    def give_up(self) -> None:
        """End it because its side stays away."""
        self.finish(Why.GONE if self.began else self._left_by or Why.RESTARTED)

    # The side that speaks

    def attach(self) -> int:
        """Let a connection speak, in place of the one before; return its number."""
        with self._changed:
            if not self.goes_on:
                raise Gone("live call", "it is over", "open another one")
            self._side += 1
            back, self.away_since = self.away_since is not None, None
            self._changed.notify_all()
        if back:
            self.tell([Away(self.spool.seconds, on=False)])
        return self._side

    def detach(self, side: int) -> None:
        """Say that a connection is cut."""
        with self._changed:
            if side != self._side or self._ending is not None or self.away_since is not None:
                return
            self.away_since = self._means.clock()
        self.tell([Away(self.spool.seconds, on=True)])

    def take(self, side: int, data: bytes) -> None:
        """Keep audio; see `Line.feed`."""
        with self._changed:
            self._check(side)
            opening = self.kept.opening
            most = round(self._means.limits.longest * opening.rate) * opening.frame
            try:
                self.spool.append(data[: max(0, most - self.spool.size)])
            except NoRoom:
                self._end(Why.NO_ROOM)
                raise
            if self.spool.size >= most:
                self._end(Why.TOO_LONG)
            self._changed.notify_all()
            while self._ending is None and side == self._side and self._too_fast():
                self._changed.wait(LOOK)
            self._came = self._means.clock()
        self._means.counting.came(opening.seconds(len(data)))

    def finish(self, why: Why, side: int | None = None) -> None:
        """End it; of a connection that counts no more, nothing."""
        with self._changed:
            if side is None or side == self._side:
                self._end(why)

    def close(self) -> None:
        """Leave it as it is, for the next process; `run` returns."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if not self.began:
            self.spool.close()

    def _check(self, side: int) -> None:
        if not self.goes_on:
            raise Gone("live call", "it is over", "open another one")
        if side != self._side:
            raise Conflict("live call", "it goes on over another connection", "close this one")

    def _too_fast(self) -> bool:
        """Tell whether the sender must wait: it is before its time, and we are not."""
        limits = self._means.limits
        ahead = self.spool.seconds - (self._means.clock() - self._begun)
        return not self._closed and ahead > limits.ahead and self.behind > limits.unheard

    def _end(self, why: Why) -> None:
        if self._ending is None:
            self._ending, self._ended_at = why, self._means.clock()
            self.away_since = None
            with suppress(NoRoom):
                self.spool.note({"ended": why.value})
        self._changed.notify_all()

    # The call's own thread

    def run(self, session: Session | None) -> None:
        """Hear what comes until the call is over, then put it away; or until it is closed.

        Args:
            session: fresh; None when nobody needs to know any more what is said.
        """
        opening = self.kept.opening
        self._session = session
        self._arriving = Arriving(opening.rate, opening.channels, opening.encoding)
        try:
            while (data := self._next()) is not None:
                self._hear(data)
            if self._ending is not None and not self._closed:
                self._last_words()
        except Exception as error:  # noqa: BLE001  (whatever it is, what came is kept)
            self._deaf(error)
            self.finish(Why.FAILED)
        finally:
            self._means.desk.leave(self.id)
            if self._ending is not None and not self._closed:
                self._put_away(self._ending)
            else:
                with self._hearing:
                    self._session = None  # what is still being decoded is decoded again
                    self.spool.close()

    def _next(self) -> bytes | None:
        """Return the next audio, nothing when it is time to look around; None at the end."""
        backlog, opening = self._means.limits.backlog, self.kept.opening
        with self._changed:
            if not self._ready(backlog):
                self._changed.wait(LOOK)
            if self._closed or (self._ending is not None and self._late()):
                return None
            if not self._ready(backlog):
                return None if self._ending is not None and self._read >= self.spool.size else b""
        data = self.spool.read(self._read, round(PIECE * opening.rate) * opening.frame)
        self._read += len(data)
        return data

    def _ready(self, backlog: float) -> bool:
        return self._read < self.spool.size and self._means.desk.behind(self.id) < backlog

    def _late(self) -> bool:
        """Tell whether its end has been waited for long enough."""
        return self._means.clock() - self._ended_at > self._means.limits.last

    def _hear(self, data: bytes) -> None:
        """Let the session hear audio; should it fail, the call is kept all the same."""
        desk = self._means.desk
        with self._hearing:
            if self._session is None or self._arriving is None:
                return
            try:
                updates = self._session.feed(self._arriving.feed(data)) if data else []
                updates += self._session.strained(on=desk.strained, behind=round(self.behind, 1))
                self._ask(self._session, updates)
            except Exception as error:  # noqa: BLE001  (whatever it is, what came is kept)
                self._deaf(error)
        with self._changed:
            self._changed.notify_all()

    def _last_words(self) -> None:
        """Let the session end, and wait for what is still to be decoded."""
        with self._hearing:
            if self._session is None or self._arriving is None:
                return
            try:
                updates = self._session.feed(self._arriving.finish())
                updates += self._session.finish()
                self._ask(self._session, updates)
            except Exception as error:  # noqa: BLE001  (whatever it is, what came is kept)
                self._deaf(error)
                return
        with self._changed:
            while not self._session.over and not self._late() and not self._closed:
                self._changed.wait(LOOK)

    def _ask(self, session: Session, updates: Iterable[Update]) -> None:
        """Tell what follows from audio, and have what it asks for decoded."""
        again = 0 < self._again >= self._read  # heard before, by an earlier process
        if again:
            updates = [u for u in updates if isinstance(u, Final) and u.number not in self._known]
        asks, told = [], [updates]
        for ask in session.asks():
            if ask.final and ask.number in self._known:
                found = session.heard(ask, *self._known[ask.number])
                told.append([u for u in found if not isinstance(u, (Final, Cue))])
            elif ask.final and ask.number in self._lost:
                session.failed(ask, self._lost[ask.number])
            elif ask.final or not again:
                asks.append(ask)
        self.tell(chain.from_iterable(told))
        if asks and self._asked_at is None:
            self._asked_at = self._means.clock()
        self._means.desk.put(self.id, asks)

    def _deaf(self, error: Exception) -> None:
        log.warning(
            "live call is heard no more",
            extra={"call": self.id, "code": getattr(error, "code", type(error).__name__)},
        )
        self._session = None

    def _put_away(self, why: Why) -> None:
        with self._hearing:
            self._session = None  # what is still being decoded comes too late
        try:
            ended = self._means.keep(self.spool, self.log.after(0, most=None), why)
        except Exception as error:  # noqa: BLE001  (whatever it is, what came is kept)
            log.warning(
                "live call cannot be put away yet",
                extra={"call": self.id, "code": getattr(error, "code", type(error).__name__)},
            )
            ended = Ended(why, self.spool.seconds, None, kept_later=True)
            self.spool.close()
        self.over_since = self._means.clock()
        self.tell([ended])
        self._means.counting.live_ended(why.value)

    # Those that ask the models

    def answer(self, work: Work, listener: Listener) -> None:
        """Have something decoded that was asked for, and tell what follows."""
        ask = work.ask
        with self._hearing:
            session = self._session
            if session is None or not session.wanted(ask):
                return
            asked = self._listen(session, ask)
        try:
            heard = listener.hear(asked)
        except HuitingError as error:
            log.warning("live speech not decoded", extra={"call": self.id, "code": error.code})
            with self._hearing:
                if self._session is session:
                    self.tell(session.failed(ask, error.reason))
        else:
            with self._hearing:
                if self._session is session:
                    self._take(session, ask, heard)
            self._count(work)
        with self._changed:
            self._changed.notify_all()

    def _count(self, work: Work) -> None:
        now, counting = self._means.clock(), self._means.counting
        counting.decoded("final" if work.ask.final else "partial", now - work.since)
        with self._hearing:
            first, self._answered = not self._answered, True
        if first:
            counting.first(now - (work.since if self._asked_at is None else self._asked_at))

    def _listen(self, session: Session, ask: Ask) -> Listen:
        earlier: list[Earlier] = []
        if ask.complete:
            said, sounded = session.voice(ask.channel)
            pairs = list(zip(said, sounded, strict=False))[-REMEMBERED:]
            earlier = [Earlier(s.text, _bytes(row)) for s, row in pairs]
        return Listen(
            samples=_bytes(ask.audio.samples),
            channel=ask.channel,
            start=ask.start,
            spans=spans_of(ask.spans),
            offsets=ask.offsets,
            since=ask.since,
            complete=ask.complete,
            role=self.kept.opening.roles[ask.channel],
            language=self._tongues[ask.channel].language,
            options=self._options,
            earlier=tuple(earlier),
            call=self.id,
            number=ask.number,
            final=ask.final,
        )

    def _take(self, session: Session, ask: Ask, heard: Heard) -> None:
        if ask.complete:
            self._felt[ask.number] = heard.impressions
        if ask.final:
            spoken = sum(span.duration for span in ask.spans)
            self._tongues[ask.channel].take(heard.odds, spoken)
        self.tell(session.heard(ask, heard.segments, heard.impressions))
        self._feel(session, ask.channel)

    def _feel(self, session: Session, channel: int) -> None:
        """Tell the session how a voice sounds, as far as that is known."""
        said, _ = session.voice(channel)
        emotions = [s.emotion for s in said if s.emotion is not None]
        if said and len(emotions) == len(said):
            self.tell(session.felt(channel, emotions))

    # What is told

    def tell(self, happenings: Iterable[Happening]) -> None:
        """Tell what happened, and keep what counts."""
        with self._hearing:
            for happening in self._wanted(happenings):
                if self.log.over:
                    return
                event = Event(self.log.last + 1, happening)
                self._note(event)
                self.card.take(event)  # before anybody is told: who asks then finds it so
                self.log.add([happening])

    def _wanted(self, happenings: Iterable[Happening]) -> list[Happening]:
        interim = self.kept.opening.interim
        return [h for h in happenings if interim or not isinstance(h, Partial)]

    def _note(self, event: Event) -> None:
        """Keep what counts before anybody is told: who saw it finds it again after a crash."""
        if not isinstance(event.what, (Final, Cue, Lost)):
            return
        record = {"number": event.number, "update": codec.to_json(event.what)}
        if isinstance(event.what, Final):
            rows = self._felt.pop(event.what.number, ())
            record["impressions"] = [b64encode(_bytes(row)).decode() for row in rows]
        try:
            self.spool.note(record)
        except NoRoom as error:
            log.warning("live words not kept", extra={"call": self.id, "code": error.code})

    def _restore(self) -> None:
        """Take up what an earlier process told."""
        events: list[Event] = []
        for record in self.spool.told():
            if "ended" in record:
                self._left_by = Why(record["ended"])
                continue
            if ACCEPTED in record:
                continue
            update = codec.from_json(record["update"])
            events.append(Event(record["number"], update))
            self.card.take(events[-1])
            if isinstance(update, Final):
                rows = tuple(
                    np.frombuffer(b64decode(row), np.float32)
                    for row in record.get("impressions", ())
                )
                self._known[update.number] = update.segments, rows
            elif isinstance(update, Lost):
                self._lost[update.number] = update.reason
        if events or self._again:
            self.log.restore(events, skip=SKIPPED)


def _bytes(values: NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(values, np.float32).tobytes()
