"""How the matter stands when the call ends: solved, promised, unsolved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.meaning import OutcomeKind
from huiting.quality.operators._options import some_of
from huiting.quality.operators._quoted import quoted
from huiting.quality.rules.asked import Context, Found, Scope


def build(is_: str | Sequence[str]) -> "Outcome":
    """Ask for one of the outcomes `is_`.

    Raises:
        ConfigError: it names none.
    """
    return Outcome(some_of("outcome", "is", is_, OutcomeKind))


@dataclass(frozen=True, slots=True)
class Outcome:
    """An `Operator`."""

    kinds: frozenset[OutcomeKind]
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Look up the outcome of the call, whatever the scope."""
        outcome = dialogue.meaning.outcome
        if outcome is None:
            return Found()
        hit = quoted(dialogue, EvidenceKind.KNOWN, outcome.quotes, outcome.kind)
        hit = replace(hit, score=outcome.score)
        return Found((hit,)) if outcome.kind in self.kinds else Found(nearest=hit)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()
