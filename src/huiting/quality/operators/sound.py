"""Something sounds besides words: music, laughter, a key pressed, noise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Event, EventLabel, Role
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import found, role_of
from huiting.quality.operators._options import share, some_of
from huiting.quality.rules.asked import Context, Found, Hit, Scope

_OF_THE_SYSTEM = frozenset({EventLabel.MUSIC, EventLabel.RINGBACK, EventLabel.BUSY})
"""Come from the exchange, on whichever channel."""


def build(
    is_: str | Sequence[str], *, longer_than: float = 0.0, at_least: float | None = None
) -> "Sound":
    """Ask for sounds of one of the kinds `is_`.

    Args:
        is_: labels of events.
        longer_than: seconds.
        at_least: score, in [0, 1].

    Raises:
        ConfigError: an option is none of these.
    """
    return Sound(
        some_of("sound", "is", is_, EventLabel),
        bounds("sound", above=longer_than, names=("longer-than", "", ""), least=0),
        None if at_least is None else share("sound", "at-least", at_least),
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """An `Operator`."""

    labels: frozenset[EventLabel]
    longer: Bounds
    at_least: float | None = None
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return such sounds that reach into a window; in doubt those without a score."""
        heard = list(self._heard(dialogue, scope))
        long = [hit for hit in heard if self._long(hit)]
        if self.at_least is None:
            return found(long, heard, self._missing)
        hits = [hit for hit in long if hit.score is not None and hit.score >= self.at_least]
        doubts = [hit for hit in long if hit.score is None]
        return found(hits, heard, self._missing, doubts)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _heard(self, dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
        for event in dialogue.events:
            roles = _roles(dialogue, event)
            if (
                event.label in self.labels
                and any(scope.asks(role) for role in roles)
                and (scope.covers(event.span) or _reaches(scope, event))
            ):
                yield Hit(
                    event.span,
                    EvidenceKind.SOUND,
                    event.channel,
                    roles[0],
                    quote=event.text,
                    score=event.score,
                    value=event.span.duration,
                    limit=self.longer.above or None,
                    note=event.label,
                )

    def _long(self, hit: Hit) -> bool:
        # An event may be a mere moment; it is longer than nothing all the same.
        return not self.longer.above or self.longer.holds(hit.span.duration)

    def _missing(self, hit: Hit) -> float:
        """Return how much a sound misses by: seconds of length, then parts of score."""
        missing = 0.0 if hit.score is None or self.at_least is None else self.at_least - hit.score
        return self.longer.short_of(hit.span.duration) + max(0.0, missing)


def _roles(dialogue: Dialogue, event: Event) -> tuple[Role | None, ...]:
    """Return whom a sound may be asked of, the likeliest first."""
    role = event.role or role_of(dialogue, event.channel)
    return (role, Role.SYSTEM) if event.label in _OF_THE_SYSTEM else (role,)


def _reaches(scope: Scope, event: Event) -> bool:
    return any(window.overlap(event.span) for window in scope.windows)
