"""Measures over time, between sets of calls, and by agent."""

from typing import TYPE_CHECKING, Annotated

import typer

from huiting.app.questions.answer import save, show, tell
from huiting.app.questions.question import Question, question
from huiting.app.tongue import say
from huiting.core.types import clock

if TYPE_CHECKING:  # loads the libraries that count
    from huiting.insights.agents import AgentReport
    from huiting.insights.trends import Comparison, Estimate, Step

MeasureName = Annotated[
    str,
    typer.Argument(
        metavar="MEASURE", help=say("such as score, angry, rule:ID", "如 score、angry、rule:ID")
    ),
]


@question
def trends(
    asked: Question,
    name: MeasureName,
    step: Annotated[
        str, typer.Option(help=say("day, week, all", "周期：day 天、week 周、all 全部"))
    ] = "week",
    by: Annotated[
        str | None, typer.Option(help=say("a field, such as agent", "分组字段，如 agent"))
    ] = None,
) -> None:
    """Print a measure over time with its intervals."""
    from huiting.insights.known import names_in
    from huiting.insights.measures import measure
    from huiting.insights.trends import trend

    wanted, period = measure(name), _step(step)
    with asked.cases(names_in(fields=[by] if by else (), measure=name)) as cases:
        found = trend(cases, wanted, period, by)
    share = found.kind == "share"
    rows = [
        (p.group, p.start.isoformat() if p.start else "", _value(p.estimate, share=share))
        for p in found.points
    ]
    show((by or "", say("from", "起始日"), name), rows, most=None)
    if not rows:
        tell(
            f"None of these calls says anything of {name}.", f"这些通话都没有与 {name} 有关的结果。"
        )
    if any(p.estimate.too_few for p in found.points):
        tell(
            "Too few: under 5 calls, which say something of themselves only.",
            "太少：不足 5 通，只能说明这几通本身。",
        )
    save(asked.out, found)


def _step(text: str) -> "Step":
    from huiting.core.errors import InputError
    from huiting.insights.trends import Step

    if text not in set(Step):
        raise InputError(f"--step {text}", "not known", f"choose one of {', '.join(Step)}")
    return Step(text)


@question
def compare(
    asked: Question,
    name: MeasureName,
    first: Annotated[str, typer.Argument(help=say("such as site=北京", "如 site=北京"))],
    second: Annotated[str, typer.Argument(help=say("such as site=成都", "如 site=成都"))],
) -> None:
    """Print a measure in two sets of calls, and how far they differ."""
    from huiting.insights.fields import parse
    from huiting.insights.known import names_in
    from huiting.insights.measures import measure
    from huiting.insights.trends import compare as compared

    wanted, one, other = measure(name), parse(first), parse(second)
    with asked.cases(names_in([one, other], measure=name)) as cases:
        found = compared(cases, wanted, one, other)
    share = found.kind == "share"
    rows = [(first, _value(found.first, share=share)), (second, _value(found.second, share=share))]
    if found.difference is not None:
        rows.append((say("difference", "差值"), _difference(found)))
    show((say("calls", "通话"), name), rows)
    if found.shared:
        tell(
            f"{found.shared} calls are in both sets: the difference is not tested rightly.",
            f"有 {found.shared} 通同属两组，差值检验不成立。",
        )
    save(asked.out, found)


@question
def agents(
    asked: Question,
    agent: Annotated[
        str | None, typer.Option(help=say("one agent, in detail", "单个坐席的详情"))
    ] = None,
) -> None:
    """Print every agent beside the team, or one in detail."""
    from huiting.insights.agents import AgentReport
    from huiting.insights.agents import agents as added_up
    from huiting.insights.known import names_in
    from huiting.quality.calming import calm_downs
    from huiting.reports import wording

    with asked.cases(names_in(agent=agent)) as cases:
        found = added_up(cases, calm_downs)
    listed = [a for a in found if agent in {None, a.agent}]
    rows = [
        (
            a.agent,
            str(a.calls),
            wording.mean(a.score),
            wording.percent(a.percentile),
            wording.percent(a.talk_ratio),
            wording.rate(a.angry),
            wording.rate(a.calmed),
        )
        for a in listed
    ]
    headings = (say("agent", "坐席"), say("calls", "通话"), say("score", "得分"))
    more = (say("percentile", "百分位"), say("talks", "说话"), say("angry", "客户生气"))
    show((*headings, *more, say("softened", "情绪缓和")), rows, most=None)
    if agent and not listed:
        tell(f"{agent} has no call among these.", f"{agent} 在所选范围内没有通话。")
    for one in listed if agent else ():
        _show_one(one)
    save(asked.out, tuple(listed), AgentReport)


def _show_one(one: "AgentReport") -> None:
    from huiting.reports import wording

    rules = [
        (
            r.name,
            wording.rate(r.failed),
            " ".join(wording.percent(w.rate.share) for w in r.weeks),
        )
        for r in one.rules
    ]
    told = ", ".join(f"{answer} {times}" for answer, times in one.answers) or "–"
    delay = wording.mean(one.calmed_after)
    tell(
        f"Upset customers: answered after {delay} s; {told}",
        f"客户生气或难过：应答用时 {delay} 秒；{told}",
    )
    show((say("rule", "规则"), say("failed", "未通过"), say("by week", "逐周")), rules)
    hear = [
        (
            wording.name(h.why, say),
            h.name,
            clock(h.moment.start) if h.moment else "",
            ", ".join(h.faults[:3]),
        )
        for h in one.hear
    ]
    listen = (say("listen to", "建议听"), say("recording", "录音"), say("at", "时间"))
    show((*listen, say("faults", "问题")), hear)


def _value(estimate: "Estimate", *, share: bool) -> str:
    if estimate.value is None:
        return "–"
    form = ".1%" if share else ".2f"
    ends = estimate.interval
    reach = f"{ends.low:{form}}–{ends.high:{form}}; " if ends else ""
    few = say("; too few", "；太少") if estimate.too_few else ""
    return f"{estimate.value:{form}} ({reach}n={estimate.of}{few})"


def _difference(found: "Comparison") -> str:
    difference = found.difference
    assert difference is not None
    form = "+.1%" if found.kind == "share" else "+.2f"
    ends = difference.interval
    reach = f" ({ends.low:{form}} … {ends.high:{form}})" if ends else ""
    p = f" p = {difference.p:.2g}" if difference.p is not None else ""
    return f"{difference.value:{form}}{reach}{p}"
