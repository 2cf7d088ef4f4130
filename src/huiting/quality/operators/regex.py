"""A regular expression over each line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Match
from huiting.core.patterns import PIECE, compiled
from huiting.core.types import Span
from huiting.quality.matching.patterns import Needles, lowered, matches, needed
from huiting.quality.operators._options import one_of, text
from huiting.quality.operators._said import inside
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope

_FEW = 4
"""Needles that are sooner looked for in a line than the pattern itself."""


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
    return Regex(wanted, unwanted, one_of("regex", "on", on, On), needed(wanted))


@dataclass(frozen=True, slots=True)
class Regex:
    """An `Operator`."""

    pattern: re.Pattern[str]
    exclude: re.Pattern[str] | None
    on: On
    needles: frozenset[str]
    """Lowered texts without one of which nothing matches; empty when there are none."""
    hears: bool = True

    def find(self, _dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return each match."""
        hits: list[Hit] = []
        for line in (*scope.reached, *scope.lines) if scope.reached else scope.lines:
            said = line.text if self.on is On.TEXT else line.spoken
            if not self._may_match(said):
                continue
            if len(said) <= PIECE and self.pattern.search(said) is None:  # as in most lines
                continue
            hits += [hit for hit in self._hits(line, said) if inside(hit, line, scope)]
        if not hits:
            return NOTHING
        return Found(tuple(sorted(hits, key=lambda hit: hit.span)))

    def phrases(self) -> Sequence[Needles]:
        """Return texts of which one is where it matches; nothing when there are none."""
        return (Needles(self.needles, self.on is On.SPOKEN),) if self.needles else ()

    def _may_match(self, said: str) -> bool:
        if not 0 < len(self.needles) <= _FEW:
            return True
        text = lowered(said)
        for needle in self.needles:  # noqa: SIM110  (`any` takes three times as long)
            if needle in text:
                return True
        return False

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
