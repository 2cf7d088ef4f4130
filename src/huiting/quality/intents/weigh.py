"""How strongly what is said in a call speaks for each intent of the list, and which words do.

What the customer says first counts most; what the agent says back counts less. Phrases
that share words with longer phrases of the same intent do not count again, and many hits of one intent
add less and less, so that a long call is not decided by its length.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huiting.core.ports import Sound
from huiting.core.types import EmotionLabel, Role
from huiting.quality.intents.kinds import Keyword, Kind
from huiting.quality.said.lines import Line, Turn
from huiting.quality.said.negation import refused
from huiting.quality.said.phrases import Phrase, can_be_in, phrase, places

BY_TURN = (1.0, 0.7, 0.5, 0.35)
"""Weight of the customer's first telling turn, the second, the third, and all later ones."""
BY_ROLE = {Role.CUSTOMER: 1.0, Role.UNKNOWN: 0.7, Role.AGENT: 0.3}
"""The system says nothing about why somebody calls."""
BY_ROLE_OUT = {Role.CUSTOMER: 0.6, Role.UNKNOWN: 0.6, Role.AGENT: 0.6}
"""On a call that we make, it is the agent who begins."""
FADING = 0.6
"""Each further hit of an intent counts this much of the one before."""
AGAIN = 0.5
"""The same words said again count this much of the time before."""
LATE_OFFER = 0.5
"""What only an agent says (`by: agent`) counts less after the agent's third turn."""
_EARLY = 3
_AGAINST = 0.5
"""A refused thing (不想退货) speaks against its intent, by this much of its weight."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A keyword where it was said."""

    line: Line
    start: int
    end: int
    weight: float
    """What it adds, position and role included; below 0 against."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one intent."""

    weight: float
    spoken: tuple[Spoken, ...] = ()
    """The heaviest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A keyword, ready to be looked for."""

    keyword: Keyword
    phrase: Phrase


class Scales:
    """Weighs calls by one list of intents; holds no state of a call."""

    def __init__(self, kinds: Sequence[Kind], sound: Sound) -> None:
        self._wanted = {
            kind.name: tuple(Wanted(k, phrase(k.text, sound)) for k in kind.keywords)
            for kind in kinds
        }

    def weigh(self, turns: Sequence[Turn], *, outbound: bool = False) -> dict[str, Evidence]:
        """Return the evidence for each intent of the list, in its order."""
        placed = _placed(turns, BY_ROLE_OUT if outbound else BY_ROLE)
        folded = "\n".join(item.line.folded for item in placed)
        heard = "\n".join(item.line.heard for item in placed)
        found: dict[str, Evidence] = {}
        for name, wanted in self._wanted.items():
            here = [w for w in wanted if can_be_in(w.phrase, folded, heard)]
            found[name] = _summed(self._found(here, placed))
        return found

    def _found(self, wanted: Sequence[Wanted], placed: Sequence["_Placed"]) -> list[Spoken]:
        found: list[Spoken] = []
        if not wanted:
            return found
        for item in placed:
            hits = [s for w in wanted if _asked(w.keyword, item.line) for s in self._in(w, item)]
            found += _apart(hits)
        return found

    def _in(self, wanted: Wanted, item: "_Placed") -> list[Spoken]:
        keyword = wanted.keyword
        weight = keyword.weight * (item.own if keyword.by is not None else item.weight)
        hits = []
        for place in places(wanted.phrase, item.line):
            no = keyword.weight > 0 and refused(item.line.folded, place.start, place.end)
            value = weight * place.strength * (-_AGAINST if no and keyword.by is None else 1)
            hits.append(Spoken(item.line, place.start, place.end, value))
        return hits


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line, and how much what it says counts."""

    line: Line
    weight: float
    own: float
    """For keywords that only this role says."""


def _placed(turns: Sequence[Turn], by_role: Mapping[Role, float]) -> list[_Placed]:
    found: list[_Placed] = []
    told: dict[Role, int] = defaultdict(int)
    for turn in turns:
        role = by_role.get(turn.role)
        if role is None:
            continue
        rank = told[turn.role]
        told[turn.role] += turn.tells
        if turn.role is Role.AGENT:
            own = 1.0 if rank < _EARLY else LATE_OFFER
            found += [_Placed(line, role, own) for line in turn.lines]
        else:
            weight = BY_TURN[min(rank, len(BY_TURN) - 1)] * role
            found += [_Placed(line, weight, max(weight, LATE_OFFER)) for line in turn.lines]
    return found


def _asked(keyword: Keyword, line: Line) -> bool:
    if keyword.by is not None and line.role not in {keyword.by, Role.UNKNOWN}:
        return False
    return not keyword.languages or line.language is None or line.language in keyword.languages


def _apart(hits: Sequence[Spoken]) -> list[Spoken]:
    """Of hits that share words (退货 in 我要退货) keep the longest; those against always stay."""
    kept: list[Spoken] = []
    taken = bytearray(max((hit.end for hit in hits), default=0))
    for hit in sorted(hits, key=lambda h: (h.start - h.end, -abs(h.weight))):
        if hit.weight < 0:
            kept.append(hit)
        elif not any(taken[hit.start : hit.end]):
            kept.append(hit)
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    return kept


def _summed(spoken: Sequence[Spoken]) -> Evidence:
    """Add up, the heaviest first and each further one less; the same words said again, half."""
    said: dict[str, int] = defaultdict(int)
    worth: list[Spoken] = []
    against = 0.0
    for hit in spoken:
        words = hit.line.folded[hit.start : hit.end]
        if hit.weight < 0:
            against += hit.weight * AGAIN ** said[words]
        else:
            worth.append(Spoken(hit.line, hit.start, hit.end, hit.weight * AGAIN ** said[words]))
        said[words] += 1
    worth.sort(key=lambda hit: -hit.weight)
    total = sum(hit.weight * FADING**n for n, hit in enumerate(worth))
    return Evidence(max(0.0, total + against), tuple(worth))


def anger(turns: Sequence[Turn], least: float = 0.5) -> float:
    """Return 1 when the customer sounds angry in the first telling turn, else 0."""
    first = next((t for t in turns if t.role is Role.CUSTOMER and t.tells), None)
    felt = [line.segment.emotion for line in first.lines] if first else []
    angry = (e for e in felt if e is not None and e.label is EmotionLabel.ANGRY)
    return float(any((e.score or 0) >= least for e in angry))
