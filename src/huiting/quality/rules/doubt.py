"""When that something was not heard does not show that it was not said.

An absence is doubtful when a good part of what was searched was not understood: speech
without words, words the recognizer was unsure of, or a voice that may be somebody else's.
A stretch of noise in a long call is no such part. What the constants do to verdicts is
measured in bench/results/judging.md.
"""

from collections.abc import Iterator

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Role, Span
from huiting.quality.rules.asked import Hit, Scope

UNSURE = 0.5
"""Confidence of a line below which its words may be others."""
DOUBTFUL = 0.4
"""Share of the speech searched from which what was not understood may hide an answer."""
SHORTEST = 0.8
"""Seconds of it that could hold a phrase at all."""


def is_clear(dialogue: Dialogue) -> bool:
    """Tell whether nothing in a call can hide an answer, whatever is searched."""
    if dialogue.unclear:
        return False
    for line in dialogue.lines:
        if line.role is Role.UNKNOWN or (line.confidence is not None and line.confidence < UNSURE):
            return False
    return True


def hidden(dialogue: Dialogue, scope: Scope) -> tuple[Hit, ...]:
    """Return where in the scope an answer may hide; empty when an absence can be believed."""
    murky = list(_murky(dialogue, scope))
    if not murky:  # as in most calls
        return ()
    unclear = sum(_inside(hit.span, scope) for hit in murky)
    heard = sum(_inside(line.span, scope) for line in (*scope.lines, *scope.reached))
    lost = sum(_inside(hit.span, scope) for hit in murky if hit.segment is None)
    if unclear < SHORTEST or unclear < DOUBTFUL * (heard + lost):
        return ()
    return tuple(sorted(murky, key=lambda hit: hit.span))


def _murky(dialogue: Dialogue, scope: Scope) -> Iterator[Hit]:
    whole = scope.roles is None or Role.UNKNOWN in scope.roles
    for unclear in dialogue.unclear:
        mine = scope.asks(unclear.role) or unclear.role is Role.UNKNOWN
        if mine and _inside(unclear.span, scope):
            yield _hit(unclear.span, unclear.channel, unclear.role, "not understood")
    for line in (*scope.lines, *scope.reached):
        if line.confidence is not None and line.confidence < UNSURE:
            yield _unsure(line)
    if not whole:
        for line in dialogue.lines:
            if line.role is Role.UNKNOWN and _inside(line.span, scope):
                yield _hit(line.span, line.channel, line.role, "whose voice is not known")


def _unsure(line: Line) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.UNCLEAR,
        line.channel,
        line.role,
        line.segment,
        line.text,
        value=line.confidence,
        limit=UNSURE,
        note="low confidence",
    )


def _hit(span: Span, channel: int, role: Role, note: str) -> Hit:
    return Hit(span, EvidenceKind.UNCLEAR, channel, role, note=note)


def _inside(span: Span, scope: Scope) -> float:
    """Return how many seconds of a stretch lie in the windows."""
    return sum(span.overlap(window) for window in scope.windows)
