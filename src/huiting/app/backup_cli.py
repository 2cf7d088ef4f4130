"""`huiting backup` and `huiting restore`: copies of everything, looked through, brought back."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import ConfigFile, StoreUrl, resolved, settings_of
from huiting.app.tongue import say
from huiting.core.errors import ConfigError

app = typer.Typer(help=say("Back up, and look into backups.", "备份与校验。"))
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Backup = Annotated[Path, typer.Argument(help=say("a backup", "备份文件"))]


@app.callback(invoke_without_command=True)
def backup(
    context: typer.Context,
    target: Annotated[
        Path | None, typer.Option("--out", help=say("file to write, .tar", "输出文件（.tar）"))
    ] = None,
    whole: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--whole", help=say("recordings in the file", "录音也放入该文件"))
    ] = False,
    with_settings: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--settings", help=say("settings and rules too", "包含设置与规则文件"))
    ] = False,
    with_keys: Annotated[  # noqa: FBT002  (typer's way to declare an option)
        bool, typer.Option("--keys", help=say("keys of the vault too", "包含录音密钥"))
    ] = False,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Copy the database and all recordings while everything runs."""
    if context.invoked_subcommand is not None:
        return
    if target is None:
        raise ConfigError("backup", "no file is named", "give --out FILE.tar")
    from huiting import __version__
    from huiting.app.clock import now
    from huiting.app.database import store_of
    from huiting.app.keeping import configuration, vault_of
    from huiting.service.keeping.backup import Backup as Maker

    found = resolved(config, store=store)
    settings = found.settings
    more = configuration(found) if with_settings else {}
    if with_keys and settings.vault_keys is not None:
        more["vault.keys"] = settings.vault_keys
    with store_of(settings) as kept:
        maker = Maker(kept, vault_of(settings), __version__, now, os.environ)
        made = maker.make(target, whole=whole, more=more)
    known = len(made.manifest.recordings)
    _tell(
        say(
            f"{made.path}: {known} recordings, {made.copied} of them copied now",
            f"{made.path}：录音 {known} 条，本次复制 {made.copied} 条",
        )
    )
    if made.manifest.missing:
        lost = len(made.manifest.missing)
        _warn(say(f"{lost} recordings are missing", f"缺少 {lost} 条录音"))


@app.command(help=say("Look at every byte of a backup.", "逐字节校验备份。"))
def verify(backup: Backup) -> None:
    """Say what is wrong with a backup; exit 1 when something is."""
    from huiting.service.keeping.restoring import verify as look

    found = look(backup, os.environ)
    for problem in found.problems:
        _warn(problem)
    if found.problems:
        raise typer.Exit(1)
    count, at = len(found.manifest.recordings), f"{found.manifest.at:%Y-%m-%d %H:%M:%S %Z}"
    _tell(say(f"{count} recordings, of {at}: all whole", f"{at}，录音 {count} 条：完整无误"))


@app.command(help=say("Remove old backups of a folder.", "清除文件夹中的旧备份。"))
def prune(
    folder: Annotated[Path, typer.Argument(help=say("folder of backups", "备份文件夹"))],
    keep: Annotated[int, typer.Option(min=1, help=say("how many stay", "保留份数"))],
) -> None:
    """Remove all but the newest backups, and recordings that none of these holds."""
    from huiting.service.keeping.restoring import prune as remove

    old, recordings = remove(folder, keep)
    _tell(
        say(
            f"{old} backups and {recordings} recordings removed",
            f"已清除 {old} 份备份、{recordings} 条录音",
        )
    )


def restore(
    backup: Backup,
    recordings: Annotated[
        Path | None, typer.Option(help=say("new folder of recordings", "录音存放的新文件夹"))
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help=say("folder for settings and keys", "设置与密钥存放处"))
    ] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Make a new database and a new folder of recordings of a backup."""
    from huiting.app.recordings import recordings_of, table_of
    from huiting.service.keeping.restoring import Place
    from huiting.service.keeping.restoring import restore as bring_back

    settings = settings_of(config, store=store, recordings=recordings)
    if table_of(settings) is not None:
        raise ConfigError(
            "recordings", "a backup is restored into a folder",
            "name one with --recordings, then run huiting recordings copy",
        )  # fmt: skip
    place = Place(settings.store, recordings_of(settings), files)
    made = bring_back(backup, place, os.environ)
    _tell(
        say(
            f"{made.calls} calls, {len(made.manifest.recordings)} recordings restored",
            f"已恢复 {made.calls} 通通话、{len(made.manifest.recordings)} 条录音",
        )
    )
    if made.missing:
        _warn(say(f"{made.missing} recordings are missing", f"缺少 {made.missing} 条录音"))


def _tell(line: str) -> None:
    out.print(Text(printable(line)), soft_wrap=True)


def _warn(line: str) -> None:
    err.print(Text(printable(line), style="red"), soft_wrap=True)
