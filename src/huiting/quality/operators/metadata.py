"""What came with the call: direction, agent, queue, and the team's own fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.patterns import PIECE, bounded
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import whole
from huiting.quality.operators._options import refuse, text, texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope

_MATCHES = "metadata, matches"


def build(
    field: str,
    *,
    is_: str | float | Sequence[str] | None = None,
    matches: str | None = None,
    above: float | None = None,
    below: float | None = None,
    exists: bool | None = None,
) -> "Metadata":
    """Ask for a field, or one with a value; all that is given must hold.

    Args:
        field: its name; case makes no difference.
        is_: one of these values; case makes no difference.
        matches: a regular expression found somewhere in the value's first 200 characters; what
            could take too long is refused.
        above: the value is a number above this.
        below: the value is a number below this.
        exists: whether there is such a field at all.

    Raises:
        ConfigError: an option is none of these.
    """
    if exists is not None and not isinstance(exists, bool):
        refuse("metadata", "exists", f"{exists!r} is neither", "give true or false")
    compared = above is not None or below is not None
    if exists is False and (is_ is not None or matches is not None or compared):
        refuse("metadata", "exists", "a field that is absent has no value", "give exists alone")
    return Metadata(
        text("metadata", "field", field).casefold(),
        None if is_ is None else frozenset(v.casefold() for v in texts("metadata", "is", is_)),
        None if matches is None else bounded(_MATCHES, text("metadata", "matches", matches)),
        bounds("metadata", above=above, below=below) if compared else None,
        absent=exists is False,
    )


@dataclass(frozen=True, slots=True)
class Metadata:
    """An `Operator`."""

    field: str
    """In lower case."""
    values: frozenset[str] | None = None
    """In lower case."""
    pattern: re.Pattern[str] | None = None
    bounds: Bounds | None = None
    absent: bool = False
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Look the field up, whatever the scope."""
        found = {name.casefold(): value for name, value in dialogue.metadata.items()}
        value = found.get(self.field)
        said = f"{self.field} = {value}" if value is not None else f"{self.field}: absent"
        number = None if self.bounds is None else _number(value)
        limit = None if self.bounds is None or number is None else self.bounds.limit(number)
        hit = Hit(whole(dialogue), EvidenceKind.KNOWN, value=number, limit=limit, note=said)
        return Found((hit,)) if self._holds(value) else Found(nearest=hit)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _holds(self, value: str | None) -> bool:
        if value is None or self.absent:
            return (value is None) and self.absent
        number = _number(value)
        return (
            (self.values is None or value.strip().casefold() in self.values)
            and (self.pattern is None or self.pattern.search(value[:PIECE]) is not None)
            and (self.bounds is None or (number is not None and self.bounds.holds(number)))
        )


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
