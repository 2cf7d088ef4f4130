"""What somebody has to know at once of a call whose customer speaks another language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from huiting.core.types import EmotionLabel, Span


class Because(StrEnum):
    """Why a call has a ticket."""

    ANGRY = "angry"
    """The customer is angry."""
    COMPLAINT = "complaint"
    FATAL = "fatal"
    """A fatal item of a scorecard failed."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """Something the customer says."""

    segment: int
    """Place in `Call.segments`, from 0."""
    span: Span
    text: str
    """As said."""
    translation: str | None = None
    """Of what a language model may see of it; None when there is none."""
    emotion: EmotionLabel | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody has to know at once of a call whose customer speaks another language."""

    call: str
    """Id of the recording."""
    name: str
    """Of the recording."""
    language: str | None
    """Of the customer."""
    because: tuple[Because, ...]
    advice: tuple[str, ...]
    """What should happen next, as in `Meaning.advice`."""
    lines: tuple[TicketLine, ...]
    """By start: what the customer asks for, what shows how it stands, the angriest words."""
    into: str
    """Language of those who read it."""
    intent: str | None = None
    fatal: tuple[str, ...] = ()
    """Names of the fatal items that failed."""
    started_at: datetime | None = None
    metadata: Mapping[str, str] | None = None
    by: str | None = None
    """Model that translated; None when there is no translation."""
    trouble: str = ""
    """Why a model that is set did not translate; empty where none is set."""
