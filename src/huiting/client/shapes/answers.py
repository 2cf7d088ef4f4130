"""Other answers: tables of reports, transcripts, the state of the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Cell = str | int | float | None


class Step(StrEnum):
    """What a trend counts by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


class Form(StrEnum):
    """What a set of calls is exported as."""

    ZIP = "zip"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    key: str
    zh: str
    en: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """An answer as tables; the first is the answer itself."""

    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and when it is said."""

    text: str
    start: float
    """Seconds."""
    end: float
    confidence: float | None
    """None where the engine gives none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says between two pauses."""

    start: float
    """Seconds."""
    end: float
    text: str
    spoken: str
    """As it was said, before numbers were written as digits."""
    speaker: str
    """A, B… in the order they first speak."""
    language: str | None
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard."""

    text: str
    language: str | None
    duration: float
    """Seconds."""
    segments: tuple[Said, ...]
    engine: str
    audio: str
    """SHA-256 of the bytes."""
    known: bool
    """The same audio was heard before with the same wishes."""


@dataclass(frozen=True, slots=True)
class StillHeard:
    """It takes longer than the server lets anybody wait: ask the same again."""

    job: int


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model of the service."""

    name: str
    licence: str
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What the service computes on."""

    processor: str
    threads: int
    accelerator: str | None = None


@dataclass(frozen=True, slots=True)
class DiskState:
    """A disk of the service, in bytes."""

    use: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class QueueState:
    """What waits of one kind of job."""

    kind: str
    waiting: int
    running: int
    oldest: float
    """Seconds that the first of them has waited."""


@dataclass(frozen=True, slots=True)
class System:
    """How the service is."""

    version: str
    engine: str
    models: tuple[ModelState, ...]
    device: DeviceState | None
    disks: tuple[DiskState, ...]
    queue: tuple[QueueState, ...]
    calls: int


@dataclass(frozen=True, slots=True)
class Me:
    """Who the token is."""

    id: str
    name: str
    role: str
    language: Literal["zh", "en"] | None
    permissions: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]]
    """Metadata entries that a call must have to be seen."""
    must_change_password: bool
    csrf: str | None
