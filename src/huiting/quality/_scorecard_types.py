"""What a scorecard is made of; docs/reference/scorecards.md says what each part does."""

from dataclasses import dataclass
from enum import StrEnum


class Credit(StrEnum):
    """How the rules of an item make its points."""

    ALL = "all"
    ANY = "any"
    PROPORTIONAL = "proportional"


class Absent(StrEnum):
    """What becomes of an item when none of its rules applied."""

    DROP = "drop"
    FULL = "full"
    ZERO = "zero"


class Open(StrEnum):
    """What an uncertain verdict counts until somebody listens."""

    HOLD = "hold"
    PASS = "pass"  # noqa: S105  (a verdict, no password)
    FAIL = "fail"


class Worth(StrEnum):
    """Where the points of an item come from."""

    WEIGHT = "weight"
    """A share of the base; no points for an item that is only fatal."""
    BONUS = "bonus"
    """On top of the base."""
    EFFECT = "effect"
    """What its rules add or take."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a scorecard."""

    id: str
    name: str
    rules: tuple[str, ...]
    points: float = 0.0
    worth: Worth = Worth.WEIGHT
    credit: Credit = Credit.ALL
    absent: Absent = Absent.DROP
    fatal: bool = False
    why: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Items that share a weight."""

    id: str
    name: str
    items: tuple[Item, ...]
    weight: float
    """Beside the other sections; 0 for one with nothing but bonuses and effects."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How a team turns verdicts into points."""

    id: str
    name: str
    version: int
    sections: tuple[Section, ...]
    base: float
    """Points of a call without fault."""
    uncertain: Open = Open.HOLD
    grades: tuple[tuple[str, float], ...] = ()
    """From how many points on, the best first."""
    language: str = "zh"
    """Of the explanations: `zh` or `en`."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules it needs, each once."""
        named = (rule for s in self.sections for item in s.items for rule in item.rules)
        return tuple(dict.fromkeys(named))

    @property
    def fatal(self) -> frozenset[str]:
        """Ids of the rules that may cost the whole score."""
        items = (item for section in self.sections for item in section.items if item.fatal)
        return frozenset(rule for item in items for rule in item.rules)

    @property
    def weighs(self) -> bool:
        """Whether it has points to give; otherwise it starts from the base."""
        return any(section.weight for section in self.sections)
