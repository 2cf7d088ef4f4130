"""Recognizers that are loaded when they are first needed, and let go when nobody needs them.

Several may be known by name while the machine has room for a few: one that does not fit makes
those go that nobody uses. Knows no model.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio
from huiting.engines._torch import give_back
from huiting.engines.device import OutOfRoom, size
from huiting.engines.footprint import Footprint

log = logging.getLogger(__name__)

Load = Callable[[str], AbstractContextManager[Recognizer]]
"""Loads the recognizer of a name; leaving it lets it go."""
Taken = Callable[[], Footprint]
"""What this process takes, and those in which engines run apart from it."""
UNKNOWN = Footprint()


@dataclass(slots=True, eq=False)
class _Held:
    """A recognizer that is loaded, or will be."""

    context: AbstractContextManager[Recognizer] | None = None
    recognizer: Recognizer | None = None
    users: int = 0
    used: float = 0.0
    """When it was last used, by the clock."""
    took: Footprint = UNKNOWN
    """By how much our processes grew while it was loaded."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while it is loaded or let go."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A recognizer that is in memory."""

    name: str
    took: Footprint
    """By how much our processes grew when it was loaded."""
    users: int
    """Calls that it works on."""
    idle: float
    """Seconds since it was last used; 0 while it is."""


class Roster:
    """Recognizers by name. May be used from several threads; `close` it at the end.

    Args:
        load: by name.
        patience: seconds after which one that nobody uses is let go; 0 for never.
        clock: seconds, of any origin.
        taken: what our processes take.
    """

    def __init__(
        self,
        load: Load,
        *,
        patience: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        taken: Taken = Footprint,
    ) -> None:
        self._load = load
        self._patience = patience
        self._clock = clock
        self._taken = taken
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> "Resting":
        """Return the recognizer of a name; nothing is loaded yet."""
        return Resting(name, self)

    def loaded(self) -> Sequence[Loaded]:
        """Return which are in memory, by name."""
        now = self._clock()
        with self._lock:
            held = {n: h for n, h in sorted(self._held.items()) if h.recognizer is not None}
        return [
            Loaded(n, h.took, h.users, 0.0 if h.users else max(0.0, now - h.used))
            for n, h in held.items()
        ]

    def rest(self, *, idle: float | None = None, spare: str | None = None) -> list[str]:
        """Let those go that nobody uses; return their names.

        Args:
            idle: seconds for which nobody must have used it; by default the patience, if any.
            spare: name of one that stays.
        """
        least = self._patience if idle is None else idle
        if idle is None and not self._patience:
            return []
        with self._lock:
            known = [(n, h) for n, h in self._held.items() if n != spare]
        return [name for name, held in known if self._let_go(name, held, least)]

    def close(self) -> None:
        """Let all go; none may be in use."""
        with self._lock:
            known = list(self._held.items())
        for name, held in known:
            self._let_go(name, held, 0.0)

    @contextmanager
    def using(self, name: str) -> Iterator[Recognizer]:
        """Give the recognizer of a name, loaded; it stays while inside.

        Raises:
            ConfigError: there is none, or its options are wrong.
            ModelUnavailable: weights are missing, or it does not fit even alone.
        """
        with self._lock:
            held = self._held.setdefault(name, _Held())
        with held.lock:
            found = held.recognizer or self._loaded(name, held)
            held.users += 1
        try:
            yield found
        finally:
            with held.lock:
                held.users -= 1
                held.used = self._clock()

    def _loaded(self, name: str, held: _Held) -> Recognizer:
        """Load what `held` stands for; its lock is ours."""
        before = self._taken()
        try:
            context, found = self._entered(name)
        except OutOfRoom as error:
            gone = self.rest(idle=0.0, spare=name)
            if not gone:
                raise self._explained(error) from error
            log.info("recognizers let go for another", extra={"gone": gone, "wanted": name})
            before = self._taken()
            try:
                context, found = self._entered(name)
            except OutOfRoom as again:
                raise self._explained(again) from again
        held.took = self._taken().since(before)
        held.context, held.recognizer, held.used = context, found, self._clock()
        took = {"bytes": held.took.memory, "on_cards": held.took.cards}
        log.info("recognizer loaded", extra={"engine": name, **took})
        return found

    def _entered(self, name: str) -> tuple[AbstractContextManager[Recognizer], Recognizer]:
        context = self._load(name)
        return context, context.__enter__()

    def _explained(self, error: OutOfRoom) -> OutOfRoom:
        """Return the refusal with what is in memory beside it."""
        known = [f"{one.name} ({said(one.took)})" for one in self.loaded()]
        also = f"; in use beside it: {', '.join(known)}" if known else ""
        return OutOfRoom(error.subject, error.reason + also, error.remedy)

    def _let_go(self, name: str, held: _Held, least: float) -> bool:
        if not held.lock.acquire(blocking=False):
            return False  # it is being loaded, or counted: it is in use
        try:
            unused = held.users == 0 and self._clock() - held.used >= least
            if held.context is None or not unused:
                return False
            held.context.__exit__(None, None, None)
            held.context = held.recognizer = None
            held.took = UNKNOWN
            give_back()
        finally:
            held.lock.release()
        log.info("recognizer let go", extra={"engine": name})
        return True


def said(took: Footprint) -> str:
    """Return what was taken as people read it: `0.4 GB, 2.4 GB CUDA`."""
    memory = "size unknown" if took.memory is None else size(took.memory)
    return memory if took.cards is None else f"{memory}, {size(took.cards)} CUDA"


class Resting:
    """A `Recognizer` of a roster, in memory only while it is needed."""

    def __init__(self, name: str, roster: Roster) -> None:
        self._name = name
        self._roster = roster
        self._rate: int | None = None

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz; the model is loaded to know it."""
        if self._rate is None:
            with self._roster.using(self._name) as recognizer:
                self._rate = recognizer.rate
        return self._rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order, with the name of who heard it.

        Raises:
            EngineError: the model failed.
            ModelUnavailable: it cannot be loaded.
        """
        with self._roster.using(self._name) as recognizer:
            for hypothesis in recognizer.transcribe(clips, hints):
                yield replace(hypothesis, engine=hypothesis.engine or self._name)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield what the model says of each clip.

        Raises:
            EngineError: the model failed.
            ModelUnavailable: it cannot be loaded.
        """
        with self._roster.using(self._name) as recognizer:
            yield from recognizer.languages(clips)
