"""What the wording of a line shows where no list has its words.

A reader sees one line and no call: what it says is evidence, which others join with theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, Role, Share


@dataclass(frozen=True, slots=True)
class Reading:
    """What one line shows; every figure is calibrated on wordings that were not learnt from."""

    reasons: Mapping[str, Share] = field(default_factory=dict)
    """How likely each intent of Huiting's own list is, if this line tells why somebody calls."""
    feelings: Mapping[EmotionLabel, Share] = field(default_factory=dict)
    """Of a customer; sums to 1. Empty of others, who are not read for what they feel."""
    complains: Share = 0.0
    """How likely it is that a customer is dissatisfied with what was done, loudly or not."""
    states: Mapping[OutcomeKind, Share] = field(default_factory=dict)
    """How likely the line says that the matter stands so; what is left says nothing of it."""
    leaves: Share = 0.0
    """How likely it is that a customer says that they will go elsewhere."""


class Reader(Protocol):
    """Reads lines one by one. May be called from several threads."""

    def read(self, texts: Sequence[str], role: Role, /) -> Sequence[Reading]:
        """Return what each line shows when this role says it; who is unknown is a customer."""
        ...
