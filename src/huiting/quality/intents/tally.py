"""How well intents that were told agree with what people said."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """One intent over labelled calls."""

    name: str
    calls: int
    """That people gave this label."""
    told: int
    """That were told to be about it."""
    right: int
    """Both."""

    @property
    def precision(self) -> float | None:
        """Share of those told that are right; None when none was told."""
        return self.right / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """Share of those labelled that were told; None when none was labelled."""
        return self.right / self.calls if self.calls else None


def tallies(pairs: Sequence[tuple[str, str]]) -> tuple[Tally, ...]:
    """Return a tally an intent, the most frequent first.

    Args:
        pairs: what people said, and what was told, of each call.
    """
    labelled = Counter(label for label, _ in pairs)
    told = Counter(name for _, name in pairs)
    right = Counter(label for label, name in pairs if label == name)
    names = sorted({*labelled, *told}, key=lambda name: (-labelled[name], -told[name], name))
    return tuple(Tally(name, labelled[name], told[name], right[name]) for name in names)


def share_right(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of calls told as labelled; 0 for none."""
    return sum(label == name for label, name in pairs) / len(pairs) if pairs else 0.0
