"""Live calls as somebody may see them, while they run and afterwards.

Who may not see what is private sees it covered. Which calls there are, the caller knows.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from huiting.access.permissions import Permission
from huiting.core.ports import MeaningStage
from huiting.core.types import Recording, Role
from huiting.live.updates import Cue, Final, Pulse
from huiting.service.live.card import GRAVITY
from huiting.service.live.happening import Ended, Event
from huiting.service.live.keeping import Keeper, name_of, unpack
from huiting.service.live.log import Watching
from huiting.service.live.ongoing import Ongoing
from huiting.service.live.removing import may_see
from huiting.service.live.veil import Between, Veil
from huiting.service.views import View
from huiting.store.audit import Entry
from huiting.store.live import LiveCall
from huiting.text.redaction.policy import Policy


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


class Showing:
    """Shows calls, and notes who watches. May be used from several threads.

    Args:
        keeper: has what is over, and the audit log.
        policy: what is private.
        find: looks for personal data in a call.
        known: gives a call of this process by its id; None once nobody is shown it any more.
    """

    def __init__(
        self,
        keeper: Keeper,
        policy: Policy,
        find: MeaningStage,
        known: Callable[[str], Ongoing | None],
    ) -> None:
        self._keeper = keeper
        self._policy = policy
        self._find = find
        self._known = known
        self._lock = threading.Lock()
        self._veils: dict[str, Veil] = {}
        self._noted: set[tuple[str, str, bool]] = set()
        """Who watched which call, and whether they saw what is private."""

    def running(self, call: Ongoing, view: View) -> Running:
        """Return a call of this process as it stands."""
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

    def watch(
        self,
        call: Ongoing,
        view: View,
        after: int,
        wake: Callable[[], None] | None,
        address: str,
    ) -> Watching:
        """Read what happens in a call of this process, and note who does.

        Args:
            call: that they may see.
            view: who reads.
            after: number of the event behind which they begin.
            wake: called from any thread when something happened; must not wait.
            address: of who reads, for the audit log.
        """
        self._note(call, view, address)
        return call.log.read(after, wake, None if view.unredacted else self._veil(call).shown)

    def past(self, found: LiveCall, view: View) -> Past:
        """Return what people saw of a call that is over."""
        told = unpack(found.told) if found.told else []
        if not view.unredacted:
            veil = self._veil_of(found.id, found.metadata)
            told = veil.over(told)
            found = replace(found, metadata=veil.metadata)
        return Past(replace(found, told=None), tuple(told))

    def may_read(self, found: LiveCall, view: View) -> bool:
        """Tell whether somebody may read what was told of a call that is over."""
        who = view.principal
        reads = who.may(Permission.LIVE_WATCH) or who.may(Permission.CALLS_READ)
        if not (reads or found.owner == who.id) or not may_see(found.metadata, who):
            return False
        return found.recording is None or not self._keeper.calls.in_bin(found.recording)

    def forget(self, call: str) -> None:
        """Keep no more of a call that is not known any more, by its id."""
        with self._lock:
            self._veils.pop(call, None)
            self._noted = {noted for noted in self._noted if noted[1] != call}

    def _note(self, call: Ongoing, view: View, address: str) -> None:
        who = view.principal
        noted = (who.id, call.id, view.unredacted)
        with self._lock:
            if noted in self._noted:
                return
        self._keeper.audit.note(
            None,
            Entry(who.id, who.name, "live-watched", f"live:{call.id}", address,
                  detail={"kind": "unredacted"} if view.unredacted else {}),
        )  # fmt: skip
        with self._lock:
            if self._stays(call):
                self._noted.add(noted)

    def _veil(self, call: Ongoing) -> Veil:
        with self._lock:
            veil = self._veils.get(call.id)
            if veil is None:
                veil = self._veil_of(call.id, call.kept.opening.metadata, call.log.finals)
                if self._stays(call):
                    self._veils[call.id] = veil
            return veil

    def _stays(self, call: Ongoing) -> bool:
        """Tell whether `forget` is still to come, by which what is kept of a call goes."""
        return self._known(call.id) is not None

    def _veil_of(
        self, call: str, metadata: Mapping[str, str], finals: Between | None = None
    ) -> Veil:
        recording = Recording(call, "", 0, 0.0, 0, "", (), metadata=metadata)
        return Veil(recording, self._policy, self._find, finals)


def sees(call: Ongoing, view: View) -> bool:
    """Tell whether somebody may see a call of this process."""
    return may_see(call.kept.opening.metadata, view.principal)


def _gravest(cue: Cue) -> tuple[int, float]:
    return -GRAVITY.get(cue.severity, 1), cue.at
