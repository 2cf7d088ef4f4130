"""Nobody speaks between two stretches of speech: how long, after whom, announced or not.

Hold music counts as nobody speaking. What comes before the first words (ring-back) and
after the last is no silence of the conversation.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind
from huiting.core.metrics import Silence as Measured
from huiting.core.timeline import timeline
from huiting.core.types import EventLabel, Role, Span
from huiting.quality.operators._bounds import Bounds, bounds
from huiting.quality.operators._measured import Measure, compare, lies
from huiting.quality.operators._options import SPEAKERS, one_of, refuse
from huiting.quality.rules.asked import NOTHING, Context, Found, Hit, Scope

_HEARD = 0.5
"""Confidence under which words may have been a 请稍等."""
_NEAR = 10.0
"""Seconds before a silence in which an announcement may have been misheard."""
_SAYS_WHO = frozenset({EventLabel.SILENCE, EventLabel.HOLD})
"""Events whose role is the one who should have spoken."""


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

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return such silences; in doubt those whose announcement was not heard clearly."""
        asked = [one for one in context.once(_between, dialogue) if self._asks(one, scope)]
        if not asked:
            return NOTHING
        long = [one for one in asked if self.bounds.holds(one.silence.span.duration)]
        unclear = self._doubtful(dialogue, long)
        fitting = [one for one in long if self._fits(one) and one.silence.span not in unclear]
        if not fitting:  # only what comes nearest is of interest
            others = (
                one
                for one in asked
                if self._fits(one) and not self.bounds.holds(one.silence.span.duration)
            )
            nearest = min(
                others, key=lambda o: self.bounds.short_of(o.silence.span.duration), default=None
            )
            fitting = [] if nearest is None else [nearest]
        doubts = (_hit(one) for one in long if one.silence.span in unclear)
        return compare(self.bounds, map(_hit, fitting), doubts)

    def holds(self, dialogue: Dialogue, scope: Scope, context: Context) -> bool | None:
        """Tell that there is no such silence: most are short, and few are asked for."""
        for one in context.once(_between, dialogue):
            if self.bounds.holds(one.silence.span.duration) and self._asks(one, scope):
                return None
        return False

    def phrases(self) -> Sequence[str]:
        """Look for no words; those that announce are known to the metrics."""
        return ()

    def _asks(self, one: "_Asked", scope: Scope) -> bool:
        """Tell whether it is asked about silences after, and expected of, these in this place."""
        silence = one.silence
        if self.after not in (None, silence.before) or not lies(scope, silence.span):
            return False
        anybody = scope.roles is None and self.expected is None
        return anybody or (scope.asks(one.expected) and self.expected in (None, one.expected))

    def _fits(self, one: "_Asked") -> bool:
        return self.announced in (None, one.silence.announced)

    def _doubtful(self, dialogue: Dialogue, long: Sequence["_Asked"]) -> frozenset[Span]:
        """Return the silences before which a 请稍等 that matters may have been misheard."""
        if self.announced is None:
            return frozenset()
        agent = sorted((x for x in dialogue.lines if x.role is Role.AGENT), key=_start)
        starts = [line.span.start for line in agent]
        found: set[Span] = set()
        for silence in (one.silence for one in long if not one.silence.announced):
            last = bisect_left(starts, silence.span.start) - 1
            near = last >= 0 and starts[last] >= silence.span.start - _NEAR
            if near and _unsure(agent[last]):
                found.add(silence.span)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A silence that is looked at."""

    silence: Measured
    expected: Role | None
    """Who should have spoken."""


def _start(line: Line) -> float:
    return line.span.start


def _unsure(line: Line) -> bool:
    return line.confidence is not None and line.confidence < _HEARD


def _hit(one: _Asked) -> Hit:
    silence = one.silence
    return Hit(
        silence.span,
        EvidenceKind.MEASURED,
        role=one.expected,
        value=silence.span.duration,
        note=Measure.ANNOUNCED if silence.announced else Measure.SILENCE,
    )


def _between(dialogue: Dialogue) -> Sequence[_Asked]:
    """Return the silences between speech, with who should have spoken.

    The one who then does, unless that is the customer who spoke last: somebody who goes on
    because nobody answers was waiting for the agent. Where the call's events already say
    it, what they say.
    """
    named = timeline(
        (e for e in dialogue.events if e.label in _SAYS_WHO and e.role is not None),
        lambda e: e.span,
    )

    def expected(silence: Measured) -> Role | None:
        half = silence.span.duration / 2
        for event in named.over(silence.span):
            if event.span.overlap(silence.span) > half:
                return event.role
        if silence.before is silence.after is Role.CUSTOMER:
            return Role.AGENT
        return silence.after

    return [
        _Asked(silence, expected(silence))
        for silence in dialogue.metrics.silences
        if silence.before is not None and silence.after is not None
    ]
