"""A call that runs, as a card on the wall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from huiting.core.types import EmotionLabel, Role, Segment
from huiting.live.updates import Cue, CueKind
from huiting.service.live.showing import Running

CUES = 3
"""That a card shows."""
_LOOKS = {"fatal": "bg-red-lt", "warning": "bg-yellow-lt"}
_USUAL = "bg-secondary-lt"


@dataclass(frozen=True, slots=True)
class Hint:
    """A cue in one language."""

    text: str
    at: float
    look: str
    """Class of its badge."""

    @classmethod
    def of(cls, cue: Cue, language: str) -> Self:
        """Return it as a card shows it."""
        text = cue.text.get(language) or cue.text.get("en", "")
        return cls(text, cue.at, _LOOKS.get(cue.severity, _USUAL))


@dataclass(frozen=True, slots=True)
class Feeling:
    """How a party sounds."""

    role: Role
    emotion: EmotionLabel

    @property
    def grave(self) -> bool:
        """Somebody should look."""
        return self.emotion is EmotionLabel.ANGRY


@dataclass(frozen=True, slots=True)
class Card:
    """What a supervisor sees of a call at a glance."""

    id: str
    who: str
    seconds: float
    ended: bool
    away: bool
    strained: bool
    consent: bool | None
    roles: tuple[Role, ...]
    moods: tuple[Feeling, ...]
    cues: tuple[Hint, ...]
    more: int
    """Cues that are not shown."""
    last: tuple[Segment, ...]

    @property
    def grave(self) -> bool:
        """Somebody should look."""
        return any(hint.look == _LOOKS["fatal"] for hint in self.cues) or any(
            mood.grave for mood in self.moods
        )

    @classmethod
    def of(cls, running: Running, language: str) -> Self:
        """Return the card of a call, for a reader of `zh` or `en`."""
        cues = [cue for cue in running.cues if not due(cue)]
        return cls(
            id=running.id,
            who=who(running.metadata, running.speaker or running.name),
            seconds=running.seconds,
            ended=running.ended is not None,
            away=running.away,
            strained=running.strained,
            consent=running.consent,
            roles=running.roles,
            moods=_moods(running),
            cues=tuple(Hint.of(cue, language) for cue in cues[:CUES]),
            more=max(0, len(cues) - CUES),
            last=running.last.segments[-1:] if running.last else (),
        )


def due(cue: Cue) -> bool:
    """Tell whether a cue is something that must still be said: no reason to step in."""
    return cue.kind is CueKind.REQUIRED


def who(metadata: Mapping[str, str], otherwise: str) -> str:
    """Return who leads a call."""
    return " · ".join(metadata[key] for key in ("agent", "team") if metadata.get(key)) or otherwise


def _moods(running: Running) -> tuple[Feeling, ...]:
    """Return what stands out in how they sound."""
    if running.pulse is None:
        return ()
    quiet = (EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN)
    roles = dict(enumerate(running.roles)) | dict(running.pulse.roles)
    return tuple(
        Feeling(roles.get(channel, Role.UNKNOWN), mood.label)
        for channel, mood in sorted(running.pulse.moods.items())
        if mood.label not in quiet
    )
