"""One call as it is counted: what was heard in it, and what the rules say of it.

Everything in this package reads an iterable of cases once, in any order, and keeps sums
and bounded samples only: a history of any length fits. Numbers keep the ids of the calls
behind them, so that somebody can listen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import Finding, Judgement, Score
from huiting.core.types import EmotionLabel, Role

SURE = 0.5
"""Emotions of a lower score are not counted; one without a score is believed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One call."""

    dialogue: Dialogue
    judgement: Judgement | None = None
    """None where no rules were judged."""

    @property
    def call(self) -> str:
        """Id of the recording."""
        return self.dialogue.call

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules say; empty where none were judged."""
        return self.judgement.findings if self.judgement else ()

    def score(self, scorecard: str | None = None) -> Score | None:
        """Return the score by a scorecard, by default the first; None without one."""
        scores = self.judgement.scores if self.judgement else ()
        return next((s for s in scores if scorecard in {None, s.scorecard}), None)


def feels(line: Line, label: EmotionLabel) -> bool:
    """Tell whether a line sounds like `label`, surely enough to be counted."""
    emotion = line.emotion
    if emotion is None or emotion.label is not label:
        return False
    return emotion.score is None or emotion.score >= SURE


def felt(case: Case, label: EmotionLabel, role: Role = Role.CUSTOMER) -> Iterator[Line]:
    """Yield the lines in which `role` sounds like `label`."""
    return (line for line in case.dialogue.lines if line.role is role and feels(line, label))


def emotions_known(case: Case, role: Role = Role.CUSTOMER) -> bool:
    """Tell whether anybody listened for the emotion of `role` in this call."""
    return any(line.emotion for line in case.dialogue.lines if line.role is role)
