"""A piece of the text that has a value: an order number, a sum, a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.meaning import Entity as Named
from huiting.core.patterns import PIECE, compiled
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._options import refuse, text, texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope

_VALUE = ("above", "below", "equals", "matches")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?:%| [^\d\s]+)?")
"""A value as entities have it: 2.5, 7.2%, 399.00 CNY, 20000 公里."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def build(
    kind: str | Sequence[str],
    *,
    value: Mapping[str, Any] | str | float | None = None,
    checksum: bool | None = None,
) -> "Entity":
    """Ask for entities of a kind.

    Args:
        kind: such as `order_no`, `phone`, `money`, `person`; or one of the team's own.
        value: what it must be: `above`, `below` or `equals` a number, `matches` a pattern; text
            or a number alone must equal it.
        checksum: whether an ID or bank card number must (or must not) pass its check.

    Raises:
        ConfigError: an option is none of these.
    """
    if checksum is not None and not isinstance(checksum, bool):
        refuse("entity", "checksum", f"{checksum!r} is neither", "give true or false")
    given = value if isinstance(value, Mapping) else {} if value is None else {"equals": value}
    for name in given:
        if name not in _VALUE:
            refuse("entity", "value", f"no such comparison {name!r}", f"use {', '.join(_VALUE)}")
    compared = given.get("above") is not None or given.get("below") is not None
    limits = (
        bounds("entity", above=given.get("above"), below=given.get("below")) if compared else None
    )
    pattern = given.get("matches")
    return Entity(
        frozenset(texts("entity", "kind", kind)),
        limits,
        None if given.get("equals") is None else str(given["equals"]),
        None if pattern is None else compiled("entity, value", text("entity", "value", pattern)),
        checksum,
    )


@dataclass(frozen=True, slots=True)
class Entity:
    """An `Operator`."""

    kinds: frozenset[str]
    limits: Bounds | None = None
    equals: str | None = None
    pattern: re.Pattern[str] | None = None
    checksum: bool | None = None
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return such entities; nearest is one of the kind with another value."""
        of_kind = [
            entity
            for entity in dialogue.meaning.entities
            if entity.kind in self.kinds and scope.asks(entity.role) and scope.covers(entity.span)
        ]
        channels = {line.segment: line.channel for line in dialogue.lines} if of_kind else {}
        hits = tuple(self._hit(e, channels.get(e.segment)) for e in of_kind if self._holds(e))
        if hits or not of_kind:
            return Found(hits)
        return Found((), self._hit(of_kind[0], channels.get(of_kind[0].segment)))

    def phrases(self) -> Sequence[str]:
        """Look for no phrases: entities are known."""
        return ()

    def _holds(self, entity: Named) -> bool:
        number = _number(entity.value)
        if self.limits is not None and (number is None or not self.limits.holds(number)):
            return False
        if self.equals is not None and not _same(entity.value, self.equals):
            return False
        if self.pattern is not None and self.pattern.search(entity.value[:PIECE]) is None:
            return False
        return self.checksum is None or checks(entity.value) is self.checksum

    def _hit(self, entity: Named, channel: int | None) -> Hit:
        number = _number(entity.value) if self.limits is not None else None
        return Hit(
            entity.span,
            EvidenceKind.SAID,
            channel,
            entity.role,
            entity.segment,
            entity.text,
            score=entity.score,
            value=number,
            limit=self.limits.limit(number) if self.limits and number is not None else None,
            note=f"{entity.kind} {entity.value}",
        )


def _number(value: str) -> float | None:
    found = _NUMBER.fullmatch(value.replace(",", "").strip())
    return float(found[1]) if found else None


def _same(value: str, wanted: str) -> bool:
    one, other = _number(value), _number(wanted)
    if one is not None and other is not None and len(wanted) < 12:  # noqa: PLR2004  (no long number)
        return one == other
    return value.casefold() == wanted.casefold()


def checks(value: str) -> bool:
    """Tell whether an identity number or the number of a bank card passes its check.

    Source:
        ISO 7064:1983 MOD 11-2, as GB 11643-1999 uses it; ISO/IEC 7812-1 annex B (Luhn).
    """
    digits = value.upper()
    if re.fullmatch(r"\d{17}[\dX]", digits):
        total = sum(int(d) * w for d, w in zip(digits[:17], _WEIGHTS, strict=True))
        if _CHECKS[total % 11] == digits[17]:
            return True
    if not re.fullmatch(r"\d{12,19}", digits):
        return False
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0  # noqa: PLR2004
