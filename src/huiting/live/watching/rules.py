"""Rules that fail whatever follows, and what the agent must still say.

Never cues what may still turn (see `quality.rules.foresight`), and nothing while it is not
known who is who. What is said counts when all that was said before it is heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from huiting.core import judgement
from huiting.core.analysis import Analysis, MadeBy
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Severity, Verdict
from huiting.core.metrics import Metrics
from huiting.core.ports import Sound
from huiting.core.types import Call, Role, RoleSource, Span
from huiting.live.scene import Scene
from huiting.live.updates import Cue, CueKind, Evidence
from huiting.quality.dialogue import dialogue_of
from huiting.quality.rules.asked import Context
from huiting.quality.rules.foresight import Foreseen, foresee
from huiting.quality.rules.rule import Rule, RuleSet

SURE = 0.9
"""Confidence of a role that was heard, from which rules are put to what is said."""
FEW = 3
"""Pieces of evidence of a cue."""
SEVERITIES = {Severity.MINOR: "notice", Severity.MAJOR: "warning", Severity.CRITICAL: "fatal"}
_NOBODY = MadeBy(huiting="", engine="")


class RuleWatch:
    """A `Watcher`."""

    def __init__(self, rules: RuleSet, context: Context) -> None:
        """Watch by rules.

        Args:
            rules: of the team.
            context: what they may use; nothing in it is asked that costs money.
        """
        self._rules = rules
        self._sound = _Remembered(context.sound)
        self._context = replace(context, sound=self._sound)
        self._failed: dict[str, Cue] = {}
        """Rules that fail, whatever follows, by id."""

    def look(self, scene: Scene) -> Iterator[Cue]:
        """Return what fails, and what is still to be said."""
        missing: list[Cue] = []
        if _roles_are_known(scene.call):
            dialogue = said_before(scene.call, scene.settled, self._sound)
            for foreseen in foresee(dialogue, self._open(), self._context):
                rule = foreseen.rule
                if foreseen.verdict is Verdict.FAIL:
                    self._failed[rule.id] = _failure(foreseen, scene.call)
                elif foreseen.missing:
                    missing.append(_required(rule))
        yield from self._failed.values()
        yield from missing

    def _open(self) -> RuleSet:
        rules = tuple(rule for rule in self._rules.rules if rule.id not in self._failed)
        return replace(self._rules, rules=rules)


class _Remembered:
    """A `Sound` that works out each text once."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self._known: dict[str, Sequence[str]] = {}

    def __call__(self, text: str) -> Sequence[str]:
        if text not in self._known:
            self._known[text] = self._sound(text)
        return self._known[text]


def said_before(call: Call, moment: float, sound: Sound) -> Dialogue:
    """Return what was said up to a moment as rules read it; nothing in it is measured.

    Args:
        call: as far as it goes.
        moment: lines that begin later are left out; seconds.
        sound: says how each character of a text sounds.
    """
    recording = replace(call.recording, duration=moment)
    segments = tuple(s for s in call.segments if s.span.start < moment)
    rejected = tuple(r for r in call.rejected if r.span.start < moment)
    before = replace(call, recording=recording, segments=segments, rejected=rejected, regions=())
    nothing = Metrics(moment, 0.0, 0.0, None, 0.0, 0.0, 0.0, 0.0, None, 0)
    return dialogue_of(Analysis(before, nothing, _NOBODY), sound)


def _roles_are_known(call: Call) -> bool:
    """Tell whether it is known of all who spoke whom they are."""
    spoke = {segment.channel for segment in call.segments}
    return all(
        party.role is not Role.UNKNOWN
        and (party.source is RoleSource.GIVEN or (party.confidence or 0.0) >= SURE)
        for party in call.parties
        if party.channel in spoke
    )


def _failure(foreseen: Foreseen, call: Call) -> Cue:
    rule = foreseen.rule
    advice = rule.advice
    return Cue(
        key=f"rule:{rule.id}",
        kind=CueKind.RULE,
        at=call.recording.duration,
        text={
            "zh": f"未通过：{rule.name}" + (f"。{advice}" if advice else ""),
            "en": f"Failed: {rule.name}" + (f". {advice}" if advice else ""),
        },
        severity=SEVERITIES[rule.severity],
        evidence=tuple(_shown(foreseen.evidence, call)),
    )


def _required(rule: Rule) -> Cue:
    return Cue(
        key=f"required:{rule.id}",
        kind=CueKind.REQUIRED,
        at=0.0,
        text={"zh": f"还要做到：{rule.name}", "en": f"Still to do: {rule.name}"},
    )


def _shown(evidence: Sequence[judgement.Evidence], call: Call) -> Iterator[Evidence]:
    """Yield what can be played of a finding's evidence."""
    channels = {party.role: party.channel for party in call.parties}
    agent = channels.get(Role.AGENT, 0)
    placed = [piece for piece in evidence if piece.span is not None]
    for piece in placed[:FEW]:
        assert piece.span is not None
        channel = piece.channel
        if channel is None:
            channel = agent if piece.role is None else channels.get(piece.role, agent)
        end = min(piece.span.end, call.recording.duration)
        span = Span(min(piece.span.start, end), end)
        yield Evidence(channel, span, piece.quote or "")
