"""What a rule is once it was read: frozen, checked, ready to judge any number of calls.

Expressions are a small tree: `Ask` puts a question through an operator, `All`, `AnyOf` and
`Not` join them, `Named` stands for one that is defined elsewhere. How they are judged is
told in `judge`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, final

from huiting.core.judgement import Severity
from huiting.core.types import Role, Seconds, Share
from huiting.quality.matching.phrasebook import Phrasebook
from huiting.quality.rules.asked import Operator

if TYPE_CHECKING:  # which knows rules
    from huiting.quality.rules.quiet import Quiet

PAID = "ask"
"""The operator whose answers cost time and money: what a verdict does not need is not asked."""


class Unit(StrEnum):
    """What an edge of a call is measured in."""

    SECONDS = "seconds"
    TURNS = "turns"
    PERCENT = "percent"


class Side(StrEnum):
    """Where to look from the hit of another question."""

    AFTER = "after"
    BEFORE = "before"
    AROUND = "around"


class Which(StrEnum):
    """Which hits of another question count."""

    FIRST = "first"
    LAST = "last"
    ANY = "any"
    EACH = "each"
    """Every one of them must be answered for itself."""


@dataclass(frozen=True, slots=True)
class Edge:
    """So much of the beginning, or of the end, of a call."""

    amount: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where to look, seen from what another question found."""

    side: Side
    name: str
    which: Which
    within: Seconds | None = None
    turns: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a call that a question is about."""

    roles: frozenset[Role] | None = None
    first: Edge | None = None
    last: Edge | None = None
    between: tuple[Seconds, Seconds] | None = None
    whole: bool = False
    anchors: tuple[Anchor, ...] = ()


@dataclass(frozen=True, slots=True)
class Times:
    """How many hits there must be."""

    at_least: int = 1
    at_most: int | None = None

    def hold(self, hits: int) -> bool:
        """Tell whether so many hits are right."""
        return self.at_least <= hits and (self.at_most is None or hits <= self.at_most)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A question put to a part of the call."""

    kind: str
    """The operator's key in YAML, or `ref`."""
    operator: "Operator | Named"
    """What finds; of `ref`, the hits that what is named has in the scope."""
    place: Place
    times: Times
    about: str
    """What is looked for, in the rule's words, for evidence."""
    name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class All:
    """Holds when every part holds."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class AnyOf:
    """Holds when some part holds."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """Holds when its part does not."""

    part: "Expression"


@final
@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Holds when what has this name does."""

    name: str


Expression = Ask | All | AnyOf | Not | Named


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a test dialogue."""

    role: Role
    text: str
    start: Seconds | None = None
    end: Seconds | None = None
    emotion: str | None = None
    score: Share | None = None
    """Of the emotion."""
    confidence: Share | None = None
    loudness: Share | None = None


@dataclass(frozen=True, slots=True)
class Sounded:
    """An event of a test dialogue."""

    label: str
    start: Seconds
    end: Seconds


@dataclass(frozen=True, slots=True)
class Example:
    """A little dialogue, and what a rule is to say of it."""

    name: str
    where: str
    """`file:line`."""
    dialogue: tuple[Said, ...]
    expect: str
    events: tuple[Sounded, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    duration: Seconds | None = None
    started_at: str | None = None
    intents: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule."""

    id: str
    name: str
    demand: Expression
    """What decides."""
    forbids: bool
    """The demand must not hold, rather than hold."""
    where: str
    """`file:line`, for messages."""
    digest: str
    """Of all that can change a verdict."""
    applies: Expression | None = None
    names: Mapping[str, Expression] = field(default_factory=dict)
    """Every named expression that this rule may point at."""
    why: str = ""
    advice: str = ""
    severity: Severity = Severity.MINOR
    type: str = ""
    passed: float = 0.0
    """Effect on the score."""
    failed: float = 0.0
    version: int = 1
    since: date | None = None
    until: date | None = None
    """The last day."""
    enabled: bool = True
    languages: frozenset[str] | None = None
    """None: all."""
    examples: tuple[Example, ...] = ()

    @property
    def feels(self) -> bool:
        """Whether it asks how somebody sounds."""
        return any(ask.kind == "emotion" for ask in self.asks())

    def asks(self) -> Iterator[Ask]:
        """Yield every question of the rule and of what has a name; some more than once."""
        waiting: list[Expression] = [self.demand, *self.names.values()]
        waiting += [self.applies] if self.applies is not None else []
        while waiting:
            match waiting.pop():
                case Ask() as ask:
                    yield ask
                case All(parts) | AnyOf(parts):
                    waiting += parts
                case Not(part):
                    waiting.append(part)


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """The rules of one file, or of several."""

    name: str
    rules: tuple[Rule, ...]
    digest: str
    """The same as long as every verdict stays the same."""
    phrasebook: Phrasebook = field(repr=False)
    """Of all phrases of the rules."""
    quiet: "Quiet" = field(repr=False)
    """Of all questions of the rules."""
    paid: frozenset[str] = frozenset()
    """Ids of the rules that ask a language model something."""
    grave: frozenset[str] = frozenset()
    """Ids of the rules that may fail by how a voice sounds only if it is nearly sure: critical
    ones, and those that are fatal to a score."""
