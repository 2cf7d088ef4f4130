"""How somebody sounds: a label with a score, or a change from the beginning to the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from huiting.core.dialogue import Dialogue, Line
from huiting.core.errors import ConfigError
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Emotion as Heard
from huiting.core.types import EmotionLabel, EmotionSource, Span
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, found
from huiting.quality.operators._options import one_of, refuse, share, some_of
from huiting.quality.rules.asked import Context, Found, Hit, Operator, Scope

_CHANGE = 0.2
"""Least change that counts as a trend, unless the rule says another."""
SURE = 0.9
"""Score from which a voice alone is enough where it is grave: of such labels, nine in ten are right."""
_PARTS = 3
"""The first third is compared with the last."""


class Trend(StrEnum):
    """Which way something changes."""

    RISING = "rising"
    FALLING = "falling"


class Of(StrEnum):
    """What changes."""

    AROUSAL = "arousal"
    VALENCE = "valence"
    ANGER = "anger"


_MEASURES = {
    Of.AROUSAL: Measure.AROUSAL,
    Of.VALENCE: Measure.VALENCE,
    Of.ANGER: Measure.ANGER,
}


def build(
    is_: str | Sequence[str] | None = None,
    *,
    at_least: float | None = None,
    trend: str | None = None,
    of: str = Of.ANGER,
) -> Operator:
    """Ask for segments that sound like one of `is_`, or for a trend over the segments.

    Args:
        is_: labels of emotions.
        at_least: score of the label; of a trend, the change (0.2 unless given).
        trend: `rising` or `falling`, from the first third of the segments to the last.
        of: what rises or falls: `arousal`, `valence` or `anger`.

    Raises:
        ConfigError: an option is none of these, or both or neither of `is_` and `trend` given.
    """
    if (is_ is None) == (trend is None):
        refuse("emotion", "is", "give either this or a trend", "such as is: ANGRY")
    least = None if at_least is None else share("emotion", "at-least", at_least)
    if trend is None:
        return Emotion(some_of("emotion", "is", is_, EmotionLabel), least)
    rises = one_of("emotion", "trend", trend, Trend) is Trend.RISING
    change = _CHANGE if least is None else least
    measured = one_of("emotion", "of", of, Of)
    return Change(
        measured, bounds("emotion", above=change) if rises else bounds("emotion", below=-change)
    )


@dataclass(frozen=True, slots=True)
class Emotion:
    """An `Operator`."""

    labels: frozenset[EmotionLabel]
    at_least: float | None = None
    hears: bool = False

    def find(self, _dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return such segments; in doubt those whose label has no score to compare.

        Where the context is wary, those that only the voice tells are hits and doubts at once.

        Raises:
            ConfigError: nobody listened for emotions in this call.
        """
        lines = _listened(scope)
        labeled = [_hit(line, emotion) for line, emotion in lines if emotion.label in self.labels]
        near = (self._near(line, emotion) for line, emotion in lines)
        hits, doubts = labeled, list[Hit]()
        if self.at_least is not None:
            hits = [hit for hit in labeled if hit.score is not None and hit.score >= self.at_least]
            doubts = [hit for hit in labeled if hit.score is None]
        if context.wary:
            heard = {line.segment for line, emotion in lines if _only_heard(emotion)}
            doubts += [h for h in hits if h.segment in heard and (h.score or 0.0) < SURE]
        return found(hits, near, _unlikeness, doubts)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _near(self, line: Line, emotion: Heard) -> Hit:
        """Return how likely the labels are where another was given, or this one unsure."""
        likely = [emotion.odds.get(label, 0.0) for label in self.labels]
        likely += [emotion.score or 0.0] if emotion.label in self.labels else []
        return _hit(line, emotion, value=max(likely), limit=self.at_least)


@dataclass(frozen=True, slots=True)
class Change:
    """An `Operator`: the mean of the last third of the segments minus that of the first."""

    of: Of
    bounds: Bounds
    hears: bool = False

    def find(self, _dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Compare the change of each voice that has enough segments.

        Where the context is wary, a change that no words bear out is a hit and a doubt at once.

        Raises:
            ConfigError: nobody listened for emotions in this call.
        """
        lines = _listened(scope)
        result = compare(self.bounds, self._changes(lines))
        if not context.wary:
            return result
        told = {line.channel for line, emotion in lines if not _only_heard(emotion)}
        weak = tuple(hit for hit in result.hits if hit.channel not in told)
        return Found(result.hits, result.nearest, weak)

    def phrases(self) -> Sequence[str]:
        """Look for no words."""
        return ()

    def _changes(self, lines: Sequence[tuple[Line, Heard]]) -> Iterator[Hit]:
        voices: dict[tuple[int, int | None], list[tuple[Line, float]]] = {}
        for line, emotion in lines:
            value = self._value(emotion)
            if value is not None:
                voices.setdefault((line.channel, line.speaker), []).append((line, value))
        for said in voices.values():
            third = len(said) // _PARTS
            if third:
                first, last = said[0][0], said[-1][0]
                yield Hit(
                    Span(first.span.start, max(first.span.end, last.span.end)),
                    EvidenceKind.SOUND,
                    first.channel,
                    first.role,
                    value=_mean(said[-third:]) - _mean(said[:third]),
                    note=_MEASURES[self.of],
                )

    def _value(self, emotion: Heard) -> float | None:
        match self.of:
            case Of.AROUSAL:
                return emotion.arousal
            case Of.VALENCE:
                return emotion.valence
            case Of.ANGER:
                return _anger(emotion)


def _only_heard(emotion: Heard) -> bool:
    """Tell whether a model heard it and no words say so."""
    return bool(emotion.sources) and EmotionSource.WORDS not in emotion.sources


def _listened(scope: Scope) -> list[tuple[Line, Heard]]:
    """Return the lines with their emotions; those without any are left out."""
    lines = [(line, line.emotion) for line in scope.lines if line.emotion is not None]
    if scope.lines and not lines:
        raise ConfigError(
            "emotion", "nobody listened for it in this call", "analyze the call again with emotions"
        )
    return lines


def _anger(emotion: Heard) -> float | None:
    """Return how likely anger is; an angry label without a degree is wholly so."""
    if emotion.odds:
        return emotion.odds.get(EmotionLabel.ANGRY, 0.0)
    if emotion.label is EmotionLabel.UNKNOWN:
        return None
    return float(emotion.label is EmotionLabel.ANGRY)


def _mean(said: Sequence[tuple[Line, float]]) -> float:
    """Return the mean value, each segment weighted by its length."""
    total = fsum(line.span.duration for line, _ in said)
    return fsum(line.span.duration * value for line, value in said) / total if total else 0.0


def _hit(
    line: Line, emotion: Heard, *, value: float | None = None, limit: float | None = None
) -> Hit:
    return Hit(
        line.span,
        EvidenceKind.SOUND,
        line.channel,
        line.role,
        line.segment,
        line.text,
        score=emotion.score,
        value=value,
        limit=limit,
        note=emotion.label,
    )


def _unlikeness(hit: Hit) -> float:
    return 1.0 - (hit.value or 0.0)
