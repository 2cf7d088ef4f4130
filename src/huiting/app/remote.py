"""`huiting remote`: the same verbs, done by a server.

Exit status: as of the commands on this machine (docs/reference/cli.md); 2 also when the
server refuses or does not answer.
"""

import json
import sys
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson, ConfigFile, Since, Until, settings_of
from huiting.app.remote_bulk import app as bulk
from huiting.app.remote_connection import Wish, client_of
from huiting.app.remote_jobs import app as jobs
from huiting.app.remote_rules import app as rules
from huiting.app.settings import in_zone
from huiting.app.tongue import say
from huiting.core.errors import InputError
from huiting.core.types import Role

if TYPE_CHECKING:
    from huiting.client.shapes.calls import Hit
    from huiting.client.shapes.live import Update
    from huiting.store.search import Hit as Found

app = typer.Typer(
    help=say("The same, done by a server.", "由服务器完成同样的操作。"), no_args_is_help=True
)
app.add_typer(rules, name="rules")
app.add_typer(jobs, name="jobs")
app.add_typer(bulk, name="bulk")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Server = Annotated[
    str | None,
    typer.Option(
        "--server", help=say("address; else HUITING_SERVER", "服务器地址；或 HUITING_SERVER")
    ),
]


def named(context: typer.Context, server: Server = None) -> None:
    """Take the server that stands before `remote`; other commands are done here.

    Raises:
        InputError: another command is to be done.
    """
    if server is not None and context.invoked_subcommand != "remote":
        raise InputError(
            f"--server {server}",
            "this command is done on this machine",
            "write huiting remote before the verb",
        )
    context.obj = Wish(server)


@app.callback()
def which(
    context: typer.Context,
    server: Server = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            help=say("holds the token; else HUITING_TOKEN", "令牌文件；或 HUITING_TOKEN"),
        ),
    ] = None,
    *,
    unredacted: Annotated[
        bool, typer.Option("--unredacted", help=say("with personal data", "含个人信息"))
    ] = False,
) -> None:
    """Take which server is meant, and as whom."""
    before = context.obj.server if isinstance(context.obj, Wish) else None
    context.obj = Wish(server or before, token_file, unredacted)


@app.command(help=say("Hand recordings in, wait, fetch the results.", "上传录音、等待并取回结果。"))
def analyze(
    context: typer.Context,
    recordings: Annotated[list[str], typer.Argument(help=say("what to analyze", "录音"))],
    *,
    folder: Annotated[
        Path, typer.Option("--out", help=say("folder for results", "结果文件夹"))
    ] = Path("results"),
    hotwords: Annotated[Path | None, typer.Option(help=say("list of hotwords", "热词文件"))] = None,
    language: Annotated[str | None, typer.Option(help=say("zh, en, ja…", "语种"))] = None,
    roles: Annotated[
        str | None,
        typer.Option(help=say("by channel: agent,customer", "各声道角色：agent,customer")),
    ] = None,
    metadata: Annotated[
        str | None, typer.Option(help=say("pattern of file names", "文件名格式"))
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help=say("CSV with a row a call", "通话清单 CSV，每通一行"))
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help=say("only failures", "只显示失败"))
    ] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Have recordings analyzed; results are written as `huiting analyze` writes them."""
    from huiting.app.remote_analyze import run
    from huiting.app.run import Order, Show
    from huiting.client import Told

    settings = settings_of(
        config,
        roles=[role.strip() for role in roles.split(",")] if roles else None,
        metadata=metadata,
    )
    show = Show.JSON if as_json else Show.FAILURES if quiet else Show.ALL
    told = Told(language=language, hotwords=_lines(hotwords))
    order = Order(recordings, folder, manifest, show=show)
    with client_of(context) as client:
        raise typer.Exit(run(client, order, settings, told, out, err))


@app.command(help=say("Find what was said.", "查找说过的话。"))
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help=say('words, or "a phrase"', "词语或“短语”"))],
    *,
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
    config: ConfigFile = None,
) -> None:
    """Find what was said; exits 1 when nothing was found, as grep does."""
    from huiting.app import hits as shown
    from huiting.client import CallFilter

    settings = settings_of(config)
    where = CallFilter(
        since=in_zone(since, settings),
        until=in_zone(until, settings),
        language=language,
        agent=agent,
        sounds_like=sounds_like,
    )
    found = 0
    with client_of(context) as client:
        for hit in islice(client.calls.search(query, where, said_by=role), limit):
            found += 1
            if as_json:
                typer.echo(json.dumps(shown.as_json(_hit(hit)), ensure_ascii=False))
            else:
                out.print(shown.line(_hit(hit)), soft_wrap=True)
    if not found:
        err.print(say("Nothing found.", "没有找到。"))
        raise typer.Exit(1)


@app.command(help=say("Export one call.", "导出一通电话。"))
def export(
    context: typer.Context,
    call: Annotated[str, typer.Argument(help=say("id, or its beginning", "编号或其开头几位"))],
    kind: Annotated[
        str, typer.Option("--format", help=say("as of huiting export", "同 huiting export"))
    ] = "md",
    target: Annotated[
        Path | None, typer.Option("--out", help=say("file, or - for the terminal", "输出文件"))
    ] = None,
) -> None:
    """Fetch one call as a file."""
    from huiting.app.exporting import exporter_of

    suffix = exporter_of(kind).suffix
    with client_of(context) as client:
        content = client.calls.export(call, kind)
    _deliver(content, target or Path(f"{call[:16]}{suffix}"))


@app.command(help=say("A day as a page to print, or as tables.", "日报：可打印网页或表格。"))
def report(
    context: typer.Context,
    day: Annotated[str | None, typer.Option("--day", help=say("one day", "某一天"))] = None,
    since: Annotated[str | None, typer.Option(help=say("first day", "起始日"))] = None,
    until: Annotated[str | None, typer.Option(help=say("last day", "截止日（含）"))] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help=say(".html or .xlsx", "输出文件，.html 或 .xlsx"))
    ] = None,
    title: Annotated[str, typer.Option(help=say("of the team", "团队名称"))] = "",
) -> None:
    """Fetch the report of a day, by default of all days."""
    from huiting.app.cases import read_day
    from huiting.client import Stretch

    if day and (since or until):
        raise InputError(f"--day {day}", "stands beside --since or --until", "give one of them")
    first: date | None = read_day(day or since, "--day" if day else "--since")
    last: date | None = read_day(day or until, "--day" if day else "--until")
    path = target or Path(f"report-{first or 'all'}.html")
    if path.suffix not in {".html", ".xlsx"}:
        raise InputError(str(path), "no kind of report", "end the name in one of .html, .xlsx")
    with client_of(context) as client:
        which = Stretch(first, last)
        if path.suffix == ".xlsx":
            content = client.reports.workbook(which)
        else:
            content = client.reports.page(which, title).encode()
    _deliver(content, path)


@app.command(help=say("Speak a recording as a call that runs.", "把录音作为进行中的通话播放。"))
def live(
    context: typer.Context,
    recording: Annotated[Path, typer.Argument(help=say("one or two channels", "单声道或双声道"))],
    *,
    roles: Annotated[
        str | None,
        typer.Option(help=say("by channel: agent,customer", "各声道角色：agent,customer")),
    ] = None,
    language: Annotated[str | None, typer.Option(help=say("zh, en, ja…", "语种"))] = None,
    hotwords: Annotated[Path | None, typer.Option(help=say("list of hotwords", "热词文件"))] = None,
    metadata: Annotated[
        list[str] | None, typer.Option(help=say("NAME=VALUE, again and again", "名称=值，可重复"))
    ] = None,
    consent: Annotated[
        bool | None,
        typer.Option("--consent/--no-consent", help=say("to being recorded", "客户是否同意录音")),
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100.0, help=say("1 is real time", "1 为实时速度"))
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Speak a recording to a server at the pace of speech, and print what it hears."""
    from huiting.app import remote_live as speaking
    from huiting.client import Opening

    speech = speaking.speech_of(recording, speed)
    opening = Opening(
        roles=speaking.roles_of(roles, speech.channels),
        metadata=speaking.metadata_of(metadata or []),
        consent=consent,
        language=language,
        hotwords=_lines(hotwords),
        interim=as_json,
    )

    def tell(update: "Update") -> None:
        if as_json:
            typer.echo(speaking.as_json(update))
        else:
            speaking.shown(update, out)

    with client_of(context) as client:
        ended = speaking.run(client, opening, speech, tell)
    if ended is None or ended.why != "finished":
        raise typer.Exit(1)


def _deliver(content: bytes, path: Path) -> None:
    from huiting.app.files import make_folder, replace_file

    if str(path) == "-":
        sys.stdout.buffer.write(content)
        return
    make_folder(path.parent)
    replace_file(path, content)
    out.print(Text(printable(str(path))), soft_wrap=True)


def _lines(file: Path | None) -> tuple[str, ...]:
    """Return the hotwords of a file, one a line; what follows `#` is for people."""
    if file is None:
        return ()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            str(file), f"it cannot be read: {error.strerror}", "check its path and its rights"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(str(file), "not UTF-8", "save it as UTF-8") from error
    words = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(word for word in words if word)


def _hit(hit: "Hit") -> "Found":
    """Return a hit as the command line shows it."""
    from huiting.core.types import Span
    from huiting.store.search import Hit as Found
    from huiting.store.search import Match

    return Found(
        recording=hit.call, name=hit.name, started_at=hit.started_at, ordinal=hit.segment,
        role=hit.role, span=Span(hit.start, hit.end), language=hit.language,
        snippet=hit.snippet, marks=hit.marks, match=Match(hit.match), score=hit.score,
    )  # fmt: skip
