"""The same thing said again and again by the same voice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Match
from huiting.quality.matching.fold import folded
from huiting.quality.operators._options import number, texts
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope

_BACK = 60
"""Lines of the same voice that a line is compared with: who repeats does so before long."""
_HUNDRED = 100.0


def build(
    times: int = 2,
    *,
    similarity: float = 0.85,
    shortest: int = 4,
    unless: str | Sequence[str] | None = None,
) -> "Repeated":
    """Ask for lines that a voice says several times.

    Args:
        times: how often, at least.
        similarity: how alike in writing, from 0.5 to 1.
        shortest: characters a line has, at least: 好的 may be said often.
        unless: lines that hold one of these are left out.

    Raises:
        ConfigError: an option is none of these.
    """
    return Repeated(
        int(number("repeated", "times", times, least=2, most=50)),
        number("repeated", "similarity", similarity, least=0.5, most=1),
        int(number("repeated", "shortest", shortest, least=1, most=1000)),
        () if unless is None else tuple(folded(t) for t in texts("repeated", "unless", unless)),
    )


@dataclass(frozen=True, slots=True)
class Repeated:
    """An `Operator`."""

    times: int
    similarity: float
    shortest: int
    unless: tuple[str, ...]
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return every line of a voice that says it often enough."""
        long = [line for line in scope.lines if len(line.text) >= self.shortest]
        if len(long) < 2:  # noqa: PLR2004
            return NOTHING
        texts = context.once(_folded, dialogue)
        said = [(line, text) for line in long if self._counts(text := texts[line.segment])]
        groups = self._groups(said)
        hits = [
            _hit(line, score, len(group))
            for group in groups
            if len(group) >= self.times
            for line, score in group
        ]
        best = max(groups, key=len, default=[])
        near = _hit(*best[0], len(best)) if len(best) > 1 and not hits else None
        if near is None and not hits:
            return NOTHING
        return Found(tuple(sorted(hits, key=lambda hit: hit.span)), near)

    def holds(self, _dialogue: Dialogue, scope: Scope, _context: Context) -> bool | None:
        """Tell that too little is said to be repeated."""
        long = sum(len(line.text) >= self.shortest for line in scope.lines)
        return False if long < self.times else None

    def phrases(self) -> Sequence[str]:
        """Look for no phrases."""
        return ()

    def _counts(self, text: str) -> bool:
        return len(text) >= self.shortest and not any(phrase in text for phrase in self.unless)

    def _groups(self, said: Sequence[tuple[Line, str]]) -> list[list[tuple[Line, float]]]:
        """Return lines that repeat an earlier one of their voice, in groups."""
        groups: list[list[tuple[Line, float]]] = []
        recent: dict[tuple[int, int | None], list[tuple[str, int]]] = {}
        for line, text in said:
            mine = recent.setdefault((line.channel, line.speaker), [])
            score, group = max(self._alike(text, mine), default=(1.0, -1)) if mine else (1.0, -1)
            if group < 0:
                group = len(groups)
                groups.append([])
                score = 1.0
            groups[group].append((line, score))
            mine.append((text, group))
            del mine[:-_BACK]
        return groups

    def _alike(self, text: str, others: Sequence[tuple[str, int]]) -> Iterator[tuple[float, int]]:
        least = self.similarity * _HUNDRED
        for other, group in others:
            alike = 2 * min(len(text), len(other))  # characters, at most, of both together
            if alike < self.similarity * (len(text) + len(other)):
                continue
            score = ratio(text, other, score_cutoff=least) / _HUNDRED
            if score:
                yield score, group


def _folded(dialogue: Dialogue) -> Mapping[int, str]:
    """Return each line as it is compared, by its segment."""
    return {line.segment: folded(line.text) for line in dialogue.lines}


def _hit(line: Line, score: float, times: int) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.SAID,
        line.channel,
        line.role,
        line.segment,
        line.text,
        Match.EXACT if score == 1.0 else None,
        score,
        value=float(times),
        note="repeated",
    )
