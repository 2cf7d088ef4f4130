"""Live calls of tones: the real store, vault, queue, spool and threads; ears that know tones."""

import io
import threading
import time
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.access.principal import Principal
from huiting.app.hosting import Made
from huiting.app.live import sessions_of
from huiting.app.live_hosting import heard
from huiting.app.settings import Settings
from huiting.core.errors import EngineError
from huiting.core.meaning import Meaning
from huiting.core.ports import Going, Hints, MeaningStage, StreamingVoice
from huiting.core.types import Call, Role, Span
from huiting.jobs.mode import open_queue
from huiting.jobs.queue import Queue
from huiting.live.plan import Plan
from huiting.live.scene import Watcher
from huiting.live.updates import Final
from huiting.service.live.calls import Hands, Live
from huiting.service.live.counting import Counting, Uncounted
from huiting.service.live.happening import Ended, Event
from huiting.service.live.hearing import Heard, Listen, Listener
from huiting.service.live.keeping import Keeper
from huiting.service.live.limits import Limits
from huiting.service.live.line import Line
from huiting.service.live.log import Watching
from huiting.service.live.opening import Opening
from huiting.service.recordings import Given, Recordings
from huiting.store import Store
from huiting.store.audit import Audit
from huiting.store.live import LiveCalls
from huiting.text.redaction.policy import Policy
from huiting.vault.folder import Folder
from huiting.vault.sealed import KeyRing
from served import PEOPLE
from tones import RATE, Ear, kit

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
PATIENCE = 400.0
"""Seconds in which anything comes about, however slow the machine; no test waits for them to pass."""
FRAME = 160
"""Samples that are loud or not."""
ROOT = PEOPLE["root"]
STEREO = (Role.AGENT, Role.CUSTOMER)


@dataclass(slots=True)
class Ticks:
    """A clock that a test sets; `Live` takes its seconds from it."""

    at: float = 1_000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.at


@dataclass
class ToneEars:
    """A `Listener` that knows the sentences by their tones."""

    ear: Ear = field(default_factory=Ear)
    free: threading.Event = field(default_factory=threading.Event)
    """Is set when they may hear."""
    broken: bool = False
    asked: list[Listen] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let them hear."""
        self.free.set()

    def hear(self, asked: Listen) -> Heard:
        """Hear a stretch, by the code that hears real ones."""
        self.asked.append(asked)
        self.free.wait(PATIENCE)
        if self.broken:
            raise EngineError("ear", "it hurts", "try again")
        return heard(asked, Made(kit(self.ear), Hints(), Settings()), set())

    def warm(self) -> None:
        """Be ready."""


class Voices:
    """A `StreamingVoice`: sound is speech."""

    def stream(self) -> "Loud":
        """Return a detector for a new track."""
        return Loud()


class Loud:
    """A `StreamingDetector`: speech is where there is sound, as for `tones.Energy`."""

    def __init__(self) -> None:
        self._left = np.zeros(0, np.float32)
        self._frames = 0
        self._begun: float | None = None

    def feed(self, samples: NDArray[np.float32], /) -> list[Span]:
        """Take the next samples; return the regions that are over now."""
        samples = np.concatenate((self._left, samples))
        whole = len(samples) // FRAME * FRAME
        self._left = samples[whole:]
        found = []
        for frame in samples[:whole].reshape(-1, FRAME):
            if np.sqrt((frame**2).mean()) > 0.01:
                self._begun = self.settled if self._begun is None else self._begun
            elif self._begun is not None:
                found += self.finish()
            self._frames += 1
        return found

    def finish(self) -> list[Span]:
        """Return the region that ends with the track."""
        if self._begun is None:
            return []
        region, self._begun = Span(self._begun, self.settled), None
        return [region]

    @property
    def going(self) -> Going | None:
        """What is spoken now."""
        return None if self._begun is None else Going(Span(self._begun, self.settled), sure=True)

    @property
    def settled(self) -> float:
        """Seconds before which no region begins but those returned, and what is going."""
        return self._frames * FRAME / RATE


def nothing(_call: Call, known: Meaning) -> Meaning:
    """Find no personal data."""
    return known


@dataclass
class Place:
    """Live calls in a folder, and what they are made of."""

    live: Live
    store: Store
    queue: Queue
    vault: Folder
    ears: Listener
    clock: Callable[[], float]
    root: Path

    @property
    def folders(self) -> list[str]:
        """Return what is left of calls on the disk."""
        return sorted(path.name for path in self.root.iterdir()) if self.root.exists() else []

    def bytes_of(self, recording: str | None) -> bytes:
        """Return what the vault has of a recording."""
        assert recording is not None
        return self.vault.path(recording).read_bytes()

    def analyses(self, recording: str | None) -> int:
        """Return how often a recording was to be analyzed."""
        jobs = self.queue.page().items
        return sum(job.order.subject.startswith(f"{recording}:") for job in jobs)

    def actions(self) -> list[tuple[str, str]]:
        """Return what was noted: who did what."""
        noted = Audit(self.store.database, lambda: NOON).entries()
        return sorted((entry.entry.who, entry.entry.action) for entry in noted)


@dataclass(frozen=True)
class With:
    """How live calls are to be."""

    limits: Limits = field(default_factory=Limits)
    ears: Listener | None = None
    find: MeaningStage = nothing
    clock: Callable[[], float] = field(default_factory=Ticks)
    plan: Plan = field(default_factory=lambda: Plan(context=0.0))  # an ear hears one tone a clip
    voices: Callable[[], StreamingVoice] = Voices
    watchers: Callable[[], Sequence[Watcher]] = tuple
    ring: KeyRing | None = None
    ready: bool = False
    counting: Counting = field(default_factory=Uncounted)


@contextmanager
def live_in(folder: Path, how: With | None = None) -> Iterator[Place]:
    """Give live calls in a folder; closed at the end as when a server ends."""
    how = how or With()
    ears = how.ears or ToneEars()
    with Store.open(str(folder / "calls.db")) as store:
        queue, vault = open_queue(store.database), Folder(folder / "recordings", ring=how.ring)
        recordings = Recordings(
            store, queue, vault, lambda _name: Given(), lambda: "settings", lambda: NOON
        )
        keeper = Keeper(
            recordings, LiveCalls(store.database), Audit(store.database, lambda: NOON),
            lambda: NOON, how.limits.unconsented,
        )  # fmt: skip
        hands = Hands(
            sessions_of(how.plan, how.voices, None, how.watchers),
            ears, keeper, Policy(), how.find, how.clock, how.counting, ring=how.ring,
            ready=how.ready,
        )  # fmt: skip
        live = Live(folder / "live", hands, how.limits)
        try:
            yield Place(live, store, queue, vault, ears, how.clock, folder / "live")
        finally:
            if isinstance(ears, ToneEars):
                ears.free.set()
            live.close()


def pcm(*tracks: NDArray[np.float32]) -> bytes:
    """Return tracks as 16-bit PCM, as `tones.write_wav` writes them."""
    return (np.stack(tracks, axis=1) * 32767).astype("<i2").tobytes()


def wav(data: bytes, channels: int = 2, rate: int = RATE) -> bytes:
    """Return 16-bit PCM as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data)
    return made.getvalue()


def opened(
    live: Live, who: Principal = ROOT, **changes: object
) -> Line:  # fmt: skip
    """Begin a call of agent and customer."""
    opening = replace(Opening(roles=STEREO), **changes)  # type: ignore[arg-type]
    return live.open(opening, who)


def send(line: Line, data: bytes, sizes: Iterable[int] = ()) -> None:
    """Feed audio in pieces of these sizes, then the rest in ones of a tenth of a second."""
    at = 0
    for size in sizes:
        line.feed(data[at : at + size])
        at += size
    for place in range(at, len(data), 6_400):
        line.feed(data[place : place + 6_400])


class Prompt:
    """Somebody who reads each event at once, before another can take its place.

    Args:
        line: of the call.
    """

    def __init__(self, line: Line) -> None:
        self.told: list[Event] = []
        self._ready = threading.Event()
        self._watching = line.events(wake=self._read)
        self._ready.set()

    def _read(self) -> None:
        self._ready.wait()
        self.told += self._watching.take()

    @property
    def ended(self) -> bool:
        """All was told."""
        return bool(self.told) and isinstance(self.told[-1].what, Ended)

    def to_the_end(self) -> list[Event]:
        """Wait until the call is over; return all that happened."""
        wait_for(lambda: self.ended)
        return self.told


def until(watching: Watching, stop: Callable[[Event], bool]) -> list[Event]:
    """Read until something happens; return all that did."""
    found: list[Event] = []
    end = time.monotonic() + PATIENCE
    while not any(map(stop, found)):
        assert time.monotonic() < end, f"it did not come; {found}"
        watching.wait(1.0)
        found += watching.take()
    return found


def to_the_end(watching: Watching) -> tuple[list[Event], Ended]:
    """Read until the call is over; return all that happened, and how it ended."""
    found = until(watching, lambda event: isinstance(event.what, Ended))
    ended = found[-1].what
    assert isinstance(ended, Ended)
    assert watching.over
    return found, ended


def texts(events: Sequence[Event]) -> list[str]:
    """Return what was said for good, by when it was said."""
    finals = [event.what for event in events if isinstance(event.what, Final)]
    segments = [segment for final in finals for segment in final.segments]
    return [segment.text for segment in sorted(segments, key=lambda s: s.span)]


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
