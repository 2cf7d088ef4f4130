"""What a call is about: said things that have a value, why the customer calls, how it ends.

Told from the text and never from the audio, so that it can be told again when a team
changes its lists.
"""

from dataclasses import dataclass
from enum import StrEnum

from huiting.core.types import Role, Share, Span


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the call that show something."""

    segment: int
    """Place in `Call.segments`, from 0."""
    role: Role
    span: Span
    text: str


class EntitySource(StrEnum):
    """How an entity was found."""

    PATTERN = "pattern"
    LIST = "list"
    """The team's own list."""
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the text that has a value: a sum, an order number, a name."""

    kind: str
    """`order_no`, `phone`, `money`, `date`, `time`, `person`, `product`… or one of the team's."""
    segment: int
    """Place in `Call.segments`, from 0."""
    start: int
    """First character, as an offset into `Segment.text`."""
    end: int
    """One past the last."""
    text: str
    """As it stands there."""
    value: str
    """Normalized: 299.00, 2025-03-12, 13800138000."""
    span: Span
    """When it is said."""
    source: EntitySource
    score: Share | None = None
    role: Role = Role.UNKNOWN
    """Who says it."""


class IntentSource(StrEnum):
    """What an intent was told from."""

    WORDS = "words"
    SIMILARITY = "similarity"
    LEARNT = "learnt"
    """Labeled calls of the team."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Why the customer calls."""

    name: str
    """Path in the team's hierarchy, such as `售后/退货退款`."""
    score: Share
    """In [0, 1]."""
    source: IntentSource
    quotes: tuple[Quote, ...] = ()
    """What decided it."""


class OutcomeKind(StrEnum):
    """How the matter stands when the call ends."""

    SOLVED = "solved"
    PROMISED = "promised"
    UNSOLVED = "unsolved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something told from the words, by degree."""

    score: Share
    """In [0, 1]."""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the matter stands when the call ends."""

    kind: OutcomeKind
    score: Share | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the team's that fits the call."""

    title: str
    link: str
    because: str
    """The condition that held."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a language model says of a call; each quote was found in it."""

    text: str
    resolution: str
    """How the matter was settled; empty when the model does not say."""
    next_steps: tuple[str, ...]
    quotes: tuple[Quote, ...]
    by: str
    """The model."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a call is about."""

    entities: tuple[Entity, ...] = ()
    """By segment, then start."""
    intents: tuple[Intent, ...] = ()
    """The main one first; empty when nothing tells."""
    needs: tuple[Quote, ...] = ()
    """What the customer asks for, in their words."""
    outcome: Outcome | None = None
    churn: Sign | None = None
    """The customer may leave."""
    urgency: Sign | None = None
    documents: tuple[Document, ...] = ()
    summary: Summary | None = None
    """None unless a language model is set, and its quotes hold."""
    advice: tuple[str, ...] = ()
    """What should happen next, such as `priority-ticket` or `route:en`."""
