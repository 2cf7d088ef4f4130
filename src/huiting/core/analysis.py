"""The whole result of a recording."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from huiting.core.meaning import Meaning
from huiting.core.metrics import Metrics
from huiting.core.types import Call


@dataclass(frozen=True, slots=True)
class MadeBy:
    """What made an analysis: enough to tell whether it would come out the same today."""

    huiting: str
    """Version of Huiting."""
    engine: str
    """Kind of the recognizer, such as `whisper`."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Model name to the SHA-256 of its weights."""
    settings: str = ""
    """Digest of every option that can change the result, hotwords included."""
    meaning: str = ""
    """Digest of what `Analysis.meaning` was told with: the team's lists and intents."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A call, its metrics, what it is about, and what made them."""

    call: Call
    metrics: Metrics
    made_by: MadeBy
    meaning: Meaning = field(default_factory=Meaning)
