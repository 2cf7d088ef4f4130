"""Live calls as they are told in lists."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from huiting.core.types import EmotionLabel, Role
from huiting.live.updates import Cue, CueKind, Final, Mood, Pulse
from huiting.service.live.happening import Ended, Why
from huiting.service.live.showing import Running


class LiveEvidence(BaseModel):
    """What a cue goes by."""

    channel: int
    start: float
    end: float
    text: str


class LiveCue(BaseModel):
    """Why somebody should look."""

    key: str = Field(description="One of the same key replaces the one before.")
    kind: CueKind
    at: float = Field(description="Seconds from the beginning of the call.")
    text: dict[str, str] = Field(description="For people, by language.")
    severity: str
    evidence: list[LiveEvidence]
    link: str | None = Field(description="Address of a document.")

    @classmethod
    def of(cls, cue: Cue) -> Self:
        """Return it as it is told."""
        return cls(
            key=cue.key,
            kind=cue.kind,
            at=cue.at,
            text=dict(cue.text),
            severity=cue.severity,
            evidence=[
                LiveEvidence(channel=e.channel, start=e.span.start, end=e.span.end, text=e.text)
                for e in cue.evidence
            ],
            link=cue.link,
        )


class LiveLine(BaseModel):
    """What was said."""

    channel: int
    role: Role
    start: float
    end: float
    text: str
    emotion: EmotionLabel | None

    @classmethod
    def all_of(cls, final: Final | None) -> list[Self]:
        """Return the lines of a stretch of speech."""
        return [
            cls(
                channel=segment.channel,
                role=segment.role,
                start=segment.span.start,
                end=segment.span.end,
                text=segment.text,
                emotion=None if segment.emotion is None else segment.emotion.label,
            )
            for segment in (final.segments if final else ())
        ]


class LiveMood(BaseModel):
    """How a party sounded lately."""

    emotion: EmotionLabel
    anger: float | None = Field(description="Probability in [0, 1].")

    @classmethod
    def of(cls, mood: Mood) -> Self:
        """Return it as it is told."""
        return cls(emotion=mood.label, anger=mood.anger)


class LivePulse(BaseModel):
    """Where a call stands; channels are keys."""

    at: float = Field(description="Seconds of audio heard.")
    talk: dict[int, float] = Field(description="Seconds that each spoke.")
    silence: float = Field(description="Seconds since anybody spoke.")
    overlap: float = Field(description="Seconds in which more than one spoke.")
    rate: dict[int, float] = Field(description="Units a minute of speech.")
    moods: dict[int, LiveMood]

    @classmethod
    def of(cls, pulse: Pulse) -> Self:
        """Return it as it is told."""
        return cls(
            at=pulse.at,
            talk=dict(pulse.talk),
            silence=pulse.silence,
            overlap=pulse.overlap,
            rate=dict(pulse.rate),
            moods={channel: LiveMood.of(mood) for channel, mood in pulse.moods.items()},
        )


class LiveEnd(BaseModel):
    """How a call came to its end."""

    why: Why
    duration: float
    recording: str | None = Field(description="The call has this id once it is analyzed.")
    job: int | None

    @classmethod
    def of(cls, ended: Ended) -> Self:
        """Return it as it is told."""
        return cls(why=ended.why, duration=ended.duration, recording=ended.recording, job=ended.job)


class LiveCall(BaseModel):
    """A call that runs, or has just ended."""

    id: str
    name: str
    speaker: str = Field(description="Who opened it.")
    metadata: dict[str, str]
    roles: list[Role] = Field(description="Of the channels, in order.")
    consent: bool | None = Field(description="The customer agreed to be recorded.")
    opened_at: datetime
    seconds: float = Field(description="Of audio.")
    away: bool = Field(description="Its side is cut off, and may come back.")
    behind: float = Field(description="Seconds of speech that wait to be recognized.")
    strained: bool = Field(description="What is still being said is not shown: too much to do.")
    need: int = Field(description="How much somebody should look; more is more.")
    pulse: LivePulse | None
    last: list[LiveLine] = Field(description="What was said last.")
    cues: list[LiveCue] = Field(description="Those that hold, the gravest first.")
    ended: LiveEnd | None

    @classmethod
    def of(cls, running: Running) -> Self:
        """Return it as it is told."""
        return cls(
            id=running.id,
            name=running.name,
            speaker=running.speaker,
            metadata=dict(running.metadata),
            roles=list(running.roles),
            consent=running.consent,
            opened_at=running.opened_at,
            seconds=running.seconds,
            away=running.away,
            behind=running.behind,
            strained=running.strained,
            need=running.need,
            pulse=None if running.pulse is None else LivePulse.of(running.pulse),
            last=LiveLine.all_of(running.last),
            cues=[LiveCue.of(cue) for cue in running.cues],
            ended=None if running.ended is None else LiveEnd.of(running.ended),
        )
