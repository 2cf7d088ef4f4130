"""Recordings that are handed in."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from huiting.jobs.job import State
from huiting.service.handing import Outcome
from huiting.service.recordings import Accepted, Refused
from huiting.web.api.shapes.jobs import TroubleOf

Line = Annotated[str, Field(max_length=200)]
Engine = Annotated[str, Field(min_length=1, max_length=100)]


class AcceptedOf(BaseModel):
    """A recording that was taken."""

    name: str
    recording: str = Field(description="SHA-256 of the bytes; also the id of the call.")
    job: int
    state: State = Field(description="Of the job.")
    known: bool = Field(description="Analyzed before with the same options: the result is there.")

    @classmethod
    def of(cls, accepted: Accepted) -> Self:
        """Return it as it is told."""
        return cls(
            name=accepted.name,
            recording=accepted.recording,
            job=accepted.job,
            state=accepted.state,
            known=accepted.known,
        )


class RefusedOf(BaseModel):
    """Something that was not taken."""

    name: str
    trouble: TroubleOf

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Return it as it is told."""
        error = refused.error
        return cls(
            name=refused.name,
            trouble=TroubleOf(code=error.code, reason=error.reason, remedy=error.remedy),
        )


class HandedIn(BaseModel):
    """What became of recordings that were handed in."""

    batch: str | None
    accepted: list[AcceptedOf]
    refused: list[RefusedOf]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return it as it is told."""
        return cls(
            batch=outcome.batch,
            accepted=[AcceptedOf.of(a) for a in outcome.accepted],
            refused=[RefusedOf.of(r) for r in outcome.refused],
        )


class FromStorage(BaseModel):
    """Recordings that the server fetches from storages that are configured."""

    model_config = ConfigDict(extra="forbid")

    addresses: list[Annotated[str, Field(min_length=1, max_length=2_000)]] = Field(
        min_length=1, max_length=50, description="`NAME:folder/file.wav`, or a storage's address."
    )
    metadata: dict[str, str] = Field({}, max_length=100)
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    hotwords: list[Line] = Field([], max_length=1_000)
    engine: Engine | None = Field(
        None, description="Name of a recognizer; left out: the usual one."
    )
    batch: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None = None


class Again(BaseModel):
    """How a recording is to be analyzed again."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    hotwords: list[Line] = Field([], max_length=1_000)
    engine: Engine | None = Field(
        None, description="Name of a recognizer; left out: the usual one."
    )


def _text(about: str) -> dict[str, Any]:
    return {"type": "string", "description": about}


FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "Recordings, or ZIP archives of them.",
                        },
                        "metadata": _text('Of all of them: {"agent": "8001", "team": "A"}.'),
                        "started_at": _text("When the call began, ISO 8601."),
                        "roles": _text("By channel: agent,customer."),
                        "language": _text("ISO 639; left out: heard."),
                        "hotwords": _text("One a line."),
                        "engine": _text("Name of a recognizer; left out: the usual one."),
                        "batch": _text("Id of a batch they belong to."),
                        "priority": _text("-10 to 10; greater goes first."),
                    },
                }
            }
        },
    }
}
