"""Agents beside the team: a table, and a funnel that shows how far chance alone spreads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from huiting.insights.agents import ENOUGH, AgentReport
from huiting.insights.fields import UNNAMED
from huiting.web.site.reports import phrases
from huiting.web.site.reports.leading import by_measure
from huiting.web.site.reports.showing import Chart, Shown, Teller
from huiting.web.site.reports.tables import Cell, Column, Table

USUAL, RARE = 1.96, 3.09
"""Standard errors that one of 20, and one of 500, of equal agents is away from the mean."""
_STEPS = 40
"""Points of a curve."""


@dataclass(frozen=True, slots=True)
class Team:
    """All agents together."""

    value: float
    deviation: float
    """Of single calls."""

    def away(self, value: float, of: int) -> float:
        """Return how many standard errors an agent is away from the team."""
        return (value - self.value) * sqrt(of) / self.deviation if self.deviation else 0.0


@dataclass(frozen=True, slots=True)
class Stand:
    """An agent, by what agents are set beside the team."""

    agent: str
    value: float
    of: int


def shown(found: Sequence[AgentReport], teller: Teller) -> Shown:
    """Return the report of agents."""
    beside = teller.question.wanted.beside
    team, stands = together(found, beside)
    say = teller.words.gettext
    table = Table(say("Agents"), _columns(teller), [_row(a, team, teller) for a in found])
    notes = [
        say("Differences of agents with few calls are mostly chance, so nobody is ranked: only "
            "who is outside the funnel is unlike the team."),
        say("Who takes harder calls has other numbers without working worse."),
    ]  # fmt: skip
    charts = [_funnel(team, stands, teller)] if team and len(stands) > 1 else []
    return Shown([teller.sorted(table)], sum(a.calls for a in found), charts, notes)


def together(found: Sequence[AgentReport], beside: str) -> tuple[Team | None, list[Stand]]:
    """Return the team as a whole, and each agent with enough calls to stand beside it."""
    parts = [(a.agent, *_values(a, beside)) for a in found]
    known = [(agent, value, of, dev) for agent, value, of, dev in parts if of and value is not None]
    total = sum(of for _, _, of, _ in known)
    if not total:
        return None, []
    mean = sum(value * of for _, value, of, _ in known) / total
    squares = sum(dev**2 * (of - 1) + of * (value - mean) ** 2 for _, value, of, dev in known)
    deviation = sqrt(mean * (1 - mean)) if beside != "score" else sqrt(squares / max(1, total - 1))
    stands = [Stand(agent, value, of) for agent, value, of, _ in known if of >= ENOUGH]
    return Team(mean, deviation), stands


def standing(report: AgentReport, beside: str, team: Team | None, teller: Teller) -> Cell:
    """Return in words how an agent stands beside the team."""
    say = teller.words.gettext
    value, of, _ = _values(report, beside)
    if team is None or value is None or of < ENOUGH:
        return Cell("–", note=say("too few") if of else "")
    return away(team.away(value, of), teller)


def away(errors: float, teller: Teller) -> Cell:
    """Return in words what so many standard errors beside the team mean."""
    say = teller.words.gettext
    if abs(errors) < USUAL:
        return Cell(say("as the team"), errors)
    if abs(errors) < RARE:
        return Cell(say("perhaps higher") if errors > 0 else say("perhaps lower"), errors)
    return Cell(say("clearly higher") if errors > 0 else say("clearly lower"), errors)


def _values(report: AgentReport, beside: str) -> tuple[float | None, int, float]:
    if beside == "score":
        mean = report.score
        return (mean.value, mean.of, mean.deviation or 0.0) if mean else (None, 0, 0.0)
    rate = report.angry if beside == "angry" else report.fatal
    return rate.share, rate.of, 0.0


def _columns(teller: Teller) -> list[Column]:
    say = teller.words.gettext
    return [
        Column("agent", say("Agent"), numeric=False),
        Column("calls", say("Calls")),
        Column("beside", say("Beside the team")),
        Column("score", say("Score")),
        Column("angry", say("Calls with an angry customer")),
        Column("fatal", say("Fatal item failed")),
        Column("talk", say("Agent's share of talk")),
        Column("silence", say("Share of silence")),
        Column("rate", say("Rate, a minute")),
        Column("interruptions", say("Interruptions a call")),
        Column("response", say("Answer after, seconds")),
        Column("calmed", say("Feelings that softened")),
    ]


def _row(report: AgentReport, team: Team | None, teller: Teller) -> list[Cell]:
    cells, leads, question = teller.cells, teller.leads, teller.question
    own = {"agent": report.agent} if report.agent != UNNAMED else None
    return [
        cells.text(report.agent, _page(report.agent, teller)),
        cells.count(report.calls, leads.calls(own)),
        standing(report, question.wanted.beside, team, teller),
        cells.mean(report.score),
        cells.rate(report.angry, leads.calls(own, by_measure("angry"))),
        cells.rate(report.fatal, leads.calls(own, by_measure("fatal"))),
        cells.share(report.talk_ratio),
        cells.share(report.silence_ratio),
        cells.mean(report.rate),
        cells.mean(report.interruptions),
        cells.mean(report.response),
        cells.rate(report.calmed),
    ]


def _page(agent: str, teller: Teller) -> str | None:
    return None if agent == UNNAMED else teller.question.of_agent(agent)


def _funnel(team: Team, stands: Sequence[Stand], teller: Teller) -> Chart:
    say = teller.words.gettext
    beside = teller.question.wanted.beside
    scale = 1.0 if beside == "score" else 100.0
    name = phrases.measure(beside, {}, teller.language)
    most = max(stand.of for stand in stands)
    least = min(stand.of for stand in stands)
    counts = [least + (most - least) * n / _STEPS for n in range(_STEPS + 1)]
    top = None if beside == "score" else 100.0

    def edge(errors: float) -> list[list[float]]:
        ends = [scale * (team.value + errors * team.deviation / sqrt(n)) for n in counts]
        return [
            [round(n, 2), round(min(max(0.0, end), top or end), 3)]
            for n, end in zip(counts, ends, strict=True)
        ]

    curves = [
        _line(say("The team"), edge(0.0), "solid"),
        *(_line(say("Chance, 19 of 20"), edge(e), "dashed") for e in (-USUAL, USUAL)),
        *(_line(say("Chance, 499 of 500"), edge(e), "dotted") for e in (-RARE, RARE)),
    ]
    dots = [
        {
            "name": stand.agent, "value": [stand.of, round(scale * stand.value, 2)],
            "url": _page(stand.agent, teller),
        }
        for stand in stands
    ]  # fmt: skip
    option = {
        "tooltip": {"trigger": "item", "formatter": "{b}: {c}"},
        "legend": {"top": 0},
        "grid": {"left": 48, "right": 24, "top": 72, "bottom": 48},
        "xAxis": {"type": "value", "name": say("Calls"), "nameLocation": "middle", "nameGap": 28,
                  "scale": True},
        "yAxis": {"type": "value", "scale": True, **({} if scale == 1.0 else {"name": "%"})},
        "series": [
            *curves,
            {"name": say("Agents"), "type": "line", "data": dots, "symbol": "circle",
             "symbolSize": 9, "showSymbol": True, "lineStyle": {"width": 0}},
        ],
    }  # fmt: skip
    label = say("Each agent by number of calls, and how far chance alone spreads equal agents")
    return Chart(say("Agents beside the team: %(measure)s") % {"measure": name}, label, option)


def _line(name: str, data: list[list[float]], kind: str) -> dict[str, Any]:
    style = {"type": kind, "width": 1.5, "color": "#7c8798"}
    return {
        "name": name, "type": "line", "data": data, "showSymbol": False, "silent": True,
        "lineStyle": style, "itemStyle": {"color": "#7c8798"},
    }  # fmt: skip
