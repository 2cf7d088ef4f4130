"""Text of audio that is no call."""

import re
from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, Field

from huiting.core.analysis import Analysis
from huiting.core.types import Segment

_LATIN = re.compile(r"[A-Za-z0-9,.;:!?)\]%]$")


class WordOf(BaseModel):
    """A word and when it is said."""

    text: str
    start: float = Field(description="Seconds.")
    end: float
    confidence: float | None = Field(description="None where the engine gives none.")


class SaidOf(BaseModel):
    """What somebody says between two pauses."""

    start: float = Field(description="Seconds.")
    end: float
    text: str
    spoken: str = Field(description="As it was said, before numbers were written as digits.")
    speaker: str = Field(description="A, B… in the order they first speak.")
    language: str | None
    words: list[WordOf]


class Transcript(BaseModel):
    """What was heard."""

    text: str
    language: str | None = Field(description="That most is said in, ISO 639.")
    duration: float = Field(description="Seconds.")
    segments: list[SaidOf]
    engine: str
    audio: str = Field(description="SHA-256 of the bytes.")
    known: bool = Field(description="The same audio was heard before with the same wishes.")

    @classmethod
    def of(cls, heard: Analysis, *, known: bool) -> Self:
        """Return it as it is told."""
        call = heard.call
        names = speakers(call.segments)
        return cls(
            text=joined(segment.text for segment in call.segments),
            language=call.language,
            duration=call.recording.duration,
            segments=[
                SaidOf(
                    start=segment.span.start,
                    end=segment.span.end,
                    text=segment.text,
                    spoken=segment.spoken,
                    speaker=name,
                    language=segment.language,
                    words=[
                        WordOf(
                            text=word.text,
                            start=word.span.start,
                            end=word.span.end,
                            confidence=word.confidence,
                        )
                        for word in segment.words
                    ],
                )
                for segment, name in zip(call.segments, names, strict=True)
            ],
            engine=heard.made_by.engine,
            audio=call.recording.id,
            known=known,
        )


class StillHeard(BaseModel):
    """Audio that takes longer than a request may wait; it goes on being heard."""

    job: int = Field(description="See /api/v1/jobs; then ask the same again.")


def joined(texts: Iterable[str]) -> str:
    """Return texts one after the other, with spaces where their script has spaces."""
    whole = ""
    for text in texts:
        space = " " if _LATIN.search(whole) and text[:1].isascii() else ""
        whole += space + text if text else ""
    return whole


def speakers(segments: Iterable[Segment]) -> list[str]:
    """Return the letter of whoever says each segment: A speaks first; after Z comes AA."""
    known: dict[tuple[int, int | None], str] = {}
    return [
        known.setdefault((segment.channel, segment.speaker), _letter(len(known)))
        for segment in segments
    ]


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _field(kind: str, about: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON Schema)
    return {"type": kind, "description": about, **more}


FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "language": _field("string", "ISO 639; left out: heard."),
                        "hotwords": _field("string", "One a line."),
                        "itn": _field("string", "Write numbers as digits.", enum=["true", "false"]),
                        "profile": _field(
                            "string", "Speed or fewest errors.", enum=["fast", "accurate"]
                        ),
                        "engine": _field(
                            "string", "Name of a recognizer; left out: the usual one."
                        ),
                    },
                }
            }
        },
    }
}
