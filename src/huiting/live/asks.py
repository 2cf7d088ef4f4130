"""What a live call wants decoded."""

from dataclasses import dataclass

from huiting.core.types import Audio


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A stretch of speech to be decoded, whole or as far as it goes."""

    number: int
    """Of the segment."""
    channel: int
    start: float
    """Where `audio` begins, in seconds of the call."""
    audio: Audio
    """At 16 kHz, mono, with a little sound around the speech."""
    final: bool
    """The segment has ended. Must be decoded; a partial may be left out."""
    revision: int
    """Counts the asks of a segment, so that a late answer is known as such."""
