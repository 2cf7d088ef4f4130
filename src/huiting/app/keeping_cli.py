"""`huiting retention`, `bin`, `hold`, `keys`: how long what is kept, and how safely."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.options import CallName, ConfigFile, StoreUrl, settings_of
from huiting.app.settings import Settings, in_zone
from huiting.app.tongue import say
from huiting.core.errors import ConfigError, InputError

if TYPE_CHECKING:  # loads what only these commands need
    from huiting.access.principal import Actor, Principal
    from huiting.service.keeping.desk import Keeping
    from huiting.service.keeping.retention import Count

retention = typer.Typer(help=say("How long what is kept.", "保存期限。"), no_args_is_help=True)
bin_app = typer.Typer(help=say("Calls in the bin.", "回收站。"), no_args_is_help=True)
hold = typer.Typer(help=say("Legal holds.", "法律保留。"), no_args_is_help=True)
keys = typer.Typer(help=say("Keys of recordings.", "录音加密密钥。"), no_args_is_help=True)
out = Console(highlight=False)
KeyFile = Annotated[Path, typer.Argument(help=say("file of keys", "密钥文件"))]
Why = Annotated[str, typer.Option("--reason", help=say("why", "原因"))]


@contextmanager
def _open(store: str | None, config: Path | None) -> "Iterator[tuple[Keeping, Settings]]":
    from huiting.app.database import store_of
    from huiting.app.keeping import keeping_in, vault_of
    from huiting.app.queues import queue_of

    settings = settings_of(config, store=store)
    with store_of(settings) as kept:
        queue = queue_of(settings, kept)
        yield keeping_in(settings, kept, queue, vault_of(settings)), settings


def _runner() -> "tuple[Principal, Actor]":
    """Return who runs the command: whoever may run it here may do everything."""
    from huiting.access.permissions import Permission, UserRole
    from huiting.access.principal import MACHINE, Actor, Principal
    from huiting.app.people_desk import runner

    everything = frozenset(Permission)
    principal = Principal(MACHINE.id, MACHINE.name, UserRole.ADMINISTRATOR, everything)
    return principal, Actor(MACHINE.id, runner())


@retention.command("show", help=say("The policy, and what is due.", "查看策略与到期数量。"))
def show_retention(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Count what the policy would remove now."""
    with _open(store, config) as (keeping, _):
        _show(keeping.retention.preview())


@retention.command("run", help=say("Remove what is due.", "清除到期内容。"))
def run_retention(
    dry_run: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--dry-run", help=say("only count", "仅统计，不清除"))
    ] = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Remove what the policy says, but for what is on hold."""
    with _open(store, config) as (keeping, _):
        policy = keeping.retention
        _show(policy.preview() if dry_run else policy.apply(lambda _stage, _share: None))


def _show(counts: "list[Count]") -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    headings = (
        ("rule", "规则"), ("what", "内容"), ("days", "天数"), ("count", "数量"),
        ("bytes", "字节"), ("held", "保留中"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(say(*heading))
    for count in counts:
        numbers = (count.days, count.count, count.size, count.held)
        table.add_row(count.rule or "–", count.what.value, *map(str, numbers))
    out.print(table)


@bin_app.command("list", help=say("What is in the bin.", "列出回收站。"))
def list_bin(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """List it, the latest call first."""
    with _open(store, config) as (keeping, _):
        principal, _by = _runner()
        for entry in keeping.bin.page(principal, None, 10_000):
            held = say("held", "保留中") if entry.held else ""
            line = f"{entry.call}  {entry.at:%Y-%m-%d %H:%M}  {entry.by}  {entry.reason}  {held}"
            out.print(Text(line.rstrip()), soft_wrap=True)


@bin_app.command("put", help=say("Put a call into the bin.", "将通话移入回收站。"))
def put_in_bin(
    call: CallName, reason: Why = "", store: StoreUrl = None, config: ConfigFile = None
) -> None:
    """Nobody finds it any more, until it is restored."""
    with _open(store, config) as (keeping, _):
        keeping.bin.put(call, reason, *_runner())


@bin_app.command("restore", help=say("Take a call out of the bin.", "从回收站还原通话。"))
def restore_from_bin(
    call: Annotated[str, typer.Argument(help=say("its id", "通话编号"))],
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """It is there again as it was."""
    with _open(store, config) as (keeping, _):
        keeping.bin.restore(call, *_runner())


@bin_app.command("empty", help=say("Remove all that is in the bin.", "清空回收站。"))
def empty_bin(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Remove it for good: audio, text, index, verdicts, copies."""
    with _open(store, config) as (keeping, _):
        removed, held = keeping.bin.empty(*_runner())
    out.print(say(f"{removed} removed, {held} held.", f"已清除 {removed} 通，保留 {held} 通。"))


@hold.command("add", help=say("Hold calls: they cannot be removed.", "保留通话，禁止清除。"))
def add_hold(
    reason: Why,
    call: Annotated[str | None, typer.Option(help=say("one call", "某一通话"))] = None,
    where: Annotated[
        list[str] | None, typer.Option(help=say("NAME=VALUE, may repeat", "名称=取值，可多次"))
    ] = None,
    since: Annotated[datetime | None, typer.Option(help=say("calls from", "起始时间"))] = None,
    until: Annotated[datetime | None, typer.Option(help=say("calls before", "截止时间"))] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Everything that is said must fit a call; nothing said holds all of them."""
    from huiting.service.keeping.holds import Covers

    with _open(store, config) as (keeping, settings):
        recording = None if call is None else keeping.store.find(call).id
        covers = Covers(
            recording, _fields(where or []), in_zone(since, settings), in_zone(until, settings)
        )
        made = keeping.holds.add(covers, reason, _runner()[1])
    key, calls = made.hold.key, made.calls
    out.print(say(f"Hold {key}: {calls} calls.", f"保留 {key}：共 {calls} 通。"))


@hold.command("list", help=say("Which holds there are.", "列出保留。"))
def list_holds(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """List them, the newest first, those that are over too."""
    with _open(store, config) as (keeping, _):
        for found in keeping.holds.page(over=True, after=None, limit=10_000):
            made = found.hold
            over = f"–{made.released_at:%Y-%m-%d}" if made.released_at else ""
            covers = [made.recording or "", *(f"{n}={v}" for n, v in made.metadata.items())]
            said = " ".join(part for part in covers if part)
            line = f"{made.key}  {made.at:%Y-%m-%d}{over}  {found.calls}  {made.reason}  {said}"
            out.print(Text(line.rstrip()), soft_wrap=True)


@hold.command("release", help=say("Let a hold go.", "解除保留。"))
def release_hold(
    number: Annotated[int, typer.Argument(help=say("of the hold", "保留编号"))],
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """It stays on record."""
    with _open(store, config) as (keeping, _):
        keeping.holds.release(number, _runner()[1])


@keys.command("new", help=say("Make a file with a new key.", "生成密钥文件。"))
def new_keys(file: KeyFile) -> None:
    """Only its owner may read it. Keep a copy elsewhere: without it nothing can be heard."""
    from huiting.vault.key_file import make

    make(file)


@keys.command("rotate", help=say("Add a new current key.", "轮换密钥：新增当前密钥。"))
def rotate_keys(file: KeyFile) -> None:
    """Put a new key first; the older ones stay until all is sealed anew."""
    from huiting.vault.key_file import rotate

    rotate(file)


@keys.command("status", help=say("How recordings are sealed.", "查看录音加密情况。"))
def key_status(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Count recordings by the key they are sealed with."""
    with _open(store, config) as (keeping, _):
        found = keeping.seals()
        held = 0 if keeping.vault.ring is None else len(keeping.vault.ring.keys)
    rows = (
        (say("keys", "密钥"), held),
        (say("sealed with the current key", "当前密钥加密"), found.current),
        (say("sealed with an older key", "旧密钥加密"), found.older),
        (say("sealed with a key that is missing", "密钥缺失"), found.unknown),
        (say("plain", "未加密"), found.plain),
    )
    for name, count in rows:
        out.print(f"{name}: {count}")


@keys.command("reseal", help=say("Have all sealed with the current key.", "用当前密钥重新加密。"))
def reseal(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Seal what is plain, or was sealed with an older key; may run beside the service."""
    from huiting.service.keeping.sealing import Sealing

    with _open(store, config) as (keeping, _):
        if keeping.vault.ring is None:
            raise ConfigError("keys", "there are none", "set vault_keys in the settings")
        Sealing(keeping.vault).seal_all(lambda _stage, _share: None)


def _fields(where: list[str]) -> dict[str, str]:
    found = {}
    for entry in where:
        name, equal, value = entry.partition("=")
        if not equal or not name.strip():
            raise InputError(f"--where {entry}", "no entry of the metadata", "write team=A")
        found[name.strip()] = value.strip()
    return found
