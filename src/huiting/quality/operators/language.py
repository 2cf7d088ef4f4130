"""Which language is spoken: most of the call, or in the lines looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.quality.operators._measured import is_whole, whole
from huiting.quality.operators._options import texts
from huiting.quality.rules.asked import Context, Found, Hit, Scope


def build(is_: str | Sequence[str]) -> "Language":
    """Ask for one of the languages `is_`, by their ISO 639 codes.

    Raises:
        ConfigError: it is no text.
    """
    return Language(frozenset(code.strip().casefold() for code in texts("language", "is", is_)))


@dataclass(frozen=True, slots=True)
class Language:
    """An `Operator`."""

    languages: frozenset[str]
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare the call's language; where the scope is narrower, that of each line."""
        if scope.roles is None and is_whole(dialogue, scope):
            hit = Hit(whole(dialogue), EvidenceKind.KNOWN, note=dialogue.language or "unknown")
            return Found((hit,)) if dialogue.language in self.languages else Found(nearest=hit)
        lines = [
            Hit(x.span, EvidenceKind.KNOWN, x.channel, x.role, x.segment, x.text, note=x.language)
            for x in scope.lines
        ]
        hits = tuple(hit for hit in lines if hit.note in self.languages)
        return Found(hits, None if hits else next(iter(lines), None))

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()
