"""How much live calls may take, and what becomes of them."""

from dataclasses import dataclass
from enum import StrEnum


class Unconsented(StrEnum):
    """What is kept of a call whose customer does not agree to being recorded."""

    WORDS = "words"
    """What was shown of it; no sound."""
    NOTHING = "nothing"
    """That there was a call, and how long."""
    ALL = "all"
    """The same as of any other: the team keeps it on other grounds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are in seconds."""

    calls: int = 8
    """That run at once; 0 for none at all."""
    own: int = 4
    """Of one user."""
    gap: float = 30.0
    """How long a call whose side has vanished waits for it."""
    quiet: float = 900.0
    """A call ends whose side is there and has sent no audio for so long: it keeps others out."""
    longest: float = 24 * 3600.0
    """A call ends that has come to this."""
    ahead: float = 10.0
    """How far a sender may be before the time that went by, before it may have to wait..."""
    unheard: float = 20.0
    """...while so much of what it sent is not heard yet."""
    backlog: float = 20.0
    """Speech of one call that waits to be decoded; what follows waits on the disk."""
    last: float = 30.0
    """How long the end of a call waits for its last words."""
    shown: float = 60.0
    """How long a call that has ended is still among those that run."""
    unconsented: Unconsented = Unconsented.WORDS
