"""`huiting recordings`: look at the place where they are kept, copy them to it or out of it."""

import io
import sys
from pathlib import Path
from secrets import token_bytes
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import ConfigFile, settings_of
from huiting.app.tongue import say
from huiting.core.errors import ConfigError

app = typer.Typer(help=say("Where recordings are kept.", "录音存放位置。"), no_args_is_help=True)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@app.command(help=say("Try the place: write, read, remove.", "测试存放位置：写入、读取、删除。"))
def check(config: ConfigFile = None) -> None:
    """Keep a few bytes, read them and remove them; count what is kept."""
    from huiting.app.keeping import vault_of

    vault = vault_of(settings_of(config))
    content = token_bytes(1000)
    kept = vault.take(io.BytesIO(content))
    try:
        if b"".join(vault.open(kept.id)) != content:
            raise ConfigError(vault.shown, "what is read is not what was written", "check it")
    finally:
        vault.remove(kept.id)
    sizes = [held.size for held in vault.ids()]
    total = f"{sum(sizes) / 1e9:.2f} GB"
    _tell(
        say(
            f"{vault.shown}: can be written, read and removed from; {len(sizes)} kept, {total}",
            f"{vault.shown}：可写、可读、可删；录音 {len(sizes)} 条，共 {total}",
        )
    )


@app.command(
    help=say("Copy recordings to the place, or out of it.", "复制录音到存放位置，或从中取出。")
)
def copy(
    source: Annotated[
        Path | None, typer.Option("--from", help=say("folder they are in", "来源文件夹"))
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--to", help=say("folder to copy to", "目标文件夹"))
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Copy what is not there yet; may be interrupted, and run beside the service.

    Every recording is verified by its hash. They stay where they are.
    """
    from huiting.app.keeping import ring_of, vault_of
    from huiting.service.keeping.moving import copy_all
    from huiting.vault.folder import Folder
    from huiting.vault.place import Vault

    if (source is None) == (target is None):
        raise ConfigError("recordings", "one folder is needed", "give --from or --to")
    settings = settings_of(config)
    folder: Vault = Folder(source or target or Path(), ring=ring_of(settings))
    place = vault_of(settings)
    if source is not None and not source.is_dir():
        raise ConfigError(str(source), "there is no such folder", "name the folder of recordings")
    ways = (folder, place) if target is None else (place, folder)
    with typer.progressbar(length=1000, file=sys.stderr) as bar:
        done = copy_all(*ways, lambda share: bar.update(round(share * 1000) - bar.pos))
    size = f"{done.bytes_copied / 1e9:.2f} GB"
    _tell(
        say(
            f"{ways[1].shown}: {done.copied} copied ({size}), {done.known} were there",
            f"{ways[1].shown}：已复制 {done.copied} 条（{size}），已存在 {done.known} 条",
        )
    )
    for recording in done.damaged:
        line = say(f"{recording}: cannot be read, left", f"{recording}：无法读取，未复制")
        err.print(Text(printable(line), style="red"), soft_wrap=True)
    if done.damaged:
        raise typer.Exit(1)


def _tell(line: str) -> None:
    out.print(Text(printable(line)), soft_wrap=True)
