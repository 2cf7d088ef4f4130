"""Nobody speaks between two stretches of speech: how long, after whom, announced or not.

Hold music counts as nobody speaking. What comes before the first words (ring-back) and
after the last is no silence of the conversation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.core.metrics import Silence as Measured
from huiting.core.types import EventLabel, Role
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, lies
from huiting.quality.operators._options import SPEAKERS, one_of, refuse
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope

_HEARD = 0.5
"""Confidence under which words may have been a 请稍等."""
_NEAR = 10.0
"""Seconds before a silence in which an announcement may have been misheard."""


def build(
    *,
    longer_than: float | None = None,
    shorter_than: float | None = None,
    after: str | None = None,
    expected: str | None = None,
    announced: bool | None = None,
    music: str = "counts",
) -> "Silence":
    """Ask for silences.

    Args:
        longer_than: seconds.
        shorter_than: seconds.
        after: who spoke last before it.
        expected: who should have spoken.
        announced: whether the agent had asked to wait (请稍等) just before.
        music: `counts`: hold music is nobody speaking. There is no other way.

    Raises:
        ConfigError: an option is none of these, or neither bound is given.
    """
    if announced is not None and not isinstance(announced, bool):
        refuse("silence", "announced", f"{announced!r} is neither", "give true or false")
    if music != "counts":
        refuse("silence", "music", f"no such value {music!r}", "give counts, or leave it out")
    names = ("longer-than", "shorter-than", "")
    return Silence(
        bounds("silence", above=longer_than, below=shorter_than, names=names, least=0),
        None if after is None else one_of("silence", "after", after, SPEAKERS),
        None if expected is None else one_of("silence", "expected", expected, SPEAKERS),
        announced,
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """An `Operator`."""

    bounds: Bounds
    after: Role | None = None
    expected: Role | None = None
    announced: bool | None = None
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, _context: Context) -> Found:
        """Return such silences; in doubt those whose announcement was not heard clearly."""
        asked = list(self._asked(dialogue, scope))
        if not asked:
            return NOTHING
        long = [silence for silence in asked if self.bounds.holds(silence.span.duration)]
        unclear = [silence for silence in long if self._doubtful(dialogue, silence)]
        fitting = [s for s in long if self._fits(s) and s not in unclear]
        if not fitting:  # only what comes nearest is of interest
            others = (s for s in asked if s not in long and self._fits(s))
            fitting = sorted(others, key=lambda s: self.bounds.short_of(s.span.duration))[:1]
        hits = (_hit(dialogue, silence) for silence in fitting)
        return compare(self.bounds, hits, (_hit(dialogue, silence) for silence in unclear))

    def phrases(self) -> Sequence[str]:
        """Look for no words; those that announce are known to the metrics."""
        return ()

    def _asked(self, dialogue: Dialogue, scope: Scope) -> Iterator[Measured]:
        """Yield the silences between speech, after and expected of whom it is asked."""
        anybody = scope.roles is None and self.expected is None
        for silence in dialogue.metrics.silences:
            between = silence.before is not None and silence.after is not None
            if not between or self.after not in (None, silence.before):
                continue
            if not lies(scope, silence.span):
                continue
            if anybody or self._expects(scope, expected_of(dialogue, silence)):
                yield silence

    def _expects(self, scope: Scope, role: Role | None) -> bool:
        return scope.asks(role) and self.expected in (None, role)

    def _fits(self, silence: Measured) -> bool:
        return self.announced in (None, silence.announced)

    def _doubtful(self, dialogue: Dialogue, silence: Measured) -> bool:
        """Tell whether it matters that a 请稍等 may have been misheard before a silence."""
        if self.announced is None or silence.announced:
            return False
        last = _last_of_agent(dialogue, silence)
        return last is not None and last.confidence is not None and last.confidence < _HEARD


def _hit(dialogue: Dialogue, silence: Measured) -> Hit:
    return Hit(
        silence.span,
        EvidenceKind.MEASURED,
        role=expected_of(dialogue, silence),
        value=silence.span.duration,
        note=Measure.ANNOUNCED if silence.announced else Measure.SILENCE,
    )


def expected_of(dialogue: Dialogue, silence: Measured) -> Role | None:
    """Return who should have spoken in a silence between speech.

    The one who then does, unless that is the customer who spoke last: somebody who goes on
    because nobody answers was waiting for the agent. Where the call's events already say
    it, what they say.
    """
    half = silence.span.duration / 2
    for event in dialogue.events:
        named = event.label in (EventLabel.SILENCE, EventLabel.HOLD) and event.role is not None
        if named and event.span.overlap(silence.span) > half:
            return event.role
    if silence.before is silence.after is Role.CUSTOMER:
        return Role.AGENT
    return silence.after


def _last_of_agent(dialogue: Dialogue, silence: Measured) -> Line | None:
    before = [
        line
        for line in dialogue.lines
        if line.role is Role.AGENT
        and silence.span.start - _NEAR <= line.span.start < silence.span.start
    ]
    return before[-1] if before else None
