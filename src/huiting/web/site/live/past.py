"""What people saw of a call while it ran, in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from huiting.core.types import Role
from huiting.live.updates import Cue, Final, Lost
from huiting.service.live.happening import Event
from huiting.web.site.live.cards import Hint, due


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said."""

    at: float
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that could not be recognized then."""

    at: float


def entries(told: Iterable[Event], language: str) -> list[Said | Gap | Hint]:
    """Return what was seen by the time that it is about, for a reader of `zh` or `en`."""
    return sorted(_entries(told, language), key=lambda entry: entry.at)


def _entries(told: Iterable[Event], language: str) -> Iterator[Said | Gap | Hint]:
    for event in told:
        match event.what:
            case Final(segments=segments):
                yield from (Said(s.span.start, s.role, s.text) for s in segments if s.text)
            case Lost(span=span):
                yield Gap(span.start)
            case Cue() as cue if cue.on and not due(cue):
                yield Hint.of(cue, language)
