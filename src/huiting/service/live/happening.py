"""What happens in a live call, numbered: what its session tells, and what becomes of its line."""

from dataclasses import dataclass
from enum import StrEnum

from huiting.live.updates import Update


class Why(StrEnum):
    """What a call ended by."""

    FINISHED = "finished"
    """Its side said so."""
    GONE = "gone"
    """Its side vanished, and did not come back in time."""
    TOO_LONG = "too-long"
    """It was as long as a recording may be."""
    NO_ROOM = "no-room"
    """The disk was full."""
    RESTARTED = "restarted"
    """The server had ended, and its side did not come back to the new one in time."""
    FAILED = "failed"
    """The server could not go on with it; what had come is kept."""


@dataclass(frozen=True, slots=True)
class Away:
    """The side that speaks is cut off, or is back."""

    at: float
    """Seconds of audio that had come."""
    on: bool
    """It is away."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A reader was so slow that some of what happened is no longer there."""

    first: int
    last: int
    """Numbers, both of them missed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. The last there is."""

    why: Why
    duration: float
    """Seconds of audio."""
    recording: str | None
    """SHA-256: the call has this id once it is analyzed. None when nothing came, when the
    recording is not to be kept, or while it could not be put away yet: `kept_later`."""
    job: int | None = None
    """That analyzes it."""
    kept_later: bool = False
    """The recording is safe, but could not be handed over yet; it will be."""


Happening = Update | Away | Missed | Ended


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens, and its place in the order. Numbers grow; some are left out."""

    number: int
    what: Happening
