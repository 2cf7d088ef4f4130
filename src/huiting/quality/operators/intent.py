"""Why the customer calls, as the meaning of the call says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.meaning import Intent as Told
from huiting.quality.operators._measured import found
from huiting.quality.operators._options import share, texts
from huiting.quality.operators._quoted import quoted
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(is_: str | Sequence[str], *, at_least: float = 0.0) -> "Intent":
    """Ask for an intent.

    Args:
        is_: paths in the team's hierarchy, or the beginning of one: 售后 is also 售后/维修.
        at_least: its score, in [0, 1].

    Raises:
        ConfigError: an option is none of these.
    """
    paths = (path.strip().strip("/").casefold() for path in texts("intent", "is", is_))
    return Intent(tuple(paths), share("intent", "at-least", at_least))


@dataclass(frozen=True, slots=True)
class Intent:
    """An `Operator`."""

    paths: tuple[str, ...]
    at_least: float
    hears: bool = False

    def find(self, dialogue: Dialogue, _scope: Scope, _context: Context) -> Found:
        """Return such intents of the call, whatever the scope."""
        told = [self._hit(dialogue, i) for i in dialogue.meaning.intents if self._named(i)]
        hits = [hit for hit in told if (hit.score or 0.0) >= self.at_least]
        return found(hits, told, lambda hit: -(hit.score or 0.0))

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _named(self, intent: Told) -> bool:
        name = intent.name.casefold()
        return any(name == path or name.startswith(path + "/") for path in self.paths)

    def _hit(self, dialogue: Dialogue, intent: Told) -> Hit:
        hit = quoted(dialogue, EvidenceKind.KNOWN, intent.quotes, intent.name)
        return replace(hit, score=intent.score, value=intent.score, limit=self.at_least)
