"""Which intents the wording of the key sentences speaks for, as a reader that was taught tells.

It knows the intents of Huiting's own list by name. Of a team's list it speaks for those that
are called the same, and says nothing of others, for or against.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from huiting.core.reading import Reader
from huiting.core.types import Role
from huiting.quality.intents.nearness import Told

LEAST = 0.01
"""Odds that are told apart from none."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What wording says for an intent, and in which sentence."""

    odds: float
    """Logarithm against even odds, weighted by how early it is said; 0 or more."""
    told: Told


def worded(told: Sequence[Told], reader: Reader) -> dict[str, Worded]:
    """Return for each intent that wording speaks for how strongly it does."""
    odds: dict[str, list[tuple[float, Told]]] = {}
    for each in told:
        role = Role.AGENT if each.line.role is Role.AGENT else Role.CUSTOMER
        reading = reader.read([each.line.segment.text], role)[0]
        even = 1 / max(1, len(reading.reasons))
        for name, p in reading.reasons.items():
            odds.setdefault(name, []).append((each.weight * log(max(LEAST, p) / even), each))
    return {
        name: Worded(total, max(parts, key=lambda part: part[0])[1])
        for name, parts in odds.items()
        if (total := sum(value for value, _ in parts)) > 0
    }
