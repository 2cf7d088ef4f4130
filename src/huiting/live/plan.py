"""How a live call is cut into segments, and how often it tells. Times in seconds."""

from dataclasses import dataclass

from huiting.audio.clips import PAUSE


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be set of a live call."""

    pause: float = PAUSE
    """Silence that ends a segment. A shorter one tells finals sooner and cuts more sentences."""
    longest: float = 15.0
    """Of a segment; then it is cut where it pauses longest, or is quietest."""
    shortest: float = 0.0
    """Speech a segment must hold to be decoded."""
    interim: bool = True
    """Tell what somebody says while they speak."""
    first: float = 0.5
    """Speech after which a segment is decoded for the first time..."""
    every: float = 0.6
    """...and from one time to the next, at the least."""
    pad: float = 0.4
    """Sound kept on both sides of speech."""
    context: float = 8.0
    """Earlier speech of the same channel that a segment is heard with; 0 for none."""
    drafts: bool = True
    """Hear a segment in its last pause as if it were over, so that its final is known sooner.
    Needless where a stream tells finals, as it has heard all but their last words by then."""
    pulse: float = 1.0
    """From one `Pulse` to the next."""

    def __post_init__(self) -> None:
        """Refuse what would never come to an end."""
        if self.longest < 1 or self.every <= 0 or self.pulse <= 0:
            raise ValueError(f"need longest >= 1, every > 0, pulse > 0, not {self}")
        if min(self.pause, self.shortest, self.first, self.pad, self.context) < 0:
            raise ValueError(f"need lengths of at least 0, not {self}")
