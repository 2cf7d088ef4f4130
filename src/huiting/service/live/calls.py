"""The live calls of one server: opened, gone on with, watched, and looked after."""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from huiting.access.permissions import Permission
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, HuitingError, StoreError, Unknown
from huiting.core.ports import MeaningStage
from huiting.core.types import Recording, Role
from huiting.live.desk import Desk
from huiting.live.session import Session
from huiting.live.updates import Cue, Final, Pulse
from huiting.observe.metrics import LiveLoad
from huiting.service.live import spool as spools
from huiting.service.live.card import GRAVITY
from huiting.service.live.counting import Counting, Uncounted
from huiting.service.live.happening import Ended, Event, Why
from huiting.service.live.hearing import Listener
from huiting.service.live.keeping import Keeper, name_of, unpack
from huiting.service.live.limits import Limits
from huiting.service.live.line import Line
from huiting.service.live.log import Watching
from huiting.service.live.ongoing import Means, Ongoing
from huiting.service.live.opening import Opening, check
from huiting.service.live.removing import Removing, may_see
from huiting.service.live.seats import Seat, Seats
from huiting.service.live.spool import Kept
from huiting.service.live.veil import Between, Veil
from huiting.service.live.warmth import Warmth
from huiting.service.recordings import Given, checked
from huiting.service.troubles import Locked
from huiting.service.views import View
from huiting.store.audit import Entry
from huiting.store.live import LiveCall
from huiting.text.redaction.policy import Policy
from huiting.vault.sealed import KeyRing

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds from one look at all calls to the next."""
LATER = 60.0
"""Seconds until a call that could not be put away is tried again."""
READY = 60.0
"""Seconds after which it is seen to that the models are loaded, where they always should be."""
STRAY = 3_600.0
"""Seconds after which a folder in which no call began is removed."""


@dataclass(frozen=True, slots=True)
class Running:
    """A call that runs or has just ended, as somebody may see it."""

    id: str
    name: str
    speaker: str
    """Name of who opened it."""
    metadata: Mapping[str, str]
    roles: tuple[Role, ...]
    consent: bool | None
    opened_at: datetime
    seconds: float
    """Of audio."""
    away: bool
    behind: float
    """Seconds of speech that wait to be decoded."""
    strained: bool
    pulse: Pulse | None
    last: Final | None
    """What was said last."""
    cues: tuple[Cue, ...]
    """That are on, the gravest first."""
    need: int
    """How much it should be looked at; more is more."""
    ended: Ended | None


@dataclass(frozen=True, slots=True)
class Past:
    """What people saw of a call while it ran."""

    call: LiveCall
    told: tuple[Event, ...]
    """Finals, cues and what was lost, in order."""


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
        self._desk = Desk(hands.clock)
        self._means = Means(self._desk, self.limits, hands.clock, hands.counting, hands.keeper.keep)
        self._calls: dict[str, Ongoing] = {}
        self._veils: dict[str, Veil] = {}
        self._noted: set[tuple[str, str, bool]] = set()
        """Who watched which call, and whether they saw what is private."""
        self._later: dict[str, float] = {}
        """When what could not be put away is tried again, by folder."""
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._seats = Seats(self.limits)
        self._warmth = Warmth(hands.listener, READY if hands.ready else None, hands.clock)
        self._threads: list[threading.Thread] = []
        self._runs: list[threading.Thread] = []

    def start(self) -> None:
        """Take up what an earlier process left, and look after all calls from now on."""
        self._hire()

    def load(self) -> LiveLoad:
        """Return how many calls there are, and how far they are behind."""
        calls = [call for call in list(self._calls.values()) if call.over_since is None]
        away = sum(call.away_since is not None for call in calls)
        return LiveLoad(len(calls) - away, away, sum(call.behind for call in calls))

    def prepare(self) -> None:
        """Begin to load the models, unless they are loaded: somebody is about to speak."""
        if self.limits.calls and not self._over.is_set():
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
        """
        check(opening)
        opening = replace(opening, metadata=_placed(_checked(opening), principal))
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
        except BaseException:
            with self._lock:
                del self._calls[kept.id]
            call.spool.remove()
            with suppress(StoreError):  # that is why it was not begun, then
                keeper.calls.drop(kept.id)
            raise
        self._begin(call, session)
        return Line(call, call.attach(), key)

    def resume(self, key: str, principal: Principal, address: str = "") -> Line:
        """Go on with a call after a gap, or after the server was started again.

        Raises:
            Unknown: there is none with this key that is theirs and still waits.
            StoreError: it cannot be noted who goes on with it; it still waits.
        """
        found = self._waiting(key, principal)
        entry = Entry(principal.id, principal.name, "live-resumed", f"live:{found.id}", address)
        self._hands.keeper.audit.note(None, entry)
        with self._lock:
            # It waits until what hears it is there; should that not come about, its wait goes on.
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
            calls = [call for call in self._calls.values() if _sees(call, view)]
        found = [self._shown(call, view) for call in calls]
        return sorted(found, key=lambda r: (r.ended is not None, -r.need, r.opened_at, r.id))

    def one(self, call: str, view: View) -> Running:
        """Return one of those.

        Raises:
            Unknown: there is none that they may see.
        """
        return self._shown(self._seen(call, view), view)

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
        found = self._seen(call, view)
        self._note_watcher(call, view, address)
        return found.log.read(after, wake, None if view.unredacted else self._veil(found).shown)

    def past(self, recording: str, view: View) -> Past | None:
        """Return what people saw of a call while it ran; None when it was not heard then.

        Args:
            recording: that came of it; the caller has made sure that the call may be seen.
            view: who reads.
        """
        found = self._hands.keeper.calls.of(recording)
        return None if found is None else self._past(found, view)

    def told(self, call: str, view: View) -> Past:
        """Return what people saw of a call that is over, by its own id; the sound may be gone.

        Raises:
            Unknown: there is none that they may see.
        """
        found = self._hands.keeper.calls.find(call)
        if found is None or found.ended_at is None or not self._may_read(found, view):
            raise Unknown("live call", "there is none", "look at those that run")
        return self._past(found, view)

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

    def _past(self, found: LiveCall, view: View) -> Past:
        told = unpack(found.told) if found.told else []
        if not view.unredacted:
            veil = self._veil_of(found.id, found.metadata)
            told = veil.over(told)
            found = replace(found, metadata=veil.metadata)
        return Past(replace(found, told=None), tuple(told))

    def close(self) -> None:
        """Leave all calls as they are, for the next process; calling it again does nothing."""
        self._over.set()
        self._desk.close()
        with self._lock:
            calls, runs = list(self._calls.values()), [*self._runs]
        for call in calls:
            call.close()
        for thread in (*runs, *self._threads):
            thread.join()

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
        self._take_up(now)
        self._warmth.tend()
        with self._lock:
            self._runs = [thread for thread in self._runs if thread.is_alive()]

    def _speaking(self) -> list[tuple[str, str]]:
        """Return the calls that run: the id of each, and whose it is."""
        running = (call for call in self._calls.values() if call.over_since is None)
        return [(call.id, call.kept.person) for call in running]

    def _begin(self, call: Ongoing, session: Session | None) -> None:
        self._hire()
        thread = threading.Thread(target=call.run, args=(session,), name=f"live-{call.id}")
        with self._lock:
            if call.began:
                return
            call.began = True
            try:
                thread.start()
            except RuntimeError:  # no thread can be had: it is begun, or ended, later
                call.began = False
                raise
            self._runs.append(thread)
        if session is not None:
            self._warmth.warm()

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

    def _hire(self) -> None:
        """Begin the threads that all calls share, unless they are there."""
        with self._lock:
            if self._threads or self._over.is_set():
                return
            names = [f"live-ears-{number}" for number in range(self._hands.threads)]
            self._threads = [threading.Thread(target=self._listen, name=name) for name in names]
            self._threads.append(threading.Thread(target=self._look_after, name="live"))
            for thread in self._threads:
                thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            work = self._desk.take(LOOK)
            if work is None:
                continue
            try:
                call = self._calls.get(work.session)
                if call is not None:
                    call.answer(work, self._hands.listener)
            except Exception:
                log.exception("live speech not decoded", extra={"call": work.session})
            finally:
                self._desk.done(work)

    def _look_after(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:
                log.exception("live calls cannot be looked after")
            if self._over.wait(LOOK):
                return

    def _take_up(self, now: float) -> None:
        """Take up what an earlier process left, or what could not be put away."""
        for folder in spools.left(self._root):
            known = self._calls.get(folder.name)
            if known is not None and (known.over_since is None or not known.waits):
                continue
            if now < self._later.get(folder.name, now):
                continue
            self._later[folder.name] = now + LATER
            self._take_one(folder)

    def _take_one(self, folder: Path) -> None:
        try:
            spool = spools.take_up(folder, self._hands.ring)
        except Locked:  # another process hears it
            del self._later[folder.name]
            return
        except HuitingError as error:
            log.warning("live call not taken up", extra={"call": folder.name, "code": error.code})
            return
        if spool is None:
            spools.remove_stray(folder, self._hands.keeper.now().timestamp() - STRAY)
            return
        call = Ongoing(spool, self._means)
        call.left_behind()
        with self._lock:
            self._calls[call.id] = call
        log.info("live call taken up", extra={"call": call.id})

    def _forget(self, call: Ongoing) -> None:
        with self._lock:
            self._calls.pop(call.id, None)
            self._veils.pop(call.id, None)
            self._noted = {noted for noted in self._noted if noted[1] != call.id}

    def _note_watcher(self, call: str, view: View, address: str) -> None:
        who = view.principal
        noted = (who.id, call, view.unredacted)
        with self._lock:
            if noted in self._noted:
                return
        self._hands.keeper.audit.note(
            None,
            Entry(who.id, who.name, "live-watched", f"live:{call}", address,
                  detail={"kind": "unredacted"} if view.unredacted else {}),
        )  # fmt: skip
        with self._lock:
            self._noted.add(noted)

    def _may_read(self, call: LiveCall, view: View) -> bool:
        """Tell whether somebody may read what was told of a call that is over."""
        who, keeper = view.principal, self._hands.keeper
        reads = who.may(Permission.LIVE_WATCH) or who.may(Permission.CALLS_READ)
        if not (reads or call.owner == who.id) or not may_see(call.metadata, view.principal):
            return False
        return call.recording is None or not keeper.calls.in_bin(call.recording)

    def _seen(self, call: str, view: View) -> Ongoing:
        found = self._calls.get(call)
        if found is None or not _sees(found, view):
            raise Unknown("live call", "there is none", "look at those that run")
        return found

    def _shown(self, call: Ongoing, view: View) -> Running:
        card, kept = call.card, call.kept
        last, cues = card.last, list(card.cues.values())
        metadata: Mapping[str, str] = kept.opening.metadata
        name = name_of(kept)
        if not view.unredacted:
            veil = self._veil(call)
            last, cues = last and veil.shown(last), [veil.shown(cue) for cue in cues]
            metadata, name = veil.metadata, kept.id
        on = [cue.what for cue in cues if isinstance(cue.what, Cue)]
        return Running(
            id=kept.id,
            name=name,
            speaker=kept.speaker_name,
            metadata=metadata,
            roles=kept.opening.roles,
            consent=kept.opening.consent,
            opened_at=kept.opened_at,
            seconds=call.spool.seconds,
            away=card.away,
            behind=0.0 if card.ended else round(call.behind, 1),
            strained=card.strained,
            pulse=card.pulse,
            last=last.what if last and isinstance(last.what, Final) else None,
            cues=tuple(sorted(on, key=_gravest)),
            need=card.need,
            ended=card.ended,
        )

    def _veil(self, call: Ongoing) -> Veil:
        with self._lock:
            if call.id not in self._veils:
                self._veils[call.id] = self._veil_of(
                    call.id, call.kept.opening.metadata, call.log.finals
                )
            return self._veils[call.id]

    def _veil_of(
        self, call: str, metadata: Mapping[str, str], finals: Between | None = None
    ) -> Veil:
        recording = Recording(call, "", 0, 0.0, 0, "", (), metadata=metadata)
        return Veil(recording, self._hands.policy, self._hands.find, finals)


def _proof(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _checked(opening: Opening) -> Mapping[str, str]:
    return checked(Given(opening.metadata)).metadata


def _placed(metadata: Mapping[str, str], principal: Principal) -> Mapping[str, str]:
    """Return what is said of a call, so that who opens it may see it afterwards.

    Raises:
        Forbidden: it says that it belongs to others.
    """
    found = dict(metadata)
    for name, values in principal.only.items():
        if name not in found and len(values) == 1:
            [found[name]] = values
        if found.get(name) not in values:
            raise Forbidden(
                principal.name, f"may have no calls of another {name}", f"give one of your {name}s"
            )
    return found


def _sees(call: Ongoing, view: View) -> bool:
    return may_see(call.kept.opening.metadata, view.principal)


def _gravest(cue: Cue) -> tuple[int, float]:
    return -GRAVITY.get(cue.severity, 1), cue.at
