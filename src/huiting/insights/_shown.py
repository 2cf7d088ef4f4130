"""What a report shows of a call one by one: moments to hear, and why."""

from dataclasses import dataclass
from enum import StrEnum

from huiting.core.types import Role, Span


class Why(StrEnum):
    """Why a call is worth hearing."""

    FATAL = "fatal"
    """A fatal item failed."""
    WORST = "worst"
    TYPICAL = "typical"
    """Nearest to the mean."""
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Hearing:
    """A call to listen to."""

    call: str
    name: str
    why: Why
    points: float | None
    """By the scorecard; None where there is none."""
    faults: tuple[str, ...]
    """Names of the rules that failed, the gravest first."""
    moment: Span | None
    """Where to begin."""
    quote: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """An outburst."""

    call: str
    name: str
    """Of the recording."""
    agent: str
    span: Span
    quote: str
    silence: float
    """The agent's longest silence before it, in seconds; 0 for none."""
    follows: bool
    """Whether that is longer than was asked for."""


@dataclass(frozen=True, slots=True)
class BadMoment:
    """Something that a supervisor should hear."""

    gravity: float
    call: str
    name: str
    """Of the recording."""
    agent: str
    span: Span
    role: Role | None
    quote: str
    """The whole line, where the proof is a part of one."""
    what: str
    """Name of the rule that failed, or the emotion that broke out."""
    advice: str


@dataclass(frozen=True, slots=True)
class ToHear:
    """A moment by which somebody should decide rules that are uncertain."""

    call: str
    name: str
    """Of the recording."""
    span: Span | None
    """None for the whole call."""
    rules: tuple[str, ...]
    """Names of the rules that wait for it."""
