"""A regular expression over each line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Match
from huiting.core.patterns import PIECE, compiled
from huiting.core.types import Span
from huiting.quality.matching.patterns import matches, required
from huiting.quality.operators._options import one_of, text
from huiting.quality.operators._said import inside
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope


class On(StrEnum):
    """Which form of a line is looked at."""

    TEXT = "text"
    """As written: with punctuation and digits."""
    SPOKEN = "spoken"
    """As recognized."""


def build(pattern: str, *, exclude: str | None = None, on: str = On.TEXT) -> "Regex":
    """Ask for a pattern in a line; case makes no difference.

    Args:
        pattern: a regular expression; what could take too long is refused.
        exclude: a pattern that voids every hit of its line.
        on: the `text` as written, or as it was `spoken`.

    Raises:
        ConfigError: an option is none of these.
    """
    wanted = compiled("regex, pattern", text("regex", "pattern", pattern))
    unwanted = None
    if exclude is not None:
        unwanted = compiled("regex, exclude", text("regex", "exclude", exclude))
    literal = required(wanted)
    cased = not literal.upper() == literal == literal.lower()
    return Regex(wanted, unwanted, one_of("regex", "on", on, On), literal, cased)


@dataclass(frozen=True, slots=True)
class Regex:
    """An `Operator`."""

    pattern: re.Pattern[str]
    exclude: re.Pattern[str] | None
    on: On
    literal: str
    """Without it nothing matches; '' when there is no such text."""
    cased: bool
    """Whether it has letters of either case."""
    hears: bool = True

    def find(self, _dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return each match."""
        hits: list[Hit] = []
        for line in (*scope.reached, *scope.lines) if scope.reached else scope.lines:
            said = line.text if self.on is On.TEXT else line.spoken
            if self.literal and self.literal not in (said.lower() if self.cased else said):
                continue
            if len(said) <= PIECE and self.pattern.search(said) is None:  # as in most lines
                continue
            hits += [hit for hit in self._hits(line, said) if inside(hit, line, scope)]
        if not hits:
            return NOTHING
        return Found(tuple(sorted(hits, key=lambda hit: hit.span)))

    def phrases(self) -> Sequence[str]:
        """Look for no phrases."""
        return ()

    def _hits(self, line: Line, said: str) -> Iterator[Hit]:
        places = list(matches(self.pattern, said))
        if not places or (self.exclude is not None and any(matches(self.exclude, said))):
            return
        for start, end in places:
            yield Hit(
                self._when(line, start, end),
                EvidenceKind.SAID,
                line.channel,
                line.role,
                line.segment,
                said[start:end],
                Match.EXACT,
                1.0,
                note=self.pattern.pattern,
            )

    def _when(self, line: Line, start: int, end: int) -> Span:
        """Return when it is said; times are those of the text as written."""
        return (
            line.when(start, end) if self.on is On.TEXT or line.spoken == line.text else line.span
        )
