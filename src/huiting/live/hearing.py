"""What a recognizer made of an ask, as segments on the clock of the call."""

from dataclasses import replace
from itertools import pairwise

from huiting.audio.clips import PAUSE, pieces_of
from huiting.core.ports import Hypothesis
from huiting.core.types import Role, Segment
from huiting.live.asks import Ask
from huiting.text.language import refine

_SLACK = 1e-6


def segments_of(ask: Ask, hypothesis: Hypothesis) -> tuple[Segment, ...]:
    """Return what a segment says, by start; text stages are still to come.

    What the hypothesis says of the earlier speech that it was heard with is left out; an engine
    that gives no times is to be asked without (`Plan.context` of 0), for then all of it is told.
    Nothing is returned for what a gate refused.
    """
    if hypothesis.gate is not None:
        return ()
    clip = ask.clip if hypothesis.words else replace(ask.clip, spans=ask.own)
    return tuple(
        Segment(
            channel=ask.channel,
            speaker=None,
            role=Role.UNKNOWN,
            span=piece.span,
            spoken=piece.text,
            text=piece.text,
            words=piece.words,
            language=refine(hypothesis.language, piece.text),
            confidence=piece.confidence,
            emotion=hypothesis.emotion,
        )
        for piece in pieces_of(clip, hypothesis, _pause(ask))
        if piece.span.start >= ask.since - _SLACK
    )


def _pause(ask: Ask) -> float:
    """Return the pause that divides: short enough to tell the segment from what was before it."""
    gaps = [b.start - a.end for a, b in pairwise(ask.spans) if a.start < ask.since <= b.start]
    return min([PAUSE, *gaps])
