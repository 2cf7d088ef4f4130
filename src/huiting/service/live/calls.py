"""The live calls of one server: opened, gone on with, watched, and looked after."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from huiting.access.principal import Actor, Principal
from huiting.core.errors import StoreError, Unknown
from huiting.core.ports import MeaningStage
from huiting.live.desk import Desk
from huiting.live.session import Session
from huiting.observe.metrics import LiveLoad
from huiting.service.live import spool as spools
from huiting.service.live.counting import Counting, Uncounted
from huiting.service.live.crew import Crew, Work
from huiting.service.live.happening import Why
from huiting.service.live.hearing import Listener
from huiting.service.live.keeping import Keeper
from huiting.service.live.limits import Limits
from huiting.service.live.line import Line
from huiting.service.live.log import Watching
from huiting.service.live.ongoing import Means, Ongoing
from huiting.service.live.opening import Opening, check, placed
from huiting.service.live.recovering import Recovering
from huiting.service.live.removing import Removing
from huiting.service.live.seats import Seat, Seats
from huiting.service.live.showing import Past, Running, Showing, sees
from huiting.service.live.spool import Kept
from huiting.service.live.warmth import Warmth
from huiting.service.troubles import Gone, Leaving
from huiting.service.views import View
from huiting.store.audit import Entry
from huiting.store.live import LiveCall
from huiting.text.redaction.policy import Policy
from huiting.vault.sealed import KeyRing

log = logging.getLogger(__name__)

READY = 60.0
"""Seconds after which it is seen to that the models are loaded, where they always should be."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What live calls are made with."""

    sessions: Callable[[Kept], Session]
    """Makes what hears a call."""
    listener: Listener
    keeper: Keeper
    policy: Policy
    find: MeaningStage
    """Looks for personal data in a call."""
    clock: Callable[[], float]
    """Seconds, of any origin."""
    counting: Counting = field(default_factory=Uncounted)
    threads: int = 2
    """That have speech decoded."""
    ring: KeyRing | None = None
    """What comes is sealed with; None to keep it in the clear until the call is over."""
    ready: bool = False
    """Have the models loaded from the start, and again when they were let go."""


class Live:
    """The live calls of one server. May be used from several threads. Close it at the end.

    Args:
        root: folder of what comes.
        hands: what calls are made with.
        limits: how much they may take.
    """

    def __init__(self, root: Path, hands: Hands, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._root = root
        self._hands = hands
        desk, keeper = Desk(hands.clock), hands.keeper
        self._means = Means(desk, self.limits, hands.clock, hands.counting, keeper.keep)
        self._calls: dict[str, Ongoing] = {}
        self._lock = threading.RLock()
        self._seats = Seats(self.limits)
        self._warmth = Warmth(hands.listener, READY if hands.ready else None, hands.clock)
        self._showing = Showing(keeper, hands.policy, hands.find, self._calls.get)
        self._recovering = Recovering(root, self._means, keeper, hands.ring)
        self._crew = Crew(Work(desk, hands.listener, self._calls.get, self.tick), hands.threads)

    def start(self) -> None:
        """Take up what an earlier process left, and look after all calls from now on."""
        self._crew.hire()

    def load(self) -> LiveLoad:
        """Return how many calls there are, and how far they are behind."""
        calls = [call for call in list(self._calls.values()) if call.over_since is None]
        away = sum(call.away_since is not None for call in calls)
        return LiveLoad(len(calls) - away, away, sum(call.behind for call in calls))

    def prepare(self) -> None:
        """Begin to load the models, unless they are loaded: somebody is about to speak."""
        if self.limits.calls and not self._crew.over:
            self._warmth.warm()

    def take_seat(self, principal: Principal) -> Seat:
        """Take a place for a connection, whatever it sends; `leave` gives it back.

        Raises:
            TooMany: as many speak as may.
        """
        with self._lock:
            return self._seats.take(principal.person, self._speaking())

    def leave(self, seat: Seat) -> None:
        """Give a place back."""
        self._seats.leave(seat)

    def open(
        self, opening: Opening, principal: Principal, address: str = "", seat: Seat | None = None
    ) -> Line:
        """Begin a call.

        Args:
            opening: what is said of it.
            principal: who speaks.
            address: of who speaks, for the audit log.
            seat: that the connection has taken.

        Raises:
            InputError: it is of a form that is not taken.
            Forbidden: they say that it belongs where they may not see it.
            TooMany: as many run as may.
            StoreError: there is no room for it.
            Leaving: the server ends; nothing is left of it.
        """
        check(opening)
        opening = placed(opening, principal)
        key, keeper = secrets.token_urlsafe(24), self._hands.keeper
        kept = Kept(
            secrets.token_hex(8), _proof(key), opening, principal.id, principal.name,
            principal.role, principal.person, keeper.now(),
        )  # fmt: skip
        with self._lock:
            self._seats.check(principal.person, self._speaking(), seat)
            call = Ongoing(spools.create(self._root, kept, self._hands.ring), self._means)
            self._calls[kept.id] = call
            if seat is not None:
                seat.call = kept.id
        try:
            keeper.calls.begin(
                LiveCall(kept.id, kept.speaker, opening.metadata, opening.consent, kept.opened_at)
            )
            keeper.audit.note(
                None,
                Entry(principal.id, principal.name, "live-opened", f"live:{kept.id}", address),
            )
            session = self._hands.sessions(kept)
            with self._unless_over():
                self._begin(call, session)
                side = call.attach()
        except BaseException:
            with self._lock:
                self._calls.pop(kept.id, None)
            call.spool.remove()
            call.close()  # ends its thread, should it run
            with suppress(StoreError):  # that is why it was not begun, then
                keeper.calls.drop(kept.id)
            raise
        return Line(call, side, key)

    def resume(self, key: str, principal: Principal, address: str = "") -> Line:
        """Go on with a call after a gap, or after the server was started again.

        Raises:
            Unknown: there is none with this key that is theirs and still waits.
            StoreError: it cannot be noted who goes on with it; it still waits.
            Leaving: the server ends; it waits for the next one.
        """
        with self._unless_over():
            found = self._waiting(key, principal)
            entry = Entry(principal.id, principal.name, "live-resumed", f"live:{found.id}", address)
            self._hands.keeper.audit.note(None, entry)
            with self._lock:
                # It waits until what hears it is there; does that not come about, it waits on.
                session = None if found.began else self._hands.sessions(found.kept)
                side = found.attach()
                if not found.began:
                    self._begin(found, session)
        return Line(found, side, key)

    def _waiting(self, key: str, principal: Principal) -> Ongoing:
        proof = _proof(key)
        with self._lock:
            calls = list(self._calls.values())
        for call in calls:
            theirs = call.kept.person == principal.person and call.goes_on
            if secrets.compare_digest(call.kept.proof, proof) and theirs:
                return call
        raise Unknown("live call", "none waits with this key", "open another one")

    def running(self, view: View) -> Sequence[Running]:
        """Return the calls that somebody may see, those in need first; ended ones for a minute."""
        with self._lock:
            calls = [call for call in self._calls.values() if sees(call, view)]
        found = [self._showing.running(call, view) for call in calls]
        return sorted(found, key=lambda r: (r.ended is not None, -r.need, r.opened_at, r.id))

    def one(self, call: str, view: View) -> Running:
        """Return one of those.

        Raises:
            Unknown: there is none that they may see.
        """
        return self._showing.running(self._seen(call, view), view)

    def watch(
        self,
        call: str,
        view: View,
        after: int = 0,
        wake: Callable[[], None] | None = None,
        address: str = "",
    ) -> Watching:
        """Read what happens in a call; without personal data unless the view is unredacted.

        Args:
            call: its id.
            view: who reads.
            after: number of the event behind which they begin.
            wake: called from any thread when something happened; must not wait.
            address: of who reads, for the audit log.

        Raises:
            Unknown: there is none that they may see.
        """
        return self._showing.watch(self._seen(call, view), view, after, wake, address)

    def past(self, recording: str, view: View) -> Past | None:
        """Return what people saw of a call while it ran; None when it was not heard then.

        Args:
            recording: that came of it; the caller has made sure that the call may be seen.
            view: who reads.
        """
        found = self._hands.keeper.calls.of(recording)
        return None if found is None else self._showing.past(found, view)

    def told(self, call: str, view: View) -> Past:
        """Return what people saw of a call that is over, by its own id; the sound may be gone.

        Raises:
            Unknown: there is none that they may see.
        """
        found = self._hands.keeper.calls.find(call)
        if found is None or found.ended_at is None or not self._showing.may_read(found, view):
            raise _unknown()
        return self._showing.past(found, view)

    def remove(self, call: str, principal: Principal, by: Actor) -> None:
        """Remove for good what people saw of a call of which no recording is kept.

        Raises:
            Unknown: there is none that they may see.
            Conflict: it runs, has a recording, or is on legal hold.
            StoreError: it is not removed everywhere; removing it again goes on with it.
        """
        known = self._calls.get(call)
        removing = Removing(self._root, self._hands.keeper, self._hands.ring)
        removing.remove(call, principal, by, runs=known is not None and not known.put_away)
        if known is not None:
            self._forget(known)
        removing.finish()

    def close(self) -> None:
        """Leave all calls as they are, for the next process; calling it again does nothing."""
        self._crew.dismiss()
        with self._lock:
            calls = list(self._calls.values())
        for call in calls:
            call.close()
        self._crew.join()

    def tick(self) -> None:
        """Look at all calls: end those whose side stays away, take up what was left."""
        now = self._hands.clock()
        with self._lock:
            calls = list(self._calls.values())
        for call in calls:
            away = call.away_since
            if away is not None and now - away > self.limits.gap:
                self._give_up(call)
            elif call.goes_on and call.quiet > self.limits.quiet:
                self._end_quiet(call)
            elif call.over_since is not None and now - call.over_since > self.limits.shown:
                self._forget(call)
        self._take_up()
        self._warmth.tend()
        self._crew.tidy()

    def _speaking(self) -> list[tuple[str, str]]:
        """Return the calls that run: the id of each, and whose it is."""
        running = (call for call in self._calls.values() if call.over_since is None)
        return [(call.id, call.kept.person) for call in running]

    def _begin(self, call: Ongoing, session: Session | None) -> None:
        if not self._crew.begin(call, session):
            if self._crew.over:
                call.close()  # for the next process, as those that ran
        elif session is not None:
            self._warmth.warm()

    @contextmanager
    def _unless_over(self) -> Iterator[None]:
        """Say that the server ends, and not that a call is over or unknown because of that.

        Raises:
            Leaving: it does.
        """
        try:
            yield
        except (Gone, Unknown) as error:
            if self._crew.over:
                raise _leaving() from error
            raise
        if self._crew.over:
            raise _leaving()

    def _give_up(self, call: Ongoing) -> None:
        """End a call whose side stays away, unless it has just come back."""
        with self._lock:
            if call.away_since is None:
                return
            call.give_up()
            if not call.began:
                self._begin(call, None)

    def _end_quiet(self, call: Ongoing) -> None:
        """End a call whose side is there and sends nothing; one that never began, too."""
        with self._lock:
            call.finish(Why.GONE)
            if not call.began:
                self._begin(call, None)

    def _take_up(self) -> None:
        for call in self._recovering.calls(self._calls.get):
            with self._lock:
                self._calls[call.id] = call
            if self._crew.over:  # else its lock would outlive us
                call.close()
                return
            log.info("live call taken up", extra={"call": call.id})

    def _forget(self, call: Ongoing) -> None:
        with self._lock:
            self._calls.pop(call.id, None)
        self._showing.forget(call.id)

    def _seen(self, call: str, view: View) -> Ongoing:
        found = self._calls.get(call)
        if found is None or not sees(found, view):
            raise _unknown()
        return found


def _proof(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _leaving() -> Leaving:
    return Leaving("live calls", "cannot be used now", "try again in a moment")


def _unknown() -> Unknown:
    return Unknown("live call", "there is none", "look at those that run")
