"""Whom each voice belongs to, decided from what is said and who speaks first.

Each voice gets the sum of its cues' weights, a repeated cue counting less each time; the difference between two voices goes through a logistic
curve. Says nothing of how a voice sounds. A role that was given is kept; `swapped` tells
how surely what is said contradicts it.

Source:
    Adding up log odds of independent cues: naive Bayes; the curve's slope makes up for
    their not being independent (Platt scaling), see docs/decisions/0006-diarization.md.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from huiting.core.ports import RoleDecider
from huiting.core.types import Call, Party, Role, RoleSource, Segment
from huiting.quality._role_cues import announces, evidence

OPENS = 1.0
"""Log odds for whoever speaks first on an inbound call: the agent answers."""
SLOPE = 0.5
"""Of the logistic curve, for sums of cue weights."""
SURE = 0.65
"""Confidence from which a role is believed."""
BOUND = 0.995
"""No confidence is higher: what is said is never proof."""
_OUTBOUND = {"out", "outbound", "outgoing", "呼出", "外呼"}
_MACHINE = 0.5
_PAIR = 2

Voice = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a voice's words say about it."""

    score: float
    """Log odds of agent against customer, before the slope."""
    cues: int
    machine: bool


def build(*, sure: float = SURE) -> RoleDecider:
    """Decide roles from what is said.

    Args:
        sure: confidence below which a role is unknown, in [0.5, 1].
    """

    def decide(call: Call) -> tuple[Party, ...]:
        return _decide(call, sure)

    return decide


def swapped(call: Call, parties: Sequence[Party]) -> float | None:
    """Return how surely the given agent is the customer and the other way round, in [0, 1].

    None when no agent or no customer was given, or neither said anything to tell by.
    """
    heard = _heard(call)
    given = [p for p in parties if p.source is RoleSource.GIVEN]
    agents = [heard[_voice(p)] for p in given if p.role is Role.AGENT and _voice(p) in heard]
    customers = [heard[_voice(p)] for p in given if p.role is Role.CUSTOMER and _voice(p) in heard]
    if not agents or not customers or not any(h.cues for h in (*agents, *customers)):
        return None
    return _probability(_mean(customers) - _mean(agents))


def _decide(call: Call, sure: float) -> tuple[Party, ...]:
    heard = _heard(call)
    open_parties = [p for p in call.parties if p.source is not RoleSource.GIVEN]
    voices = [_voice(p) for p in open_parties if _voice(p) in heard]
    people = [v for v in voices if not heard[v].machine]
    fixed = {p.role: heard[_voice(p)] for p in call.parties if _given(p) and _voice(p) in heard}
    chances = _chances({v: heard[v] for v in people}, fixed)
    return tuple(_party(p, heard.get(_voice(p)), chances, sure) for p in call.parties)


def _given(party: Party) -> bool:
    return party.source is RoleSource.GIVEN


def _party(
    party: Party, heard: _Heard | None, chances: Mapping[Voice, float], sure: float
) -> Party:
    if _given(party):
        return party
    if heard is not None and heard.machine:
        return replace(party, role=Role.SYSTEM, source=RoleSource.HEARD, confidence=None)
    chance = chances.get(_voice(party))
    if chance is None or max(chance, 1 - chance) < sure:
        return replace(party, role=Role.UNKNOWN, source=RoleSource.ASSUMED, confidence=None)
    role = Role.AGENT if chance > 0.5 else Role.CUSTOMER  # noqa: PLR2004  (the likelier of two)
    confidence = round(max(chance, 1 - chance), 4)
    return replace(party, role=role, source=RoleSource.HEARD, confidence=confidence)


def _chances(people: Mapping[Voice, _Heard], fixed: Mapping[Role, _Heard]) -> dict[Voice, float]:
    """Return for each voice the probability that it is an agent.

    Two voices are compared with each other: one of them is the agent. With more, each is
    compared with the middle between the most and the least agent-like, so that a second
    agent may be one too. A voice beside a given one is compared with that.
    """
    if not any(h.cues for h in (*people.values(), *fixed.values())):
        return {}
    known = {r: h.score for r, h in fixed.items() if r in (Role.AGENT, Role.CUSTOMER)}
    scores = [h.score for h in people.values()]
    if len(people) + len(known) > _PAIR:
        top, bottom = max([*scores, *known.values()]), min([*scores, *known.values()])
        return {v: _probability(2 * h.score - top - bottom) for v, h in people.items()}
    both = sum(scores) + sum(known.values())  # with what a voice alone has to be compared: 0
    return {v: _probability(h.score - (both - h.score)) for v, h in people.items()}


def _heard(call: Call) -> dict[Voice, _Heard]:
    """Return what is heard of each voice that says anything."""
    said: dict[Voice, list[Segment]] = defaultdict(list)
    for segment in call.segments:
        if segment.spoken:
            said[segment.channel, segment.speaker].append(segment)
    heard = {voice: _listen(segments) for voice, segments in said.items()}
    people = [voice for voice, h in heard.items() if not h.machine]
    if len(people) > 1 and not _outbound(call):
        first = min(people, key=lambda voice: said[voice][0].span)
        heard[first] = replace(heard[first], score=heard[first].score + OPENS)
    return heard


def _listen(segments: Sequence[Segment]) -> _Heard:
    found = [e for segment in segments for e in evidence(segment.spoken)]
    seen: Counter[str] = Counter()
    score = 0.0
    for item in found:
        seen[item.cue] += 1
        score += item.weight / seen[item.cue] ** 2  # said again, it tells less
    machine = sum(announces(s.spoken) for s in segments) > _MACHINE * len(segments)
    return _Heard(score, len(found), machine)


def _outbound(call: Call) -> bool:
    direction = call.recording.metadata.get("direction", "").strip().casefold()
    return direction in _OUTBOUND


def _voice(party: Party) -> Voice:
    return party.channel, party.speaker


def _mean(heard: Sequence[_Heard]) -> float:
    return sum(h.score for h in heard) / len(heard)


def _probability(log_odds: float) -> float:
    """Return the logistic of `SLOPE * log_odds`, kept off 0 and 1."""
    chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, SLOPE * log_odds))))
    return min(BOUND, max(1 - BOUND, chance))
