"""Where a live call stands, for what watches it; and the cues that are on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from huiting.core.types import Call, Span
from huiting.live.updates import Cue


@dataclass(frozen=True)
class Scene:
    """What is known at a moment of the call."""

    at: float
    """Seconds of audio heard."""
    settled: float
    """Everything said that begins before this is in `call`, and will not change."""
    over: bool
    """No more audio comes."""
    silent_since: float
    """When anybody spoke last; `at` while somebody does, 0 when nobody has yet."""
    overlaps: Sequence[Span]
    """Where more than one spoke, by start."""
    make: Callable[[], Call] = field(repr=False)
    """Makes `call`."""

    @cached_property
    def call(self) -> Call:
        """All that is known."""
        return self.make()


class Watcher(Protocol):
    """Notices what people should know while a call runs. One instance a call."""

    def look(self, scene: Scene, /) -> Iterable[Cue]:
        """Return the cues that are right now, each with another key; their `at` does not matter."""
        ...


class Board:
    """The cues that are on."""

    def __init__(self) -> None:
        self._on: dict[str, Cue] = {}

    def now(self, cues: Iterable[Cue], at: float) -> list[Cue]:
        """Return what has changed: cues that are new, say something else, or are over."""
        wanted = {cue.key: cue for cue in cues}
        changed = []
        for key, cue in wanted.items():
            known = self._on.get(key)
            dated = replace(cue, at=at if known is None else known.at)
            if dated != known:
                self._on[key] = dated
                changed.append(dated)
        over = [key for key in self._on if key not in wanted]
        return [*changed, *(replace(self._on.pop(key), on=False, at=at) for key in over)]

    @property
    def on(self) -> Mapping[str, Cue]:
        """Those that are on, by key."""
        return self._on
