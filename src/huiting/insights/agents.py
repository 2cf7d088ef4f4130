"""How each agent's calls go, beside the team's: talk, silence, rules week by week, scores.

Every share and mean carries its interval; an agent with few calls is not ranked. What a
feeling of the customer turned into after an agent's answer is told by a function that is
passed in (see `quality.calming`).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Verdict
from huiting.core.types import EmotionLabel, Role
from huiting.insights._hearing import HearingTally
from huiting.insights._shown import Hearing, Why
from huiting.insights.case import Case, emotions_known, felt
from huiting.insights.columns.calls import Calls, Numbers, Rows
from huiting.insights.columns.facts import AGENT, MARK
from huiting.insights.columns.measured import day_of
from huiting.insights.fields import agent_of, monday, values
from huiting.insights.measures import party, range_of
from huiting.insights.rates import ANYWHERE, NEVER_BELOW_0, Count, Interval, Mean, Rate, Spread

__all__ = [
    "AfterUpset",
    "AgentReport",
    "AgentTally",
    "Calm",
    "Hearing",
    "RuleRate",
    "WeekRate",
    "Why",
    "agents",
]
ENOUGH = 5
"""Scored calls that an agent needs to be ranked."""
TEAM = 3
"""Ranked agents that make a team."""


class AfterUpset(Protocol):
    """What followed a time that the customer was ANGRY or SAD."""

    @property
    def softened(self) -> bool | None:
        """Whether the feeling was better after the agent's answer; None when not known."""
        ...

    @property
    def delay(self) -> float | None:
        """Seconds to the answer; negative when the agent cut in."""
        ...

    @property
    def answer(self) -> StrEnum:
        """How the agent answered, such as `apology`."""
        ...


Calm = Callable[[Dialogue], Iterable[AfterUpset]]
"""Returns each time that the customer was upset in a call."""


@dataclass(frozen=True, slots=True)
class WeekRate:
    """Of one week."""

    week: str
    """Its Monday, 2025-03-10."""
    rate: Rate


@dataclass(frozen=True, slots=True)
class RuleRate:
    """How often a rule fails where it applies; uncertain verdicts are neither."""

    rule: str
    name: str
    failed: Rate
    uncertain: int
    weeks: tuple[WeekRate, ...]
    """In order; weeks in which the rule applied."""
    calls: tuple[str, ...]
    """Ids of calls in which it failed; at most `KEPT`."""


@dataclass(frozen=True, slots=True)
class AgentReport:
    """One agent."""

    agent: str
    calls: int
    talk_time: float
    """Seconds."""
    listen_time: float
    """Seconds in which the customer speaks."""
    talk_ratio: float | None
    """Of the time in which the agent or the customer speaks."""
    silence_ratio: float | None
    """Of the time of all calls."""
    rate: Mean | None
    """Units a minute, a value a call."""
    interruptions: Mean | None
    """A call."""
    response: Mean | None
    """Seconds to the answer: the median of each call."""
    angry: Rate
    """Calls with an angry customer, of those in which somebody listened for it."""
    calmed: Rate | None
    """Of the times the customer was angry or sad, those after which it softened; None when
    nobody looked."""
    calmed_after: Mean | None
    """Seconds from such a time to the agent's answer."""
    answers: tuple[tuple[str, int], ...]
    """How the agent answered such times: apology, empathy, action, other, none; most first."""
    rules: tuple[RuleRate, ...]
    """The most often failed first."""
    score: Mean | None
    fatal: Rate
    """Calls with a fatal item failed, of those scored."""
    percentile: float | None
    """Share of the team's ranked agents with a lower mean score, ties half; None without
    enough calls or agents."""
    hear: tuple[Hearing, ...]
    """At most three."""


KEPT = 100
"""Ids kept of the calls in which a rule failed."""


@dataclass(slots=True)
class _Rule:
    name: str = ""
    failed: Count = field(default_factory=Count)
    uncertain: int = 0
    weeks: defaultdict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    calls: list[str] = field(default_factory=list)

    def rate(self, rule: str) -> RuleRate:
        weeks = tuple(WeekRate(w, count.rate()) for w, count in sorted(self.weeks.items()))
        return RuleRate(
            rule, self.name, self.failed.rate(), self.uncertain, weeks, tuple(self.calls)
        )


@dataclass(slots=True)
class _Agent:
    hear: HearingTally
    calls: int = 0
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    rate: Spread = field(default_factory=Spread)
    interruptions: Spread = field(default_factory=Spread)
    response: Spread = field(default_factory=Spread)
    angry: Count = field(default_factory=Count)
    calmed: Count = field(default_factory=Count)
    delays: Spread = field(default_factory=Spread)
    answers: Counter[str] = field(default_factory=Counter)
    rules: defaultdict[str, _Rule] = field(default_factory=lambda: defaultdict(_Rule))
    score: Spread = field(default_factory=Spread)
    fatal: Count = field(default_factory=Count)


class AgentTally:
    """Adds up agents as calls come."""

    def __init__(self, calm: Calm | None = None, scorecard: str | None = None) -> None:
        self._calm = calm
        self._scorecard = scorecard
        self._agents: dict[str, _Agent] = {}

    def add(self, case: Case) -> None:
        """Take one more call."""
        name = agent_of(case)
        agent = self._agents.setdefault(name, _Agent(HearingTally(self._scorecard)))
        agent.calls += 1
        _add_talk(agent, case)
        _add_rules(agent, case)
        agent.hear.add(case)
        if emotions_known(case):
            agent.angry.add(any(felt(case, EmotionLabel.ANGRY)))
        for upset in self._calm(case.dialogue) if self._calm else ():
            _add_upset(agent, upset)
        score = case.score(self._scorecard)
        if score is not None and score.points is not None:
            agent.score.add(score.points, range_of(score))
            agent.fatal.add(score.fatal)

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls at once; of a tally that asks for the first scorecard."""
        bag = calls.bag("fields")
        names = {n: e for n, e in enumerate(bag.table) if e.startswith(AGENT + MARK)}
        ids, places = bag.within(rows)
        theirs = np.isin(ids, list(names))
        ids, places = ids[theirs], places[theirs]
        for number, entry in names.items():
            own = np.zeros(len(calls), dtype=bool)
            own[places[ids == number]] = True
            if own.any():
                name = entry.removeprefix(AGENT + MARK)
                agent = self._agents.setdefault(name, _Agent(HearingTally(self._scorecard)))
                agent.calls += int(own.sum())
                _add_all(agent, calls, own)
                agent.hear.add_all(calls, own)

    def result(self) -> tuple[AgentReport, ...]:
        """Return every agent, by name."""
        ranked = [a.score.value for a in self._agents.values() if a.score.of >= ENOUGH]
        return tuple(self._report(name, ranked) for name in sorted(self._agents))

    def _report(self, name: str, ranked: Sequence[float]) -> AgentReport:
        agent = self._agents[name]
        talk, listen = agent.seconds["talk"], agent.seconds["listen"]
        score = agent.score.mean()
        rules = [rule.rate(rule_id) for rule_id, rule in agent.rules.items()]
        return AgentReport(
            agent=name,
            calls=agent.calls,
            talk_time=talk,
            listen_time=listen,
            talk_ratio=_share(talk, talk + listen),
            silence_ratio=_share(agent.seconds["silence"], agent.seconds["duration"]),
            rate=agent.rate.mean(),
            interruptions=agent.interruptions.mean(),
            response=agent.response.mean(),
            angry=agent.angry.rate(),
            calmed=agent.calmed.rate() if self._calm else None,
            calmed_after=agent.delays.mean(),
            answers=tuple(sorted(agent.answers.items(), key=lambda kv: (-kv[1], kv[0]))),
            rules=tuple(sorted(rules, key=lambda r: (-(r.failed.share or 0), r.rule))),
            score=score,
            fatal=agent.fatal.rate(),
            percentile=_percentile(score, ranked),
            hear=agent.hear.chosen(score.value if score else None),
        )


def agents(
    cases: Iterable[Case], calm: Calm | None = None, scorecard: str | None = None
) -> tuple[AgentReport, ...]:
    """Return the report of every agent, by name.

    Args:
        cases: read once.
        calm: returns each time the customer was upset; None to leave that out.
        scorecard: id of the one that is meant; None for the first of each call.
    """
    tally = AgentTally(calm, scorecard)
    for case in cases:
        tally.add(case)
    return tally.result()


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percentile(score: Mean | None, ranked: Sequence[float]) -> float | None:
    if score is None or score.of < ENOUGH or len(ranked) < TEAM:
        return None
    below = sum(value < score.value for value in ranked)
    same = sum(value == score.value for value in ranked)
    return (below + same / 2) / len(ranked)


def _add_talk(agent: _Agent, case: Case) -> None:
    metrics = case.dialogue.metrics
    agent.seconds["silence"] += metrics.silence
    agent.seconds["duration"] += metrics.duration
    customer = party(case, Role.CUSTOMER)
    agent.seconds["listen"] += customer.talk_time if customer else 0.0
    own = party(case, Role.AGENT)
    if own is None:
        return
    agent.seconds["talk"] += own.talk_time
    agent.interruptions.add(own.interruptions, NEVER_BELOW_0)
    if own.rate is not None:
        agent.rate.add(own.rate, NEVER_BELOW_0)
    if own.response_median is not None:
        agent.response.add(own.response_median)


def _add_upset(agent: _Agent, upset: AfterUpset) -> None:
    agent.answers[str(upset.answer)] += 1
    if upset.softened is not None:
        agent.calmed.add(upset.softened)
    if upset.delay is not None:
        agent.delays.add(upset.delay)


def _add_rules(agent: _Agent, case: Case) -> None:
    week = next(iter(values(case, "week") or ()), None)
    for finding in case.findings:
        if finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        rule = agent.rules[finding.rule]
        rule.name = rule.name or finding.name or finding.rule  # the latest call is the first
        if finding.verdict is Verdict.UNCERTAIN:
            rule.uncertain += 1
            continue
        failed = finding.verdict is Verdict.FAIL
        rule.failed.add(failed)
        if week:
            rule.weeks[week].add(failed)
        if failed and len(rule.calls) < KEPT:
            rule.calls.append(case.call)


def _add_all(agent: _Agent, calls: Calls, rows: Rows) -> None:
    own = np.flatnonzero(rows)
    talks = ~np.isnan(calls.number("agent-talk"))
    for name, column, where in (
        ("silence", "silence", rows),
        ("duration", "length", rows),
        ("listen", "customer-talk", rows),
        ("talk", "agent-talk", rows),
    ):
        agent.seconds[name] += float(np.nansum(calls.number(column)[where]))
    for spread, column in ((agent.rate, "rate"), (agent.interruptions, "interruptions")):
        _spread(spread, calls.number(column)[rows & talks], NEVER_BELOW_0)
    _spread(agent.response, calls.number("response")[rows & talks])
    angry = calls.number("angry")[own]
    agent.angry.count += int(np.nansum(angry))
    agent.angry.of += int((~np.isnan(angry)).sum())
    _add_upsets(agent, calls, rows)
    _add_verdicts(agent, calls, rows)
    starts, cards = calls.bag("cards").starts, calls.number("points")
    for row in own.tolist():
        first = int(starts[row])
        if first < starts[row + 1] and not np.isnan(cards[first]):
            points, most = float(cards[first]), float(calls.number("most")[first])
            agent.score.add(points, Interval(0.0, max(most, points)))
            agent.fatal.add(calls.flag("lost")[first])


def _spread(spread: Spread, values: Numbers, within: Interval = ANYWHERE) -> None:
    spread.add_all(values[~np.isnan(values)].tolist(), within)


def _add_upsets(agent: _Agent, calls: Calls, rows: Rows) -> None:
    bag = calls.bag("answers")
    inside = rows[bag.rows]
    agent.answers.update(bag.table[place] for place in bag.ids[inside].tolist())
    softened = calls.number("softened")[inside]
    agent.calmed.count += int(np.nansum(softened))
    agent.calmed.of += int((~np.isnan(softened)).sum())
    _spread(agent.delays, calls.number("delay")[inside])


def _add_verdicts(agent: _Agent, calls: Calls, rows: Rows) -> None:
    bag = calls.bag("verdicts")
    ids, places = bag.within(rows)
    if not len(ids):
        return
    days = calls.whole("day")[places].astype(np.int64)
    earliest, width = int(days.min()), int(days.max() - days.min()) + 1
    # Equal verdicts of a day are counted at once, in the order in which they are first met.
    keys = ids.astype(np.int64) * width + (days - earliest)
    found, first, counts = np.unique(keys, return_index=True, return_counts=True)
    failing = []
    weeks: dict[int, str | None] = {}
    for n in np.argsort(first).tolist():
        place, later = divmod(int(found[n]), width)
        rule_id, verdict, name, _ = bag.table[place].split(MARK)
        if verdict == Verdict.NOT_APPLICABLE:
            continue
        rule = agent.rules[rule_id]
        rule.name = rule.name or name or rule_id
        count = int(counts[n])
        if verdict == Verdict.UNCERTAIN:
            rule.uncertain += count
            continue
        if later not in weeks:
            day = day_of(earliest + later)
            weeks[later] = None if day is None else monday(day).isoformat()
        week, tallies = weeks[later], [rule.failed]
        if week is not None:
            tallies.append(rule.weeks[week])
        for tally in tallies:
            tally.of += count
            tally.count += count if verdict == Verdict.FAIL else 0
        if verdict == Verdict.FAIL:
            failing.append(place)
    chosen = np.isin(ids, failing)
    for place, row in zip(ids[chosen].tolist(), places[chosen].tolist(), strict=True):
        rule = agent.rules[bag.table[place].split(MARK)[0]]
        if len(rule.calls) < KEPT:
            rule.calls.append(calls.ids[row])
