"""What the meaning of a call says, shown by the words that told it."""

from collections.abc import Sequence
from dataclasses import replace

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import EvidenceKind
from huiting.core.meaning import Quote, Sign
from huiting.quality.operators._measured import whole
from huiting.quality.rules.asked import Found, Hit


def quoted(dialogue: Dialogue, kind: EvidenceKind, quotes: Sequence[Quote], note: str) -> Hit:
    """Return a hit at the first quote; without one, of the whole call."""
    if not quotes:
        return Hit(whole(dialogue), kind, note=note)
    first = quotes[0]
    line = next((x for x in dialogue.lines if x.segment == first.segment), None)
    return Hit(
        first.span,
        kind,
        None if line is None else line.channel,
        first.role,
        first.segment,
        first.text,
        note=note,
    )


def by_degree(dialogue: Dialogue, sign: Sign | None, at_least: float, note: str) -> Found:
    """Return whether a sign is strong enough; nothing where nobody told."""
    if sign is None:
        return Found()
    hit = quoted(dialogue, EvidenceKind.KNOWN, sign.quotes, note)
    hit = replace(hit, score=sign.score, value=sign.score, limit=at_least)
    return Found((hit,)) if sign.score >= at_least else Found(nearest=hit)
