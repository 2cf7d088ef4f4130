"""`huiting remote bulk`: something done by a server of all calls that a search finds."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson, ConfigFile, Since, Until, settings_of
from huiting.app.remote_connection import client_of
from huiting.app.remote_jobs import STATES
from huiting.app.settings import in_zone
from huiting.app.tongue import say
from huiting.app.translate import told
from huiting.core.errors import InputError

if TYPE_CHECKING:
    from huiting.client.shapes.bulk import Bulk

app = typer.Typer(
    help=say("All calls that are found, at once.", "对找到的全部通话批量操作。"),
    no_args_is_help=True,
)
out = Console(highlight=False)
Key = Annotated[str, typer.Argument(help=say("id, as `list` shows it", "编号，见 list"))]
ACTS = {
    "remove": ("into the bin", "移入回收站"),
    "judge": ("judged again", "重新质检"),
    "hear": ("recognized again", "重新识别"),
    "assign": ("to be reviewed", "加入复核"),
    "restore": ("out of the bin", "从回收站恢复"),
}
WHY = {
    "held": ("on hold", "法定留存"),
    "gone": ("gone", "已不在"),
    "silent": ("without audio", "没有录音"),
    "nothing": ("nothing to do", "无需处理"),
    "failed": ("failed", "失败"),
}


@app.command(help=say("remove, judge, hear or assign calls.", "移除、重新质检、重新识别或指派。"))
def start(
    context: typer.Context,
    act: Annotated[
        str,
        typer.Argument(
            help=say(
                "remove, judge, hear, assign",
                "remove 移除、judge 重新质检、hear 重新识别、assign 指派",
            )
        ),
    ],
    *,
    since: Since = None,
    until: Until = None,
    agent: Annotated[str | None, typer.Option(help=say("agent's number", "坐席工号"))] = None,
    team: Annotated[str | None, typer.Option(help=say("of the agents", "班组"))] = None,
    language: Annotated[str | None, typer.Option(help=say("of the calls", "通话语种"))] = None,
    query: Annotated[str | None, typer.Option(help=say("words said in them", "说过的话"))] = None,
    reason: Annotated[str, typer.Option(help=say("why, with remove", "移除原因"))] = "",
    engine: Annotated[str | None, typer.Option(help=say("with hear", "识别引擎"))] = None,
    everything: Annotated[
        bool, typer.Option("--all", help=say("remove without a filter", "无筛选条件也移除"))
    ] = False,
    count: Annotated[bool, typer.Option("--count", help=say("only count", "仅统计"))] = False,
    wait: Annotated[bool, typer.Option("--wait", help=say("to the end", "等待结束"))] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Have it done of all calls that fit, up to 100,000; with --count say how many those are."""
    from huiting.client import CallFilter, Deed, Wanted

    if act not in ACTS or act == "restore":
        names = [name for name in ACTS if name != "restore"]
        raise InputError(f"bulk {act}", "not known", f"choose of {', '.join(names)}")
    settings = settings_of(config)
    where = CallFilter(
        since=in_zone(since, settings), until=in_zone(until, settings), agent=agent, team=team,
        language=language, q=query,
    )  # fmt: skip
    if act == "remove" and where == CallFilter() and not (everything or count):
        raise InputError(
            "bulk remove", "it would put all calls into the bin", "narrow it, or say --all"
        )
    with client_of(context) as client:
        if count:
            found = client.many.count(where)
            more = say("more than ", "超过 ") if found.more else ""
            typer.echo(json.dumps(asdict(found)) if as_json else f"{more}{found.count}")
            return
        wanted = Wanted(reason=reason, engine=engine, name=say("again", "重新识别"))
        made = client.many.start(Deed(act), where, wanted)
        _tell(client.many.wait(made.id) if wait else made, as_json=as_json)


@app.command("list", help=say("List them, the latest first.", "列出批量操作，最新在前。"))
def works(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List what the token has asked for in the last 30 days."""
    with client_of(context) as client:
        for found in client.many.list():
            _show(found, as_json=as_json)


@app.command(help=say("Follow one to its end.", "跟踪直到结束。"))
def wait(context: typer.Context, bulk: Key, *, as_json: AsJson = False) -> None:
    """Wait for it; exits 1 when it did not go well."""
    with client_of(context) as client:
        _tell(client.many.wait(bulk), as_json=as_json)


@app.command(help=say("End one; what was done stays done.", "取消；已完成的保留。"))
def cancel(context: typer.Context, bulk: Key, *, as_json: AsJson = False) -> None:
    """End it: at once if it waits, else at its next step."""
    with client_of(context) as client:
        _show(client.many.cancel(bulk), as_json=as_json)


@app.command(help=say("Bring back what was removed.", "撤销移除。"))
def undo(context: typer.Context, bulk: Key, *, as_json: AsJson = False) -> None:
    """Bring back what a removal put into the bin, as far as it is still there."""
    with client_of(context) as client:
        _tell(client.many.wait(client.many.undo(bulk).id), as_json=as_json)


def _tell(bulk: "Bulk", *, as_json: bool) -> None:
    """Show work; exit 1 when it ended otherwise than well."""
    _show(bulk, as_json=as_json)
    if bulk.state in {"failed", "cancelled"}:
        raise typer.Exit(1)


def _show(bulk: "Bulk", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(bulk), ensure_ascii=False, default=str))
        return
    of = "" if bulk.total is None else f"/{bulk.total}"
    left = (f"{say(*WHY.get(why, (why, why)))} {number}" for why, number in bulk.left.items())
    parts = [bulk.id, say(*ACTS[bulk.act]), say(*STATES[bulk.state]), f"{bulk.done}{of}", *left]
    if bulk.trouble is not None and bulk.state.over:
        trouble = bulk.trouble
        parts.append(told(InputError(bulk.act, trouble.reason, trouble.remedy)))
    out.print(Text(printable("  ".join(parts))), soft_wrap=True)
