"""Rules and other documents in versions, trials of them, and what people decide about verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from huiting.core.judgement import Verdict


class Kind(StrEnum):
    """What a document is."""

    RULES = "rules"
    SCORECARDS = "scorecards"
    HOTWORDS = "hotwords"
    INTENTS = "intents"
    ENTITIES = "entities"
    DOCUMENTS = "documents"


class Decision(StrEnum):
    """What a reviewer says of a verdict."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    MISSED = "missed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A document as lists show it."""

    kind: str
    name: str
    version: int
    """The newest."""
    published: int | None
    """The version that is in force."""
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Document:
    """A version of a document."""

    kind: str
    name: str
    version: int
    body: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is wrong in a document."""

    line: int | None
    """From 1; None where it concerns the whole."""
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All that is wrong in a document."""

    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A call of which a rule would say something else."""

    call: str
    before: Verdict | None
    after: Verdict
    at: float | None
    """Seconds at which to listen."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule says of the calls of a trial."""

    rule: str
    name: str
    counts: Mapping[Verdict, int]
    changed: int
    samples: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a document of rules says of some calls."""

    calls: int
    rules: tuple[Tried, ...]
    problems: Mapping[str, int]
    """Rule to the calls it could not judge."""


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody decided about a verdict."""

    id: int
    call: str
    rule: str
    rule_version: int
    verdict: Verdict
    """The machine's, when it was reviewed."""
    decision: Decision
    drawn: bool
    """The call was drawn by chance."""
    comment: str
    by: str
    at: datetime
    seconds: float | None
    moment: float | None
    """Seconds of the call at which a missed verdict should have been."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval."""

    share: float | None
    low: float | None
    high: float | None
    of: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a version of a rule does."""

    rule: str
    version: int
    precision: Rate
    recall: Rate
    """From calls drawn by chance."""
    unsure: int
