"""A live call at a glance: how it stands, and how much somebody should look at it."""

from dataclasses import dataclass, field

from huiting.core.types import Role
from huiting.live.updates import Cue, CueKind, Final, Lost, Pulse, Strain
from huiting.service.live.happening import Away, Ended, Event, Happening

GRAVITY = {"fatal": 100, "warning": 10, "notice": 1}
"""By severity of a cue."""
QUIET = frozenset({CueKind.REQUIRED, CueKind.KNOWLEDGE})
"""Cues that are for the agent alone: nothing is wrong."""
ANGRY, ANGER = 0.5, 20
"""Probability from which a customer counts as angry, and what that counts."""


@dataclass(slots=True)
class Card:
    """What happened last, of each kind."""

    pulse: Pulse | None = None
    last: Event | None = None
    """A final in which something was said."""
    cues: dict[str, Event] = field(default_factory=dict)
    """That are on, by key."""
    strained: bool = False
    away: bool = False
    lost: int = 0
    """Stretches that could not be decoded."""
    ended: Ended | None = None

    def take(self, event: Event) -> None:
        """Take what happened."""
        what: Happening = event.what
        match what:
            case Pulse():
                self.pulse = what
            case Final() if what.segments:
                self.last = event
            case Cue():
                self.cues.pop(what.key, None)
                if what.on:
                    self.cues[what.key] = event
            case Strain():
                self.strained = what.on
            case Lost():
                self.lost += 1
            case Away():
                self.away = what.on
            case Ended():
                self.ended = what

    @property
    def need(self) -> int:
        """How much it should be looked at."""
        if self.ended is not None:
            return 0
        cues = [event.what for event in self.cues.values()]
        warnings = (cue for cue in cues if isinstance(cue, Cue) and cue.kind not in QUIET)
        found = sum(GRAVITY.get(cue.severity, 1) for cue in warnings)
        return found + (ANGER if self._angry() else 0) + 5 * self.away

    def _angry(self) -> bool:
        if self.pulse is None:
            return False
        return any(
            (mood.anger or 0.0) >= ANGRY and self.pulse.roles.get(channel) is not Role.AGENT
            for channel, mood in self.pulse.moods.items()
        )
