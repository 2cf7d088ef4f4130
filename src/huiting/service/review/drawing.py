"""Which calls a plan chooses, and who is to look at each: pure, so that a draw can be explained.

Calls drawn by chance are those of an agent and a week with the smallest hashes of the plan's
seed and the call's id: whoever knows the seed draws the same ones again. Only weeks that are
over are drawn from, or calls late in a week would have had no chance.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256

from huiting.access.visibility import AGENT
from huiting.store.calls import Allowed
from huiting.store.reviewing.candidates import Candidate
from huiting.store.reviewing.items import New

Stratum = tuple[str, str]
"""An agent, and the Monday of a week."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may be given something to look at."""

    person: str
    """`Principal.person`."""
    only: Allowed
    """Metadata entries that calls must have for them to see."""

    def sees(self, fields: Mapping[str, str]) -> bool:
        """Tell whether they may see a call with this metadata."""
        return all(fields.get(name) in values for name, values in self.only.items())


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn by chance."""

    chosen: tuple[Candidate, ...]
    sizes: Mapping[Stratum, int]
    """Calls of each stratum of which some are drawn, now or before."""
    left: int
    """Strata that would have become too many items; they are drawn next time."""


def monday(at: datetime, zone: tzinfo | None) -> datetime:
    """Return when the week of a moment begins."""
    local = at.astimezone(zone)
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return begin - timedelta(days=begin.weekday())


def stratum(candidate: Candidate, zone: tzinfo | None) -> Stratum:
    """Return of which agent and week a call is."""
    week = monday(candidate.began, zone).date().isoformat()
    return candidate.fields.get(AGENT, ""), week


def sample(
    candidates: Iterable[Candidate], each: int, most: int, seed: int, zone: tzinfo | None
) -> Sample:
    """Return what is drawn by chance: of each agent and week so many, those drawn before counted.

    Args:
        candidates: all calls of the weeks.
        each: calls of each agent and week.
        most: calls in all.
        seed: of the plan.
        zone: in which weeks begin.
    """
    strata: defaultdict[Stratum, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        strata[stratum(candidate, zone)].append(candidate)
    chosen: list[Candidate] = []
    sizes: dict[Stratum, int] = {}
    left = 0
    for key in sorted(strata, key=lambda key: (key[1], lot(seed, key[0])), reverse=True):
        those = strata[key]
        wanted = each - sum(one.drawn for one in those)
        new = sorted((c for c in those if not c.drawn), key=lambda c: lot(seed, c.call))
        new = new[: max(0, wanted)]
        if len(chosen) + len(new) > most:  # half of a stratum would be no sample of it
            left += 1
            continue
        chosen += new
        if new or wanted < each:
            sizes[key] = len(those)
    return Sample(tuple(chosen), sizes, left)


def lot(seed: int, what: str) -> str:
    """Return the lot of something: the smallest are drawn."""
    return sha256(f"{seed}:{what}".encode()).hexdigest()


def share(seed: int, what: str) -> float:
    """Return a number in [0, 1) that is always the same for the same thing."""
    return int(lot(seed, what)[:12], 16) / 16**12


@dataclass(slots=True)
class Dealing:
    """Gives items to people: each to who has least to do and may see the call."""

    readers: Sequence[Reader]
    loads: dict[str, int]
    """Items that wait for each."""
    second: float = 0.0
    """Share of items that a second person looks at too."""
    seed: int = 1
    dealt: list[New] = field(default_factory=list)

    def deal(self, candidate: Candidate, why: str, where: Stratum = ("", "")) -> None:
        """Make an item of a call, and one for a second reader where the lot falls on it."""
        agent, week = where
        first = self._next(candidate, None)
        item = New(
            candidate.recording, why, candidate.rule, candidate.version, 1, why == RANDOM, agent,
            week, first,
        )  # fmt: skip
        self.dealt.append(item)
        what = f"second:{candidate.call}:{candidate.rule}"
        if self.second and share(self.seed, what) < self.second:
            other = self._next(candidate, first)
            self.dealt.append(
                New(item.recording, why, item.rule, item.version, 2, reviewer=other)
            )  # fmt: skip

    def _next(self, candidate: Candidate, but: str | None) -> str | None:
        """Return who gets it; None for whoever comes."""
        able = [r.person for r in self.readers if r.person != but and r.sees(candidate.fields)]
        if not able:
            return None
        person = min(able, key=lambda one: self.loads.get(one, 0))
        self.loads[person] = self.loads.get(person, 0) + 1
        return person


RANDOM, FATAL, FAILED, UNCERTAIN, PICKED = "random", "fatal", "failed", "uncertain", "picked"
"""Why something is to be looked at."""
