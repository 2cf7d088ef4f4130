"""A live service told what to hear: real logs and readers; its lines hear a script, not sound."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fakes import CUSTOMER, says
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Conflict, HuitingError, Unknown
from huiting.core.types import EmotionLabel, Role, Span
from huiting.live.updates import Cue, CueKind, Evidence, Final, Mood, Partial, Pulse, Update
from huiting.service.live.happening import Away, Ended, Event, Why
from huiting.service.live.limits import Limits
from huiting.service.live.log import Log, Watching
from huiting.service.live.opening import Opening, check
from huiting.service.live.seats import Seat, Seats
from huiting.service.live.showing import Past, Running
from huiting.service.views import View

RECORDING = "ab" * 32
SCRIPT: tuple[Update, ...] = (
    Partial(0, 1, Span(0.2, 0.9), "我要", "我要退"),
    Partial(0, 1, Span(0.2, 1.5), "我要退", "我要退货"),
    Final(1, (says(CUSTOMER, 0.2, 2.0, "我要退货。", channel=0),)),
    Pulse(2.0, {0: 1.8}, 0.2, 0.0, {0: 220.0}, {0: Mood(2.0, EmotionLabel.ANGRY, 0.9)}),
    Cue(
        "rule:refund",
        CueKind.RULE,
        2.0,
        {"zh": "请先致歉", "en": "Apologise first"},
        "warning",
        (Evidence(0, Span(0.2, 2.0), "我要退货。"),),
    ),
)
"""What is heard, one step each `STEP` bytes."""
STEP = 3_200


@dataclass
class Call:
    """A call, whatever line it goes on over."""

    id: str
    key: str
    opening: Opening
    owner: Principal
    script: Sequence[Update]
    log: Log = field(default_factory=Log)
    audio: bytearray = field(default_factory=bytearray)
    told: int = 0
    lines: int = 0
    refused: int = 0
    """How often audio was not taken."""
    state: str = "runs"


class ScriptedLine:
    """One connection of a call."""

    def __init__(self, call: Call, broken: Exception | None = None) -> None:
        self.call = call
        self.id, self.key, self.opening = call.id, call.key, call.opening
        self.broken = broken
        call.lines += 1
        self._number = call.lines

    @property
    def received(self) -> int:
        return len(self.call.audio)

    def feed(self, data: bytes) -> None:
        if self.broken is not None:
            self.call.refused += 1
            raise self.broken
        if self._number != self.call.lines:
            raise Conflict("call", "it goes on over another line", "use that one")
        self.call.audio += data
        while self.call.told < min(len(self.call.script), len(self.call.audio) // STEP):
            self.call.log.add([self.call.script[self.call.told]])
            self.call.told += 1

    def events(self, after: int = 0, wake: Callable[[], None] | None = None) -> Watching:
        return self.call.log.read(after, wake)

    def gone(self) -> None:
        if self._number == self.call.lines:
            self.call.state = "gone"
            self.call.log.add([Away(self.call.opening.seconds(len(self.call.audio)), on=True)])

    def finish(self) -> None:
        self.call.state = "finished"
        self.call.log.add(self.call.script[self.call.told :])
        self.call.told = len(self.call.script)
        seconds = self.call.opening.seconds(len(self.call.audio))
        self.call.log.add([Ended(Why.FINISHED, seconds, RECORDING, 7)])


@dataclass
class ScriptedLive:
    """A `Live` without ears. May be used from several threads."""

    script: Sequence[Update] = SCRIPT
    calls: dict[str, Call] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    gone_by: dict[str, Past] = field(default_factory=dict)
    """Calls that are over, by their ids."""
    refusal: HuitingError | None = None
    """Why no call may be opened."""
    broken: Exception | None = None
    """Why no audio is taken."""
    prepared: int = 0
    """How often somebody was about to speak."""
    removed: list[tuple[str, str]] = field(default_factory=list)
    """Which calls, and from which address."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Let nobody have a seat yet."""
        self.seats = Seats(Limits(calls=100, own=100))

    def prepare(self) -> None:
        self.prepared += 1

    def take_seat(self, principal: Principal) -> Seat:
        with self._lock:
            return self.seats.take(principal.person, self._speaking())

    def leave(self, seat: Seat) -> None:
        self.seats.leave(seat)

    def open(
        self,
        opening: Opening,
        principal: Principal,
        _address: str = "",
        seat: Seat | None = None,
    ) -> ScriptedLine:
        if self.refusal is not None:
            raise self.refusal
        check(opening)
        with self._lock:
            self.seats.check(principal.person, self._speaking(), seat)
            name = f"live{len(self.calls) + 1}"
            call = Call(name, f"key-{name}", opening, principal, self.script)
            self.calls[name] = call
            if seat is not None:
                seat.call = name
        return ScriptedLine(call, self.broken)

    def _speaking(self) -> list[tuple[str, str]]:
        return [(c.id, c.owner.person) for c in self.calls.values() if not c.log.over]

    def resume(self, key: str, principal: Principal, _address: str = "") -> ScriptedLine:
        call = next((c for c in self.calls.values() if c.key == key), None)
        if call is None or call.owner != principal or call.log.over:
            raise Unknown("call", "there is none to go on with", "open a new one")
        call.log.add([Away(0.0, on=False)])
        return ScriptedLine(call)

    def running(self, view: View) -> list[Running]:
        only = view.principal.only
        return [
            self._told(call)
            for call in self.calls.values()
            if all(call.opening.metadata.get(key) in values for key, values in only.items())
        ]

    def one(self, call: str, view: View) -> Running:
        found = [running for running in self.running(view) if running.id == call]
        if not found:
            raise Unknown("call", "there is none", "look at the list")
        return found[0]

    def watch(
        self,
        call: str,
        view: View,
        after: int = 0,
        wake: Callable[[], None] | None = None,
        _address: str = "",
    ) -> Watching:
        return self.calls[self.one(call, view).id].log.read(after, wake)

    def told(self, call: str, view: View) -> Past:
        found = self.gone_by.get(call)
        if found is None or view.principal.only:
            raise Unknown("live call", "there is none", "look at those that run")
        return found

    def remove(self, call: str, principal: Principal, by: Actor) -> None:
        if any(known.id == call and not known.log.over for known in self.calls.values()):
            raise Conflict("live call", "it still runs", "wait until it has ended")
        self.told(call, View(principal))
        del self.gone_by[call]
        self.removed.append((call, by.address))

    @property
    def last(self) -> Call:
        """The call opened last."""
        return list(self.calls.values())[-1]

    def _told(self, call: Call) -> Running:
        events: list[Event] = call.log.after(0)
        whats = [event.what for event in events]
        pulses = [what for what in whats if isinstance(what, Pulse)]
        finals = [what for what in whats if isinstance(what, Final)]
        ended = [what for what in whats if isinstance(what, Ended)]
        cues = tuple(what for what in whats if isinstance(what, Cue) and what.on)
        return Running(
            id=call.id,
            name=call.opening.name or call.id,
            speaker=call.owner.name,
            metadata=dict(call.opening.metadata),
            roles=call.opening.roles or (Role.UNKNOWN,),
            consent=call.opening.consent,
            opened_at=datetime(2025, 3, 12, 12, tzinfo=UTC),
            seconds=call.opening.seconds(len(call.audio)),
            away=call.state == "gone",
            behind=0.0,
            strained=False,
            pulse=pulses[-1] if pulses else None,
            last=finals[-1] if finals else None,
            cues=cues,
            need=10 * len(cues),
            ended=ended[-1] if ended else None,
        )
