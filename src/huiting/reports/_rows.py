"""What the columns of each result are: keys for programs, meanings in both languages.

Every share stands with its interval and the number of calls it rests on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from huiting.exports import Column, Kind
from huiting.insights import measures
from huiting.insights.agents import AgentReport, RuleRate
from huiting.insights.causes import Together
from huiting.insights.day import BadMoment, RuleDay
from huiting.insights.moments import Moment, Preceding
from huiting.insights.rates import Difference, Interval, Mean, Rate
from huiting.insights.trends import Comparison, Estimate, Point
from huiting.insights.words import SuggestedHotword, Term

Row = TypeVar("Row")
_SHOWN = 20
"""Ids of calls in a cell."""


def _text(key: str, zh: str, en: str, value: Callable[[Any], str | None]) -> Column[Any]:
    return Column(key, Kind.TEXT, zh, en, value)


def _count(key: str, zh: str, en: str, value: Callable[[Any], int | None]) -> Column[Any]:
    return Column(key, Kind.INTEGER, zh, en, value)


def _number(
    key: str, zh: str, en: str, value: Callable[[Any], float | None], kind: Kind = Kind.NUMBER
) -> Column[Any]:
    return Column(key, kind, zh, en, value)


def _ends(
    key: str, zh: str, en: str, of: Callable[[Any], Interval | None], kind: Kind = Kind.SHARE
) -> list[Column[Any]]:
    def end(name: str) -> Callable[[Any], float | None]:
        return lambda row: getattr(found, name) if (found := of(row)) else None

    return [
        _number(f"{key}_low", f"{zh}，95% 区间下限", f"{en}, lower end (95 %)", end("low"), kind),
        _number(f"{key}_high", f"{zh}，95% 区间上限", f"{en}, upper end (95 %)", end("high"), kind),
    ]


def _rate(key: str, zh: str, en: str, of: Callable[[Any], Rate | None]) -> list[Column[Any]]:
    def part(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(found, name) if (found := of(row)) else None

    return [
        _count(f"{key}_count", f"{zh}：次数", f"{en}: count", part("count")),
        _count(f"{key}_of", f"{zh}：总数", f"{en}: out of", part("of")),
        _number(f"{key}_share", f"{zh}：比例", f"{en}: share", part("share"), Kind.SHARE),
        *_ends(f"{key}_share", zh, en, part("interval")),
    ]


def _mean(key: str, zh: str, en: str, of: Callable[[Any], Mean | None]) -> list[Column[Any]]:
    def part(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(found, name) if (found := of(row)) else None

    return [
        _number(f"{key}_mean", f"{zh}：均值", f"{en}: mean", part("value")),
        *_ends(f"{key}_mean", zh, en, part("interval"), Kind.NUMBER),
        _count(f"{key}_of", f"{zh}：通话数", f"{en}: calls", part("of")),
    ]


def _difference(
    of: Callable[[Any], Difference | None], kind: Kind = Kind.SHARE
) -> list[Column[Any]]:
    def part(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(found, name) if (found := of(row)) else None

    return [
        _number("difference", "差值", "Difference", part("value"), kind),
        *_ends("difference", "差值", "Difference", part("interval"), kind),
        _p("p", "p 值", "p-value", part("p")),
    ]


def _p(key: str, zh: str, en: str, value: Callable[[Any], float | None]) -> Column[Any]:
    """A probability with its exponent: four decimals would make 0 of a small one."""
    return _text(key, zh, en, lambda row: None if (p := value(row)) is None else f"{p:.3g}")


def _calls(value: Callable[[Any], Sequence[str]]) -> Column[Any]:
    en = f"Ids of the calls behind it, at most {_SHOWN}"
    return _text(
        "calls", f"相关通话编号（至多 {_SHOWN} 个）", en, lambda r: " ".join(value(r)[:_SHOWN])
    )


CAUSES: list[Column[Together]] = [
    _text("field", "条件", "Circumstance", lambda r: r.trait.field),
    _text("value", "取值", "Value", lambda r: r.trait.value),
    *_rate("with", "有此条件", "With it", lambda r: r.with_it),
    *_rate("without", "无此条件", "Without it", lambda r: r.without),
    _number("lift", "提升倍数", "Times as often as overall", lambda r: r.lift),
    *_difference(lambda r: r.difference),
    _p("q", "错误发现率（BH 校正）", "False discovery rate (BH)", lambda r: r.q),
    _text(
        "holds",
        "校正后是否显著",
        "Holds after correction",
        lambda r: "yes" if r.significant else "no",
    ),
    _count(
        "same_lines",
        "条件与结果由同一句话判断得出的通话数（大于 0 即共用依据）",
        "Calls in which both are told from one line (above 0: shared evidence)",
        lambda r: r.same_lines,
    ),
    _calls(lambda r: r.calls),
]
PRECEDING: list[Column[Preceding]] = [
    _text("circumstance", "之前出现", "Comes before", lambda r: r.circumstance),
    *_rate("outbursts", "情绪爆发时刻", "Outbursts", lambda r: r.before)[:3],
    *_ends("outbursts_share", "情绪爆发时刻", "Outbursts", lambda r: r.interval),
    *_rate("elsewhere", "其他时刻", "Other moments", lambda r: r.elsewhere)[:3],
    *_difference(lambda r: r.difference),
    _p("q", "错误发现率（BH 校正）", "False discovery rate (BH)", lambda r: r.q),
    _calls(lambda r: r.calls),
]
MOMENTS: list[Column[Moment]] = [
    _text("call", "通话编号", "Id of the call", lambda r: r.call),
    _text("name", "录音", "Recording", lambda r: r.name),
    _text("agent", "坐席", "Agent", lambda r: r.agent),
    _number("start_s", "开始（秒）", "Start, s", lambda r: r.span.start, Kind.SECONDS),
    _number("end_s", "结束（秒）", "End, s", lambda r: r.span.end, Kind.SECONDS),
    _text("quote", "原话", "What was said", lambda r: r.quote),
    _number(
        "silence_s",
        "之前坐席沉默（秒）",
        "Agent's silence before it, s",
        lambda r: r.silence,
        Kind.SECONDS,
    ),
    _text(
        "follows", "是否超过阈值", "Longer than asked for", lambda r: "yes" if r.follows else "no"
    ),
]
TERMS: list[Column[Term]] = [
    _text("term", "词语", "Term", lambda r: r.text),
    *_rate("calls", "本组通话", "Calls asked about", lambda r: r.calls),
    *_rate("baseline", "对照通话", "Calls compared with", lambda r: r.baseline),
    _number("keyness", "关键度 G²", "Keyness G²; negative: said less", lambda r: r.keyness),
    _number("lift", "倍数", "Times as often", lambda r: r.lift),
    _p("q", "错误发现率（BH 校正）", "False discovery rate (BH)", lambda r: r.q),
    _calls(lambda r: r.examples),
]


@dataclass(frozen=True, slots=True)
class GroupTerm:
    """A term of a group of calls."""

    group: str
    term: Term


GROUP_TERMS: list[Column[GroupTerm]] = [
    _text("group", "分组", "Group", lambda r: r.group),
    _text("term", "词语", "Term", lambda r: r.term.text),
    *_rate("calls", "本组通话", "Calls of the group", lambda r: r.term.calls),
    *_rate("baseline", "其他通话", "Other calls", lambda r: r.term.baseline),
    _number("keyness", "关键度 G²", "Keyness G²", lambda r: r.term.keyness),
    _p("q", "错误发现率（BH 校正）", "False discovery rate (BH)", lambda r: r.term.q),
]
HOTWORDS: list[Column[SuggestedHotword]] = [
    _text("term", "建议热词", "Suggested hotword", lambda r: r.text),
    *_rate("calls", "出现的通话", "Calls with it", lambda r: r.calls)[:3],
    _count(
        "would_change",
        "会改动的历史转写数",
        "Past transcripts it would change",
        lambda r: r.would_change,
    ),
    _calls(lambda r: r.examples),
]


def _estimate(
    key: str, zh: str, en: str, of: Callable[[Any], Estimate], kind: Kind
) -> list[Column[Any]]:
    return [
        _number(key, zh, en, lambda r: of(r).value, kind),
        *_ends(key, zh, en, lambda r: of(r).interval, kind),
        _count(f"{key}_of", f"{zh}：通话数", f"{en}: calls", lambda r: of(r).of),
    ]


_KINDS = {measures.Kind.SHARE: Kind.SHARE, measures.Kind.NUMBER: Kind.NUMBER}


def point_columns(kind: measures.Kind) -> list[Column[Point]]:
    """Return the columns of a trend."""
    return [
        _text("group", "分组", "Group", lambda r: r.group),
        _text("start", "起始日", "First day", lambda r: r.start.isoformat() if r.start else None),
        *_estimate("value", "数值", "Value", lambda r: r.estimate, _KINDS[kind]),
    ]


def comparison_columns(kind: measures.Kind) -> list[Column[Comparison]]:
    """Return the columns of a comparison."""
    shown = _KINDS[kind]
    return [
        _text("measure", "指标", "Measure", lambda r: r.measure),
        *_estimate("first", "第一组", "First", lambda r: r.first, shown),
        *_estimate("second", "第二组", "Second", lambda r: r.second, shown),
        *_difference(lambda r: r.difference, shown),
        _count("shared", "同属两组的通话", "Calls in both", lambda r: r.shared),
    ]


AGENTS: list[Column[AgentReport]] = [
    _text("agent", "坐席", "Agent", lambda r: r.agent),
    _count("calls", "通话数", "Calls", lambda r: r.calls),
    _number("talk_s", "坐席说话（秒）", "Agent speaks, s", lambda r: r.talk_time, Kind.SECONDS),
    _number(
        "listen_s", "客户说话（秒）", "Customer speaks, s", lambda r: r.listen_time, Kind.SECONDS
    ),
    _number("talk_ratio", "说话占比", "Talk ratio", lambda r: r.talk_ratio, Kind.SHARE),
    _number("silence_ratio", "静默占比", "Silence ratio", lambda r: r.silence_ratio, Kind.SHARE),
    *_mean("rate", "语速（每分钟）", "Rate, units a minute", lambda r: r.rate),
    *_mean("interruptions", "每通打断", "Interruptions a call", lambda r: r.interruptions),
    *_mean("response_s", "应答时间（秒）", "Response, s", lambda r: r.response),
    *_rate("angry", "客户生气的通话", "Calls with an angry customer", lambda r: r.angry),
    *_rate("calmed", "情绪缓和", "Feelings that softened", lambda r: r.calmed),
    *_mean(
        "calmed_after_s",
        "生气或难过后的应答（秒）",
        "Answer after upset, s",
        lambda r: r.calmed_after,
    ),
    _text(
        "answers",
        "生气或难过后如何应答（次数）",
        "How upset customers were answered, times",
        lambda r: " ".join(f"{answer}:{times}" for answer, times in r.answers),
    ),
    *_mean("score", "得分", "Score", lambda r: r.score),
    *_rate("fatal", "致命项", "Fatal", lambda r: r.fatal),
    _number(
        "percentile", "团队百分位", "Percentile in the team", lambda r: r.percentile, Kind.SHARE
    ),
]


@dataclass(frozen=True, slots=True)
class AgentRule:
    """A rule of an agent, in a week or in all."""

    agent: str
    rule: RuleRate
    week: str
    """Empty for all."""
    rate: Rate


AGENT_RULES: list[Column[AgentRule]] = [
    _text("agent", "坐席", "Agent", lambda r: r.agent),
    _text("rule", "规则", "Rule", lambda r: r.rule.rule),
    _text("name", "规则名称", "Name of the rule", lambda r: r.rule.name),
    _text("week", "周（起始日，空为全部）", "Week (its Monday; empty: all)", lambda r: r.week),
    *_rate("failed", "未通过", "Failed", lambda r: r.rate),
]
RULES: list[Column[RuleDay]] = [
    _text("rule", "规则", "Rule", lambda r: r.rule),
    _text("name", "规则名称", "Name", lambda r: r.name),
    _text("severity", "严重程度", "Severity", lambda r: str(r.severity)),
    *_rate("failed", "未通过", "Failed", lambda r: r.failed),
    _count("uncertain", "待听录音", "Uncertain", lambda r: r.uncertain),
    _count("not_applicable", "不适用", "Not applicable", lambda r: r.absent),
    *_rate("before", "此前未通过", "Failed in the days before", lambda r: r.before),
]
BAD_MOMENTS: list[Column[BadMoment]] = [
    _text("call", "通话编号", "Id of the call", lambda r: r.call),
    _text("name", "录音", "Recording", lambda r: r.name),
    _text("agent", "坐席", "Agent", lambda r: r.agent),
    _number("start_s", "开始（秒）", "Start, s", lambda r: r.span.start, Kind.SECONDS),
    _text("what", "问题", "What", lambda r: r.what),
    _text("quote", "原话", "What was said", lambda r: r.quote),
    _text("advice", "建议", "Advice", lambda r: r.advice),
]


def agent_rules(agents: Sequence[AgentReport]) -> Iterator[AgentRule]:
    """Yield every rule of every agent, over all and week by week."""
    for agent in agents:
        for rule in agent.rules:
            yield AgentRule(agent.agent, rule, "", rule.failed)
            for week in rule.weeks:
                yield AgentRule(agent.agent, rule, week.week, week.rate)
