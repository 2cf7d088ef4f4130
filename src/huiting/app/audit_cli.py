"""`huiting audit`: is the log as it was written, and a copy of it; old entries go by policy."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.options import ConfigFile, StoreUrl
from huiting.app.tongue import say

app = typer.Typer(help=say("The audit log.", "审计日志。"), no_args_is_help=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@app.command(help=say("Check that nothing was changed.", "校验审计日志未被篡改。"))
def verify(
    head: Annotated[
        str | None, typer.Option(help=say("what it printed earlier", "以前输出的校验点"))
    ] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Name the first entry that was changed; exit 1 when there is one."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        found = desk.audit.verify(head)
    if found.broken is not None:
        number, reason = found.broken.number, found.broken.reason
        err.print(Text(say(f"Entry {number} {reason}.", f"第 {number} 条有误：{reason}。")))
        raise typer.Exit(1)
    out.print(say(f"{found.checked} entries, all whole.", f"共 {found.checked} 条，完整无误。"))
    out.print(found.head, soft_wrap=True)


@app.command(help=say("Copy the log, as CSV or JSON lines.", "导出审计日志（CSV 或 JSONL）。"))
def export(
    target: Annotated[
        str, typer.Option("--out", help=say(".csv or .jsonl; - for the terminal", "输出文件"))
    ] = "-",
    since: Annotated[datetime | None, typer.Option(help=say("from", "起始时间"))] = None,
    until: Annotated[datetime | None, typer.Option(help=say("before", "截止时间"))] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Write the log to a file, the oldest entry first; that it was copied is noted."""
    from huiting.app.options import settings_of
    from huiting.app.people_desk import desks
    from huiting.app.settings import in_zone
    from huiting.service.people.log_export import LogFormat, written
    from huiting.store.audit import Action, Entry, Wanted

    kind = LogFormat.CSV if target.lower().endswith(".csv") else LogFormat.JSONL
    settings = settings_of(config, store=store)
    wanted = Wanted(in_zone(since, settings), in_zone(until, settings))
    with desks(store, config) as desk:
        detail = {"format": kind.value}
        entry = Entry(desk.by.id, desk.by.name, Action.AUDIT_EXPORTED, detail=detail)
        desk.audit.note(None, entry)
        lines = written(desk.audit.read(wanted), kind)
        if target == "-":
            sys.stdout.writelines(lines)
            return
        with Path(target).open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


@app.command(help=say("Seal what is whole; delete what is old.", "封存日志，清除过期条目。"))
def prune(
    days: Annotated[int, typer.Option(min=30, help=say("how long entries are kept", "保留天数"))],
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Seal the entries that are older than so many days, when all is whole, and delete them.

    The rest can still be verified: the seal says what the last deleted entry was.
    """
    from huiting.app.clock import now
    from huiting.app.people_desk import desks
    from huiting.store.audit import Action, Entry

    with desks(store, config) as desk:
        by, before = desk.by, now() - timedelta(days=days)
        desk.audit.seal(before, Entry(by.id, by.name, Action.AUDIT_SEALED))
        count = desk.audit.prune(before, Entry(by.id, by.name, Action.AUDIT_PRUNED))
    out.print(say(f"{count} entries deleted.", f"已清除 {count} 条。"))
