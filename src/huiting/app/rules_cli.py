"""`huiting rules`: read rules, try them on their own tests, put them to all of history.

Exit status: 0 all is well; 1 from `test` when a test failed, from `run` when there is no
call; 2 a file, a setting or the command is wrong; 3 the database cannot be used.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson, ConfigFile, Since, Until, settings_of
from huiting.app.settings import Settings, in_zone
from huiting.app.tongue import say

if TYPE_CHECKING:  # load the libraries that judge
    from huiting.app.judging import Judge
    from huiting.quality.rules.rule import Rule, RuleSet

app = typer.Typer(help=say("Rules that judge calls.", "质检规则。"), no_args_is_help=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Files = Annotated[
    list[Path], typer.Argument(help=say("rule files, or folders of them", "规则文件或其文件夹"))
]
StoreUrl = Annotated[
    str | None, typer.Option("--over", "--store", help=say("database", "数据库地址"))
]


@app.command(help=say("Read rules and say what is wrong.", "检查规则文件。"))
def check(files: Files) -> None:
    """Read every file; each mistake is named by file and line, with what to do."""
    from huiting.app.judging import mistakes
    from huiting.app.translate import told
    from huiting.quality.rules.check import untested

    found = mistakes(files)
    for error in found:
        err.print(Text(printable(told(error)), style="red"), soft_wrap=True)
    if found:
        if len(found) > 1:
            err.print(say(f"{len(found)} mistakes.", f"共 {len(found)} 处错误。"))
        raise typer.Exit(2)
    for rule_set in _read(files):
        bare = untested(rule_set)
        count = len(rule_set.rules)
        text = say(f"{rule_set.name}: {count} rules", f"{rule_set.name}：{count} 条规则")
        if bare:
            listed = ", ".join(bare)
            text += say(f"; without a test: {listed}", f"；没有测试的：{listed}")
        out.print(Text(printable(text)), soft_wrap=True)


@app.command("test", help=say("Try rules on the tests beside them.", "运行规则旁的测试。"))
def try_out(files: Files, config: ConfigFile = None) -> None:
    """Run every test; exits 1 when a rule says something else than is expected."""
    from huiting.app.judging import Judge
    from huiting.quality.rules.check import run_tests

    judge = _equipped(Judge.read(files, []), settings_of(config))
    tested = [t for rule_set in judge.rules for t in run_tests(rule_set, judge.context)]
    failed = [one for one in tested if not one.passed]
    for one in failed:
        out.print(Text(one.explained(), style="red"), soft_wrap=True)
    right = len(tested) - len(failed)
    out.print(
        say(f"{right} of {len(tested)} tests pass.", f"{len(tested)} 个测试，通过 {right} 个。")
    )
    raise typer.Exit(1 if failed else 0)


@app.command(help=say("List rules.", "列出规则。"))
def show(files: Files, *, as_json: AsJson = False) -> None:
    """Print each rule: what it is for, how much it matters, where it stands."""
    rules = [rule for rule_set in _read(files) for rule in rule_set.rules]
    if as_json:
        typer.echo(json.dumps([_as_json(rule) for rule in rules], ensure_ascii=False, indent=1))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    headings = (
        say("rule", "规则"), say("name", "名称"), say("severity", "严重程度"), say("type", "类型"),
        say("pass", "通过"), say("fail", "不通过"), say("tests", "测试"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading)
    for rule in rules:
        name = Text(printable(rule.name), style="" if rule.enabled else "dim strike")
        effects = (f"{rule.passed:+g}", f"{rule.failed:+g}")
        tests = str(len(rule.examples))
        table.add_row(rule.id, name, rule.severity, Text(rule.type), *effects, tests)
    out.print(table)


@app.command(help=say("Judge all stored calls again.", "用规则重新判定全部历史通话。"))
def run(
    files: Files,
    *,
    scorecards: Annotated[
        list[Path] | None, typer.Option("--scorecard", help=say("scorecard", "评分表"))
    ] = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("save nothing", "只看变化，不保存"))
    ] = False,
    alone: Annotated[
        bool,
        typer.Option(
            "--replace", help=say("forget what other rules said", "清除其他规则的原有判定")
        ),
    ] = False,
    samples: Annotated[
        int, typer.Option(min=0, help=say("calls shown of each change", "每种变化列出的通话数"))
    ] = 3,
    processes: Annotated[
        int, typer.Option(min=0, help=say("0: as many as cores", "进程数；0 为核数"))
    ] = 0,
    as_json: AsJson = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Judge history and print what changes: which calls gain and lose which verdict."""
    from huiting.app.changes_text import as_json as plain
    from huiting.app.changes_text import shown
    from huiting.app.database import store_of
    from huiting.app.history import Order, rejudge
    from huiting.app.judging import flat
    from huiting.store import Which

    settings = settings_of(config, store=store)
    judges = Judges(tuple(files), tuple(scorecards or ()), settings)
    rules = {r.id: r.name for rule_set in judges().rules for r in rule_set.rules}
    with store_of(settings):
        pass  # its folder is made, its tables are brought up to date
    order = Order(settings.store, judges, flat, datetime.now(UTC), samples, dry_run, alone)
    which = Which(in_zone(since, settings), in_zone(until, settings))
    with _bar(quiet=as_json) as progress:
        changes = rejudge(order, which, rules=list(rules), processes=processes, progress=progress)
    if as_json:
        typer.echo(json.dumps(plain(changes, dry=dry_run), ensure_ascii=False, indent=1))
    else:
        for piece in shown(changes, rules):
            out.print(piece, soft_wrap=not isinstance(piece, Table))
    if not changes.calls:
        err.print(say("There are no such calls.", "没有符合条件的通话。"))
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Judges:
    """Builds what judges, in whichever process it is called."""

    files: tuple[Path, ...]
    scorecards: tuple[Path, ...]
    settings: Settings

    def __call__(self) -> "Judge":
        """Read the files; load models only if a rule asks for them."""
        from huiting.app.judging import Judge

        return _equipped(Judge.read(self.files, self.scorecards), self.settings)


def _equipped(judge: "Judge", settings: Settings) -> "Judge":
    """Give a judge the models that its rules ask for: loading them takes a while."""
    from huiting.app.judging import context_of

    asked = {ask.kind for found in judge.rules for rule in found.rules for ask in rule.asks()}
    return replace(judge, context=context_of(settings)) if asked & {"similar", "ask"} else judge


def _read(files: Sequence[Path]) -> "tuple[RuleSet, ...]":
    from huiting.app.judging import Judge

    return Judge.read(files, []).rules


def _as_json(rule: "Rule") -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.name,
        "why": rule.why,
        "advice": rule.advice,
        "severity": rule.severity,
        "type": rule.type,
        "version": rule.version,
        "enabled": rule.enabled,
        "languages": sorted(rule.languages or ()),
        "score": {"pass": rule.passed, "fail": rule.failed},
        "tests": len(rule.examples),
        "where": rule.where,
    }


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn(say("judging", "判定中")), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, disable=quiet, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
