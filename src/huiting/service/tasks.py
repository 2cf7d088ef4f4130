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
COMPARE = "compare"
"""Task: hear the words, and tell what that took. The result is `Measured.packed`."""
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


@dataclass(frozen=True, slots=True)
class Measured:
    """What was heard, and what that took."""

    analysis: bytes
    """As JSON."""
    seconds: float
    """From when the words were asked for until they were there, other work of the host included;
    loading the model is not."""
    memory: int | None
    """Bytes by which our processes grew when the recognizer was loaded; None when nobody knows."""
    cards: int | None = None
    """Likewise, of CUDA devices; None where it uses none, or nobody knows."""

    def packed(self) -> bytes:
        """Return it as bytes."""
        return msgspec.json.encode((self.seconds, self.memory, self.cards)) + b"\n" + self.analysis

    @classmethod
    def unpacked(cls, data: bytes) -> "Measured":
        """Return what `packed` wrote."""
        costs, _, analysis = data.partition(b"\n")
        kind = tuple[float, int | None, int | None]
        seconds, memory, cards = msgspec.json.decode(costs, type=kind)
        return cls(analysis, seconds, memory, cards)


class Host(Protocol):
    """Runs tasks where the models are; see `jobs.host`."""

    def run(self, task: Task, listen: Callable[[Progress], None], /) -> bytes:
        """Return the result of a task; what `listen` raises ends it."""
        ...
