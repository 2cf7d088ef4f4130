"""The customer may leave, told from the words."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.quality.operators._options import share
from huiting.quality.operators._quoted import by_degree
from huiting.quality.rules.asked import Context, Found, Scope


def build(at_least: float = 0.5) -> "Churn":
    """Ask for a score of `at_least`, in [0, 1].

    Raises:
        ConfigError: it lies outside.
    """
    return Churn(share("churn", "at-least", at_least))


@dataclass(frozen=True, slots=True)
class Churn:
    """An `Operator`."""

    at_least: float
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Look up the score of the call, whatever the scope."""
        return by_degree(dialogue, dialogue.meaning.churn, self.at_least, "churn")

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()
