"""Calls made up in a line each, to be kept in a store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from fakes import AGENT, CUSTOMER, analysis, call
from huiting.core.analysis import Analysis
from huiting.core.types import Edit, Role, Segment, Span

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


def identity(name: str) -> str:
    """Return the recording id of the call that `heard` makes of this name."""
    return sha256(name.encode()).hexdigest()


def line(
    text: str,
    *,
    spoken: str | None = None,
    role: Role = AGENT,
    start: float = 0.0,
    language: str | None = "zh",
) -> Segment:
    """Return a segment; one edit leads from `spoken` to `text`."""
    edited = spoken is not None and spoken != text
    return Segment(
        channel=0 if role is AGENT else 1,
        speaker=None,
        role=role,
        span=Span(start, start + 1),
        spoken=text if spoken is None else spoken,
        text=text,
        edits=(Edit(0, len(spoken), text, ("itn",)),) if edited and spoken is not None else (),
        language=language,
    )


def heard(
    name: str,
    *lines: Segment | str,
    started_at: datetime | None = NOON,
    metadata: Mapping[str, str] | None = None,
    settings: str = "default",
    language: str | None = "zh",
    path: str | None = None,
) -> Analysis:
    """Return the analysis of a call in which these are said, a second each."""
    segments = [
        line(said, start=float(at), role=AGENT if at % 2 == 0 else CUSTOMER)
        if isinstance(said, str)
        else said
        for at, said in enumerate(lines)
    ]
    made = analysis(call(*segments, duration=len(segments) + 1.0, language=language))
    recording = replace(
        made.call.recording,
        id=identity(name),
        path=f"/calls/{name}.wav" if path is None else path,
        started_at=started_at,
        metadata=metadata or {},
    )
    return replace(
        made,
        call=replace(made.call, recording=recording, segments=tuple(segments)),
        made_by=replace(made.made_by, settings=settings),
    )
