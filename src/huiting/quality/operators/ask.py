"""A yes/no question about the call, put to a language model that must quote what it read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._measured import whole
from huiting.quality.operators._options import text
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(question: str) -> "Ask":
    """Ask `question`, to which yes is a hit.

    Raises:
        ConfigError: it is no text.
    """
    return Ask(text("ask", "question", question))


@dataclass(frozen=True, slots=True)
class Ask:
    """An `Operator`."""

    question: str
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return what the model quotes; the whole call when it says yes without a quote.

        Raises:
            ConfigError: no language model is set.
            HuitingError: it did not answer.
        """
        if context.ask is None:
            raise ConfigError("ask", "no language model is set", "set one, or leave the rule out")
        answer = context.ask(dialogue, scope, self.question)
        if not answer.yes:
            return Found()
        quotes = answer.quotes or (Hit(whole(dialogue), EvidenceKind.ANSWERED),)
        hits = (replace(q, kind=EvidenceKind.ANSWERED, note=answer.reason or None) for q in quotes)
        return Found(tuple(sorted(hits, key=lambda hit: hit.span)))

    def phrases(self) -> Sequence[str]:
        """Look for no words that are known beforehand."""
        return ()
