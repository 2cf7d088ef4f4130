"""Conversation metrics of a call: the numbers, not how they are found (see `quality.metrics`).

Each is defined in docs/metrics.md. A number that the call cannot give is None.
"""

from dataclasses import dataclass

from huiting.core.types import Role, Seconds, Share, Span


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody speaks, between two stretches of speech or at either end of the call."""

    span: Span
    before: Role | None
    """Who spoke last before it; None at the start of the call."""
    after: Role | None
    """Who broke it; None at the end of the call."""
    announced: bool = False
    """The agent had asked to wait (请稍等) just before: a hold, not dead air. Said only of
    silences between speech that are long enough to be one or the other."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two parties speak at once."""

    span: Span
    first: Role
    """Who was speaking."""
    second: Role
    """Who began while the other spoke."""
    interruption: bool
    """The second took the turn, rather than saying a short 嗯 or 好的 into it. Said once, of
    the stretch in which the second began."""


@dataclass(frozen=True, slots=True)
class PartyMetrics:
    """Numbers of one party."""

    role: Role
    channel: int
    speaker: int | None
    talk_time: Seconds
    talk_ratio: Share | None
    """Of all talk time; None when nobody speaks."""
    turns: int
    segments: int
    units: int
    """Characters (zh, yue, ja) or words (other languages) spoken."""
    rate: Share | None
    """Units per minute of own talk time, where there is text."""
    rate_max: Share | None
    """Of the fastest segment long enough to measure."""
    response_median: Seconds | None
    """From the end of the other party's turn to the start of this one's answer; negative
    when it usually begins before the other has ended."""
    response_max: Seconds | None
    interruptions: int
    """How often this party cut in."""
    overlap: Seconds
    """Speaking while another did."""
    loudness: Share | None
    """Mean power of the segments, weighted by length, in dBFS."""
    loudness_jump: Share | None
    """Greatest rise from one segment to the party's next, in dB, >= 0; None under two segments."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Numbers of one call."""

    duration: Seconds
    speech: Seconds
    """At least one party speaks."""
    silence: Seconds
    """Nobody speaks, from the first second to the last; ring-back and hold music included."""
    silence_ratio: Share | None
    """Of the duration."""
    longest_silence: Seconds
    """Between speech; 0 when there is none."""
    dead_air: Seconds
    """Silences between speech, long enough to count and not announced."""
    hold: Seconds
    """Silences announced by the agent."""
    overlap: Seconds
    overlap_ratio: Share | None
    """Of the time someone speaks."""
    turns: int
    """Of all parties."""
    parties: tuple[PartyMetrics, ...] = ()
    silences: tuple[Silence, ...] = ()
    """In order; pauses too short to be heard as one are left out."""
    overlaps: tuple[Overlap, ...] = ()
    """In order; they add up to `overlap`."""
    rates: tuple[Share | None, ...] = ()
    """Units per minute of each segment of the call, in their order; None where too short."""
