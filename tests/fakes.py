"""Calls made up in a line each, for tests that need one and not how it was heard."""

from collections.abc import Sequence
from datetime import UTC, datetime

from huiting.core.analysis import Analysis, MadeBy
from huiting.core.types import (
    Call,
    Channel,
    Party,
    Recording,
    Region,
    Role,
    RoleSource,
    Segment,
    Span,
    Word,
)
from huiting.quality.metrics import measure

AGENT, CUSTOMER, SYSTEM, UNKNOWN = Role.AGENT, Role.CUSTOMER, Role.SYSTEM, Role.UNKNOWN
_USUAL_CHANNEL = {AGENT: 0, CUSTOMER: 1, SYSTEM: 2, UNKNOWN: 0}


def says(
    role: Role,
    start: float,
    end: float,
    text: str = "您好",
    *,
    channel: int | None = None,
    speaker: int | None = None,
    language: str = "zh",
    loudness: float | None = None,
    words: Sequence[Word] = (),
) -> Segment:
    """Return a segment; the agent is on channel 0 and the customer on 1 unless told otherwise."""
    return Segment(
        channel=_USUAL_CHANNEL[role] if channel is None else channel,
        speaker=speaker,
        role=role,
        span=Span(start, end),
        spoken=text,
        text=text,
        words=tuple(words),
        language=language,
        loudness=loudness,
    )


def evenly(text: str, start: float, end: float) -> list[Word]:
    """Return one word a character, spread evenly over the time."""
    step = (end - start) / len(text)
    return [
        Word(c, Span(start + i * step, start + (i + 1) * step), 0.9) for i, c in enumerate(text)
    ]


def recording(duration: float = 30.0, *, path: str = "8001.wav", channels: int = 2) -> Recording:
    """Return a recording of a telephone call."""
    return Recording(
        id="ab" * 32,
        path=path,
        size=480_044,
        duration=duration,
        rate=8000,
        codec="pcm_mulaw",
        channels=tuple(Channel(i) for i in range(channels)),
        started_at=datetime(2025, 3, 12, 10, 15, 23, tzinfo=UTC),
        metadata={"agent": "8001", "phone": "15455550101"},
    )


def call(
    *segments: Segment,
    duration: float = 30.0,
    regions: Sequence[Region] | None = None,
    language: str | None = "zh",
) -> Call:
    """Return the call in which these are said; each segment is one region unless told otherwise."""
    in_order = sorted(segments, key=lambda s: (s.span, s.channel))
    roles = {(s.channel, s.speaker): s.role for s in in_order}
    if regions is None:
        regions = [Region(s.channel, s.speaker, s.span) for s in in_order]
    return Call(
        recording=recording(duration),
        parties=tuple(
            Party(channel, speaker, role, RoleSource.GIVEN)
            for (channel, speaker), role in roles.items()
        ),
        regions=tuple(regions),
        segments=tuple(in_order),
        language=language,
    )


def analysis(of: Call) -> Analysis:
    """Return the whole result of a call."""
    made_by = MadeBy(huiting="0.1.0", engine="whisper", models={"whisper-base": "d0" * 32})
    return Analysis(call=of, metrics=measure(of), made_by=made_by)
