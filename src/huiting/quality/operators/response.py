"""How long somebody takes to answer, in seconds from the end of the other's turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Role, Span
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, is_whole, whole
from huiting.quality.operators._options import one_of
from huiting.quality.rules.asked import Context, Found, Hit, Scope

_SAME = 0.01
"""Seconds by which a silence and a wait may differ and be the same."""


class Of(StrEnum):
    """Which of the answers."""

    MEDIAN = "median"
    LONGEST = "longest"


def build(
    *, above: float | None = None, below: float | None = None, of: str = Of.LONGEST
) -> "Response":
    """Ask for a median or longest response time above or below a bound."""
    return Response(bounds("response", above=above, below=below), one_of("response", "of", of, Of))


@dataclass(frozen=True, slots=True)
class Response:
    """An `Operator`."""

    bounds: Bounds
    of: Of
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Compare the response time of each party looked at."""
        if is_whole(dialogue, scope):
            return compare(self.bounds, self._measured(dialogue, scope))
        return compare(self.bounds, self._within(dialogue, scope))

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _measured(self, dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
        for party in dialogue.metrics.parties:
            if scope.asks(party.role):
                longest = self.of is Of.LONGEST
                value = party.response_max if longest else party.response_median
                span = _wait(dialogue, party.role, value) if longest else whole(dialogue)
                yield self._hit(span, party.role, party.channel, value)

    def _within(self, dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
        """Take lines for turns: the metrics tell nothing of a part of the call."""
        waits: dict[tuple[Role, int], list[tuple[float, Span]]] = {}
        for before, after in pairwise(dialogue.lines):
            answers = before.role is not after.role and Role.SYSTEM not in (before.role, after.role)
            if answers and scope.covers(after.span) and scope.asks(after.role):
                start, end = sorted((before.span.end, after.span.start))
                wait = (after.span.start - before.span.end, Span(start, end))
                waits.setdefault((after.role, after.channel), []).append(wait)
        for (role, channel), found in waits.items():
            value, span = max(found)
            if self.of is Of.MEDIAN:
                value, span = median(wait for wait, _ in found), whole(dialogue)
            yield self._hit(span, role, channel, value)

    def _hit(self, span: Span, role: Role, channel: int, value: float | None) -> Hit:
        note = Measure.LONGEST_RESPONSE if self.of is Of.LONGEST else Measure.MEDIAN_RESPONSE
        return Hit(span, EvidenceKind.MEASURED, channel, role, value=value, note=note)


def _wait(dialogue: Dialogue, role: Role, value: float | None) -> Span:
    """Return the silence that such a wait was, to be listened to; at worst the whole call."""
    waits = (s.span for s in dialogue.metrics.silences if s.after is role)
    alike = (span for span in waits if value is not None and abs(span.duration - value) < _SAME)
    return next(alike, whole(dialogue))
