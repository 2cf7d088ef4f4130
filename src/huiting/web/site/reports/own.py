"""The page of one agent: scores over time, rules beside the team, calls to hear, words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from huiting.insights.agents import AgentReport, RuleRate
from huiting.insights.rates import Rate
from huiting.insights.trends import ENOUGH, Trend
from huiting.insights.words import Words
from huiting.reports.wording import name
from huiting.web.site.reports import agents, said, trends
from huiting.web.site.reports.showing import Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table


@dataclass(frozen=True, slots=True)
class Own:
    """An agent."""

    agent: str
    calls: int
    facts: Sequence[tuple[str, Cell, Cell]]
    """What it is, of the agent, of the team or how the agent stands beside it."""
    scores: Shown
    rules: Table
    hear: Table
    words: Shown


def own(
    agent: str, found: Sequence[AgentReport], scores: Trend, words: Words, teller: Teller
) -> Own | None:
    """Return the page of an agent; None of one without calls.

    Args:
        agent: who.
        found: all agents that the reader may see.
        scores: of the agent, over time.
        words: of the agent's calls, against the others.
        teller: tells the reader.
    """
    report = next((one for one in found if one.agent == agent), None)
    if report is None:
        return None
    return Own(
        agent,
        report.calls,
        _facts(report, found, teller),
        trends.shown(scores, teller),
        _rules(report, found, teller),
        _hear(report, teller),
        said.shown(replace(words, frequent=()), teller),
    )


def _facts(
    report: AgentReport, found: Sequence[AgentReport], teller: Teller
) -> list[tuple[str, Cell, Cell]]:
    say, cells = teller.words.gettext, teller.cells
    beside = {}
    for measure in ("score", "angry", "fatal"):
        team, _ = agents.together(found, measure)
        beside[measure] = agents.standing(report, measure, team, teller)
    return [
        (say("Score"), cells.mean(report.score), beside["score"]),
        (say("Calls with an angry customer"), cells.rate(report.angry), beside["angry"]),
        (say("Fatal item failed"), cells.rate(report.fatal), beside["fatal"]),
        (say("Feelings that softened"), cells.rate(report.calmed), cells.nothing()),
        (say("Agent's share of talk"), cells.share(report.talk_ratio), cells.nothing()),
        (say("Interruptions a call"), cells.mean(report.interruptions), cells.nothing()),
        (say("Answer after, seconds"), cells.mean(report.response), cells.nothing()),
    ]


def _rules(report: AgentReport, found: Sequence[AgentReport], teller: Teller) -> Table:
    say, cells = teller.words.gettext, teller.cells
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for other in found:
        for rule in other.rules:
            if other is not report:
                sums[rule.rule][0] += rule.failed.count
                sums[rule.rule][1] += rule.failed.of
    columns = [
        Column("rule", say("Rule"), numeric=False),
        Column("failed", say("Failed")),
        Column("others", say("Of the others")),
        Column("stand", say("Beside the team")),
    ]
    rows = []
    for rule in report.rules:
        others = Rate(*sums[rule.rule])
        url = teller.leads.calls({"agent": report.agent}, {"rule": rule.rule, "verdict": "fail"})
        rows.append(
            [
                cells.text(rule.name), cells.rate(rule.failed, url), cells.rate(others),
                _stand(rule, others, teller),
            ]
        )  # fmt: skip
    return teller.sorted(Table(say("Rules, beside the team"), columns, rows))


def _stand(rule: RuleRate, others: Rate, teller: Teller) -> Cell:
    """Return in words how a rate stands beside that of the others."""
    say = teller.words.gettext
    if rule.failed.of < ENOUGH or others.of < ENOUGH:
        return Cell("–", note=say("too few"))
    both = (rule.failed.count + others.count) / (rule.failed.of + others.of)
    error = sqrt(both * (1 - both) * (1 / rule.failed.of + 1 / others.of))
    away = ((rule.failed.share or 0.0) - (others.share or 0.0)) / error if error else 0.0
    return agents.away(away, teller)


def _hear(report: AgentReport, teller: Teller) -> Table:
    say, cells = teller.words.gettext, teller.cells
    columns = [
        Column("call", say("Call"), numeric=False),
        Column("points", say("Score")),
        Column("faults", say("Rules failed"), numeric=False),
        Column("quote", say("What was said"), numeric=False),
    ]
    language = teller.language
    rows = [
        [
            cells.text(
                name(one.why, lambda en, zh: zh if language == "zh" else en),
                teller.leads.call(one.call, one.moment.start if one.moment else None),
            ),
            cells.number(one.points),
            cells.text(", ".join(one.faults) or "–"),
            cells.text(one.quote or "–"),
        ]
        for one in report.hear
    ]
    return Table(say("Calls to hear"), columns, rows)
