"""`huiting insights`: questions over all calls, answered with the calls behind each number.

Each command prints a table and, with `--out`, writes CSV, Excel or Parquet.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.settings import resolve
from huiting.app.tongue import say
from huiting.core.types import EmotionLabel, Role, clock

if TYPE_CHECKING:  # loads the database's libraries
    from huiting.app.settings import Settings
    from huiting.insights.case import Case
    from huiting.insights.words import Term
    from huiting.store import Store

app = typer.Typer(help=say("Questions over all calls.", "跨通话分析。"), no_args_is_help=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
SHOWN = 20
"""Rows printed; the file has all."""

Since = Annotated[str | None, typer.Option(help=say("first day", "起始日"))]
Until = Annotated[str | None, typer.Option(help=say("last day", "截止日（含）"))]
Where = Annotated[
    str,
    typer.Option(
        "--where", help=say("such as agent=8001 topic=售后", "筛选，如 agent=8001 topic=售后")
    ),
]
Target = Annotated[
    Path | None,
    typer.Option("--out", help=say(".csv, .xlsx or .parquet", "输出 .csv/.xlsx/.parquet")),
]
StoreUrl = Annotated[str | None, typer.Option("--store", help=say("database", "数据库地址"))]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help=say("settings file (TOML)", "设置文件（TOML）"))
]


@app.command(help=say("What occurs together with something.", "与某一结果同时出现的情况。"))
def causes(
    target: Annotated[
        str,
        typer.Option(
            help=say("angry, rule:ID, score<60, churn…", "angry、rule:ID、score<60、churn…")
        ),
    ] = "angry",
    field: Annotated[
        list[str] | None, typer.Option(help=say("only these fields", "只看这些字段"))
    ] = None,
    word: Annotated[
        list[str] | None, typer.Option(help=say("words looked for", "关注的词语"))
    ] = None,
    everything: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--all", help=say("also what may be chance", "含不显著的"))
    ] = False,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print the circumstances that come with the target more often than by chance."""
    from huiting.insights.causes import causes as look
    from huiting.insights.measures import measure
    from huiting.insights.traits import USUAL, Asked
    from huiting.reports import wording

    words = USUAL.words
    if word:
        words = tuple((role, w.casefold()) for w in word for role in (Role.AGENT, Role.CUSTOMER))
    asked = Asked(fields=field, words=words)
    wanted = measure(target)
    with _cases(_Span(where, since, until, store, config)) as cases:
        found = look(cases, wanted, asked)
    shown = found.found if everything else found.significant
    rows = [
        (
            wording.trait(t.trait, say),
            wording.rate(t.with_it),
            wording.rate(t.without),
            f"{t.lift:.2f}" if t.lift is not None else "–",
            f"{t.q:.2g}",
        )
        for t in shown
    ]
    headings = (say("circumstance", "条件"), say("with it", "有此条件"), say("without", "无此条件"))
    _print((*headings, say("lift", "倍数"), "q"), rows)
    overall, tested = wording.rate(found.overall), len(found.found)
    out.print(
        say(
            f"{target}: {overall} of all calls; {tested} circumstances tested, 5 % false discoveries. Together is not because.",
            f"{target}：全部通话中 {overall}；共检验 {tested} 个条件，错误发现率 5%。同时出现不等于因果。",
        )
    )
    _save(target_file, found)


@app.command(help=say("Which outbursts follow the agent's silence.", "坐席沉默之后的情绪爆发。"))
def outbursts(
    longer_than: Annotated[
        float, typer.Option(min=0, help=say("seconds of silence", "沉默秒数"))
    ] = 1.2,
    within: Annotated[
        float, typer.Option(min=0, help=say("seconds before", "之前多少秒内"))
    ] = 10.0,
    emotion: Annotated[
        EmotionLabel, typer.Option(help=say("what the customer begins to be", "客户情绪"))
    ] = EmotionLabel.ANGRY,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print each outburst with the silence before it, and how many follow one."""
    from huiting.insights.moments import outbursts_after
    from huiting.reports import wording

    with _cases(_Span(where, since, until, store, config)) as cases:
        found = outbursts_after(cases, longer_than, within=within, label=emotion)
    rows = [
        (
            m.name,
            m.agent,
            clock(m.span.start),
            f"{m.silence:.1f}",
            "✓" if m.follows else "",
            m.quote,
        )
        for m in found.moments
    ]
    headings = (say("recording", "录音"), say("agent", "坐席"), say("at", "时间"))
    told = (say("silence, s", "沉默(秒)"), f"> {longer_than:g}", say("said", "原话"))
    _print((*headings, *told), rows)
    share, elsewhere = wording.percent(found.after.share), wording.rate(found.elsewhere)
    reach = f"{wording.between(found.interval)}; {found.after.count}/{found.after.of}"
    out.print(
        say(
            f"{share} ({reach}) of outbursts follow more than {longer_than:g} s of the agent's silence; of the customer's other lines {elsewhere}.",
            f"{share}（{reach}）的情绪爆发出现在坐席沉默超过 {longer_than:g} 秒之后；客户其他语句为 {elsewhere}。",
        )
    )
    _save(target_file, found)


@app.command(help=say("What comes before outbursts.", "情绪爆发之前出现的情况。"))
def before(
    word: Annotated[
        list[str] | None, typer.Option(help=say("words of the agent", "坐席说的词语"))
    ] = None,
    within: Annotated[
        float, typer.Option(min=0, help=say("seconds before", "之前多少秒内"))
    ] = 10.0,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print circumstances just before outbursts, beside those before other moments."""
    from huiting.insights.moments import Preceding, before_outbursts, looks
    from huiting.reports import wording

    with _cases(_Span(where, since, until, store, config)) as cases:
        found = before_outbursts(cases, looks(within, word))
    rows = [
        (
            wording.circumstance(p.circumstance, say),
            f"{wording.percent(p.before.share)} ({wording.between(p.interval)}; {p.before.count}/{p.before.of})",
            wording.rate(p.elsewhere),
            f"{p.q:.2g}",
        )
        for p in found
    ]
    headings = (say("comes before", "之前出现"), say("outbursts", "情绪爆发"))
    _print((*headings, say("other moments", "其他时刻"), "q"), rows)
    _save(target_file, found, Preceding)


@app.command(help=say("Frequent, rising and falling words.", "高频、上升、下降的词语。"))
def words(
    focus: Annotated[
        str,
        typer.Argument(
            help=say(
                "calls asked about: since=2025-03-10 topic=售后", "关注的通话，如 since=2025-03-10"
            )
        ),
    ] = "all",
    baseline: Annotated[
        str | None, typer.Option(help=say("calls compared with", "对照的通话；默认为其余全部"))
    ] = None,
    by: Annotated[
        str | None, typer.Option(help=say("words of each value of a field", "按字段逐组对照"))
    ] = None,
    role: Annotated[Role | None, typer.Option(help=say("who says it", "谁说的"))] = None,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print terms of some calls against others."""
    from huiting.insights import words as counted
    from huiting.insights.fields import parse

    if by:
        with _cases(_Span(where, since, until, store, config)) as cases:
            groups = counted.words_by((c for c in cases if parse(focus).keeps(c)), by, role)
        for group in groups:
            _print_terms(f"{by} = {group.group}", group.words.rising)
        _save(target_file, groups, counted.GroupWords)
        return
    wanted, other = parse(focus), parse(baseline) if baseline else None
    with _cases(_Span(where, since, until, store, config)) as cases:
        found = counted.words(cases, wanted, other, role)
    for name, kind in (
        (say("rising", "上升"), found.rising),
        (say("falling", "下降"), found.falling),
        (say("frequent", "高频"), found.frequent),
    ):
        _print_terms(name, kind)
    out.print(
        say(
            f"{found.calls} calls against {found.baseline}",
            f"{found.calls} 通对照 {found.baseline} 通",
        )
    )
    _save(target_file, found)


@app.command(help=say("New terms that might become hotwords.", "建议加入热词的新词。"))
def hotwords(
    known: Annotated[
        Path | None, typer.Option("--hotwords", help=say("your list", "已有热词文件"))
    ] = None,
    most: Annotated[int, typer.Option(min=1, help=say("terms tried", "最多尝试的词数"))] = 20,
    over: Annotated[
        int, typer.Option(min=1, help=say("latest calls tried on", "用最近多少通试验"))
    ] = 500,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print new terms, and how many past transcripts each would have changed as a hotword."""
    from huiting.app.database import store_of
    from huiting.insights.words import SuggestedHotword, WordTally, suggest_hotwords
    from huiting.text.hotwords import read_hotwords

    span = _Span(where, since, until, store, config)
    settings = span.settings()
    path = known or settings.hotwords
    listed = {word.text for word in read_hotwords(path)} if path else set()
    tally = WordTally()
    with store_of(settings) as kept:
        for case in span.cases(kept, settings):
            tally.add(case, focus=True)
        fresh = [term for term in tally.new_terms() if term.text not in listed][:most]
        changed = _changed(kept, [term.text for term in fresh], over)
    found = suggest_hotwords(fresh, listed, changed.__getitem__, most)
    rows = [(s.text, str(s.calls.count), str(s.would_change)) for s in found]
    tried = say("transcripts it would change", "会改动的转写")
    _print((say("term", "词语"), say("calls", "通话"), tried), rows)
    _save(target_file, found, SuggestedHotword)


@app.command(help=say("A measure by day or week.", "按天或周的趋势。"))
def trends(
    name: Annotated[
        str,
        typer.Argument(
            metavar="MEASURE", help=say("such as score, angry, rule:ID", "如 score、angry、rule:ID")
        ),
    ],
    step: Annotated[str, typer.Option(help="day, week, all")] = "week",
    by: Annotated[
        str | None, typer.Option(help=say("a field, such as agent", "分组字段，如 agent"))
    ] = None,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print a measure over time with its intervals."""
    from huiting.core.errors import InputError
    from huiting.insights.measures import measure
    from huiting.insights.trends import Step, trend

    if step not in set(Step):
        raise InputError(f"--step {step}", "not known", f"choose one of {', '.join(Step)}")
    wanted = measure(name)
    with _cases(_Span(where, since, until, store, config)) as cases:
        found = trend(cases, wanted, Step(step), by)
    share = found.kind == "share"
    rows = [
        (p.group, p.start.isoformat() if p.start else "", _value(p.estimate, share=share))
        for p in found.points
    ]
    _print((by or "", say("from", "起始日"), name), rows, most=len(rows))
    _save(target_file, found)


@app.command(help=say("A measure in two sets of calls.", "两组通话的对比。"))
def compare(
    name: Annotated[
        str, typer.Argument(metavar="MEASURE", help=say("such as score, angry", "如 score、angry"))
    ],
    first: Annotated[str, typer.Argument(help=say("such as site=北京", "如 site=北京"))],
    second: Annotated[str, typer.Argument(help=say("such as site=成都", "如 site=成都"))],
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print a measure in two sets of calls, and how far they differ."""
    from huiting.insights.fields import parse
    from huiting.insights.measures import measure
    from huiting.insights.trends import compare as compared

    wanted, one, other = measure(name), parse(first), parse(second)
    with _cases(_Span("all", None, None, store, config)) as cases:
        found = compared(cases, wanted, one, other)
    share = found.kind == "share"
    rows = [(first, _value(found.first, share=share)), (second, _value(found.second, share=share))]
    if found.difference is not None:
        ends = found.difference.interval
        form = "+.1%" if share else "+.2f"
        reach = f" ({ends.low:{form}} … {ends.high:{form}})" if ends else ""
        p = f" p = {found.difference.p:.2g}" if found.difference.p is not None else ""
        rows.append((say("difference", "差值"), f"{found.difference.value:{form}}{reach}{p}"))
    _print((say("calls", "通话"), name), rows)
    if found.shared:
        err.print(
            say(
                f"{found.shared} calls are in both sets: the difference is not tested rightly.",
                f"有 {found.shared} 通同属两组，差值检验不成立。",
            )
        )
    _save(target_file, found)


@app.command(help=say("How each agent's calls go.", "坐席报告。"))
def agents(
    agent: Annotated[
        str | None, typer.Option(help=say("one agent, in detail", "单个坐席的详情"))
    ] = None,
    where: Where = "all",
    since: Since = None,
    until: Until = None,
    target_file: Target = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Print every agent beside the team, or one in detail."""
    from huiting.insights.agents import AgentReport
    from huiting.insights.agents import agents as added_up
    from huiting.quality.calming import calm_downs
    from huiting.reports import wording

    with _cases(_Span(where, since, until, store, config)) as cases:
        found = added_up(cases, calm_downs)
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
        for a in found
        if agent in {None, a.agent}
    ]
    headings = (say("agent", "坐席"), say("calls", "通话"), say("score", "得分"))
    more = (say("percentile", "百分位"), say("talks", "说话"), say("angry", "客户生气"))
    _print((*headings, *more, say("softened", "情绪缓和")), rows, most=len(rows))
    for one in found if agent else ():
        if one.agent == agent:
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
            out.print(
                say(
                    f"Upset customers: answered after {delay} s; {told}",
                    f"客户生气或难过：应答用时 {delay} 秒；{told}",
                )
            )
            _print((say("rule", "规则"), say("failed", "未通过"), say("by week", "逐周")), rules)
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
            _print((*listen, say("faults", "问题")), hear)
    _save(target_file, found, AgentReport)


@dataclass(frozen=True, slots=True)
class _Span:
    """Which calls are asked about, as it was typed."""

    where: str
    since: str | None
    until: str | None
    store: str | None
    config: Path | None

    def settings(self) -> "Settings":
        return resolve({"store": self.store}, file=self.config).settings

    def cases(self, kept: "Store", settings: "Settings") -> Iterator["Case"]:
        from huiting.app.cases import cases_of, read_day, stretch
        from huiting.insights.fields import parse

        wanted = parse(self.where)
        first, last = read_day(self.since, "--since"), read_day(self.until, "--until")
        found = cases_of(kept, stretch(first, last, settings))
        return (case for case in found if wanted.keeps(case))


@contextmanager
def _cases(span: _Span) -> Iterator[Iterator["Case"]]:
    from huiting.app.database import store_of

    settings = span.settings()
    with store_of(settings) as kept:
        yield span.cases(kept, settings)


def _value(estimate: object, *, share: bool) -> str:
    from huiting.insights.trends import Estimate

    assert isinstance(estimate, Estimate)
    if estimate.value is None:
        return "–"
    form = ".1%" if share else ".2f"
    ends = estimate.interval
    reach = f"{ends.low:{form}}–{ends.high:{form}}; " if ends else ""
    return f"{estimate.value:{form}} ({reach}n={estimate.of})"


def _changed(kept: "Store", texts: Sequence[str], over: int) -> dict[str, int]:
    """Return how many of the latest transcripts each text would change as a hotword."""
    from itertools import islice

    from huiting.core.ports import Hotword
    from huiting.text.hotwords import build

    stages = {text: build(hotwords=[Hotword(text)]) for text in texts}
    changed = dict.fromkeys(texts, 0)
    for call in islice(kept.calls(), over):
        segments = kept.analysis(call.id).call.segments
        heard = [replace(s, text=s.spoken, edits=()) for s in segments]
        for text, stage in stages.items():
            changed[text] += any(stage(segment).edits for segment in heard)
    return changed


def _print_terms(name: str, terms: "Sequence[Term]") -> None:
    from huiting.reports import wording

    rows = [
        (
            t.text,
            wording.rate(t.calls),
            wording.percent(t.baseline.share),
            f"{t.keyness:.1f}",
            f"{t.q:.2g}",
        )
        for t in terms
    ]
    _print((name, say("calls", "通话"), say("baseline", "对照"), "G²", "q"), rows)


def _print(headings: Sequence[str], rows: Iterable[Sequence[str]], most: int = SHOWN) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    listed = list(rows)
    for row in listed[:most]:
        table.add_row(*(Text(printable(cell)) for cell in row))
    out.print(table)
    if len(listed) > most:
        left = len(listed) - most
        out.print(
            say(f"… and {left} more: --out FILE has all", f"……另有 {left} 条，用 --out 导出全部")
        )


def _save(path: Path | None, found: object, row: type | None = None) -> None:
    if path is None:
        return
    from huiting.app.files import make_folder
    from huiting.reports.tables import write_tables

    make_folder(path.parent)
    for written in write_tables(path, found, row):
        out.print(Text(printable(str(written))), soft_wrap=True)
