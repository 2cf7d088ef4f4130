"""Where somebody speaks in a recording, and the options that decide on it."""

from typing import Annotated, Self

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huiting.core.speech import LOUDEST, OPTIONS, STEPS, SpeechOptions
from huiting.jobs.job import State
from huiting.service.speech.desk import Looked, Region
from huiting.web.api.shapes.jobs import TroubleOf

RecordingId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the bytes.")]
LONGEST = 10.0
"""Seconds that an option may be."""
_Share = Annotated[float | None, Query(ge=0, le=1)]
_Length = Annotated[float | None, Query(ge=0, le=LONGEST, description="Seconds.")]


class SpeechOptionsOf(BaseModel):
    """Options of the voice detector."""

    threshold: float = Field(description="Probability at which speech begins.")
    release: float = Field(description="Probability below which it ends.")
    min_silence: float = Field(description="Seconds; a shorter gap is part of the speech.")
    min_speech: float = Field(description="Seconds; a shorter stretch is noise.")
    pad: float = Field(description="Seconds added at both ends.")

    @classmethod
    def of(cls, options: SpeechOptions) -> Self:
        """Return options as they are told."""
        return cls(**{name: getattr(options, name) for name in OPTIONS})


def wanted(
    threshold: _Share = None,
    release: _Share = None,
    min_silence: _Length = None,
    min_speech: _Length = None,
    pad: _Length = None,
) -> dict[str, float | None]:
    """Return the options that a request wants otherwise than in force; a dependency."""
    given = (threshold, release, min_silence, min_speech, pad)
    return dict(zip(OPTIONS, given, strict=True))


class SpeechTrackOf(BaseModel):
    """A channel that carries a signal of its own."""

    channel: int = Field(description="Of the file, from 0.")
    duration: float = Field(description="Seconds.")
    frames: int


class SpeechOf(BaseModel):
    """How far it is with measuring a recording."""

    recording: str = Field(description="SHA-256 of the bytes.")
    name: str | None = Field(description="That you handed it in under.")
    state: State
    job: int | None = Field(description="That measures it; null once it is known.")
    stage: str | None = Field(description="What it is doing.")
    done: float = Field(description="Share of the stage, 0 to 1.")
    trouble: TroubleOf | None = Field(description="Why it could not be measured.")
    duration: float | None = Field(description="Seconds; null until it is measured.")
    channels: int | None = Field(description="Of the file; null until it is measured.")
    hop: float | None = Field(description="Seconds from one frame to the next.")
    tracks: list[SpeechTrackOf]
    options: SpeechOptionsOf = Field(description="In force.")

    @classmethod
    def of(cls, looked: Looked, options: SpeechOptions) -> Self:
        """Return it as it is told."""
        speech, job = looked.speech, looked.job
        trouble = None if job is None else job.trouble
        tracks = speech.tracks if speech else ()
        return cls(
            recording=looked.recording,
            name=looked.name,
            state=State.DONE if speech or job is None else job.state,
            job=None if job is None else job.id,
            stage=None if job is None else job.stage,
            done=1.0 if speech or job is None else job.done,
            trouble=None
            if trouble is None
            else TroubleOf(code=trouble.code, reason=trouble.reason, remedy=trouble.remedy),
            duration=speech.duration if speech else None,
            channels=speech.channels if speech else None,
            hop=speech.hop if speech else None,
            tracks=[
                SpeechTrackOf(channel=t.channel, duration=t.duration, frames=len(t.likely))
                for t in tracks
            ],
            options=SpeechOptionsOf.of(options),
        )


class SpeechRegionOf(BaseModel):
    """A stretch of speech on a channel."""

    channel: int
    start: float = Field(description="Seconds.")
    end: float


class SpeechRegionsOf(BaseModel):
    """Where somebody speaks, by these options."""

    options: SpeechOptionsOf
    regions: list[SpeechRegionOf] = Field(description="Channel by channel, by start.")

    @classmethod
    def of(cls, options: SpeechOptions, regions: list[Region]) -> Self:
        """Return regions as they are told."""
        told = [
            SpeechRegionOf(channel=r.channel, start=r.span.start, end=r.span.end) for r in regions
        ]
        return cls(options=SpeechOptionsOf.of(options), regions=told)


FRAMES = (
    f"For each track in turn: of each frame a byte, {STEPS} times its probability of speech, rounded "
    f"down; then of each frame a byte, its loudest sample, 0 to {LOUDEST}. Compressed with gzip."
)
