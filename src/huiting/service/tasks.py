"""What the model host is asked to do, and how that travels to its process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from huiting.core.types import Role
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task

ANALYZE = "analyze"
"""Task: hear a call and understand it."""
TRANSCRIBE = "transcribe"
"""Task: hear the words, and nothing else."""
SPEECH = "speech"
"""Task: measure how likely somebody speaks, and nothing else. The result is `Speech.packed`."""


@dataclass(frozen=True, slots=True)
class Request:
    """A recording to be heard, and what is known of it. Its result is an analysis as JSON, if the task is to hear."""

    path: str
    """Where its bytes are."""
    name: str
    """As shown to people."""
    roles: tuple[Role, ...] = ()
    """By channel, where known."""
    started_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    options: str = "{}"
    """JSON object of what is to be otherwise than in the settings."""

    def task(self, name: str) -> Task:
        """Return the task of that name."""
        return Task(name, msgspec.json.encode(self), self.name)

    @classmethod
    def read(cls, payload: bytes) -> "Request":
        """Return what `task` wrote."""
        return _decoder.decode(payload)


_decoder = msgspec.json.Decoder(Request)


class Host(Protocol):
    """Runs tasks where the models are; see `jobs.host`."""

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Return the result of a task; what `listen` raises ends it."""
        ...
