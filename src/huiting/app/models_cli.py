"""`huiting models`: which there are, bringing them here, carrying them on, looking after them.

Only `pull` opens a connection.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson, ConfigFile, settings_of
from huiting.app.settings import Settings
from huiting.app.tongue import say
from huiting.app.translate import in_tongue
from huiting.core.errors import ConfigError
from huiting.engines import catalogue
from huiting.engines.catalogue import Hub, Model
from huiting.engines.hub import standing
from huiting.engines.hub.standing import Standing

app = typer.Typer(
    help=say("Models: list, pull, carry, verify.", "模型：查看、下载、搬运、校验。"),
    no_args_is_help=True,
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ModelName = Annotated[str, typer.Argument(help=say("as in the list", "模型名称"))]
Quiet = Annotated[bool, typer.Option("--quiet", help=say("only errors", "只显示错误"))]


@app.command("list", help=say("Which models there are.", "列出模型。"))
def list_models(
    engine: Annotated[
        str | None, typer.Option(help=say("only those of one engine", "只看某个引擎"))
    ] = None,
    *,
    here: Annotated[
        bool, typer.Option("--here", help=say("only those on this machine", "只看本机已有"))
    ] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List the catalogue and how each model stands here; opens no connection."""
    from huiting.app import models_table

    settings = settings_of(config)
    used = _used(settings)
    entries = catalogue.models_for(engine) if engine else catalogue.models()
    found = [standing.stand(entry, settings.models) for entry in entries]
    found = [one for one in found if not here or one.standing is not Standing.ABSENT]
    if as_json:
        for one in found:
            shown = models_table.as_json(one, used=one.model.name in used)
            typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    # What is piped on has no width: nothing is cut off there.
    console = out if out.is_terminal else Console(highlight=False, width=models_table.WIDE)
    wide = console.width >= models_table.WIDE
    console.print(models_table.table(found, used, wide=wide))
    _tell(say(f"in {settings.models}", f"位于 {settings.models}"))


@app.command(help=say("Download a model, verified.", "下载并校验模型。"))
def pull(
    names: Annotated[list[str], typer.Argument(help=say("models", "模型名称"))],
    only: Annotated[
        Hub | None, typer.Option("--from", help=say("ask this hub alone", "只用该来源"))
    ] = None,
    *,
    trusting: Annotated[
        bool,
        typer.Option(
            "--trust-first-download",
            help=say(
                "take files whose SHA-256 nobody published, and hold them to what came",
                "接受未公布 SHA-256 的文件，并以首次下载为准",
            ),
        ),
    ] = False,
    quiet: Quiet = False,
    config: ConfigFile = None,
) -> None:
    """Download models; what broke off goes on, what is there and right is left alone."""
    from huiting.app import board
    from huiting.app.hubs import hubs_of
    from huiting.app.setup import install
    from huiting.engines.hub import pull as bringing

    settings = settings_of(config)
    entries = [catalogue.model(name) for name in names]
    with hubs_of(os.environ, only, trusting=trusting) as hubs:
        for entry in entries:
            with board.steps(err, quiet=quiet) as listen:
                if not entry.pulled:
                    done = install(settings.models, names=[entry.name], listen=listen).sentence
                    trusted: tuple[str, ...] = ()
                else:
                    pulled = bringing.pull(entry, settings.models, hubs, listen)
                    trusted = pulled.trusted
                    done = _came(entry, whole=bool(pulled.files))
            if not quiet:
                _tell(done)
            for file in trusted:
                _warn_trusted(f"{entry.name}/{file}")


@app.command("import", help=say("Install models out of a file or folder.", "从文件或文件夹导入。"))
def import_models(
    source: Annotated[
        Path, typer.Argument(help=say("bundle, tar or folder", "模型包、tar 或文件夹"))
    ],
    name: Annotated[
        str | None,
        typer.Option(help=say("this model; files go by name too", "指定模型，按文件名识别")),
    ] = None,
    *,
    quiet: Quiet = False,
    config: ConfigFile = None,
) -> None:
    """Install what is wholly there; files are known by what is in them."""
    from huiting.app import board
    from huiting.engines.hub.bring import bring

    settings = settings_of(config)
    models = [catalogue.model(name)] if name else catalogue.models()
    with board.steps(err, quiet=quiet) as listen:
        done = bring(source, settings.models, models, named=bool(name), listen=listen)
    for entry in done.installed:
        _tell(_came(entry, whole=True))
    for present in done.present:
        _tell(_came(catalogue.model(present), whole=False))
    for file in done.trusted:
        _warn_trusted(file)
    for one in done.incomplete:
        lacking = ", ".join(one.lacking)
        _warn(
            say(
                f"{one.model.name}: not installed, these files are missing: {lacking}",
                f"{one.model.name}：未安装，缺少文件 {lacking}",
            )
        )
    if done.incomplete:
        raise typer.Exit(1)


@app.command(help=say("Write a model to one file to carry.", "把模型导出为单个文件。"))
def export(
    name: ModelName,
    target: Annotated[Path, typer.Option("--out", help=say("the new file", "目标文件"))],
    *,
    quiet: Quiet = False,
    config: ConfigFile = None,
) -> None:
    """Write a bundle; the same model always gives the same bytes."""
    from huiting.app import board
    from huiting.engines.hub import bundle
    from huiting.engines.provision import Doing, Step

    settings = settings_of(config)
    entry = catalogue.model(name)
    with board.steps(err, quiet=quiet) as listen:
        made = bundle.export(
            entry,
            settings.models,
            target,
            lambda done: listen(Step(Doing.VERIFY, entry.name, done, entry.size)),
        )
    _tell(f"{made.path}: {made.size / 1e6:.1f} MB, SHA-256 {made.sha256}")


@app.command(help=say("Read every byte of models again.", "逐字节校验模型。"))
def verify(
    name: Annotated[
        str | None, typer.Argument(help=say("one model; all that are here", "模型；默认全部已有"))
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Verify models; exits 1 when a file is damaged, and says what to do."""
    settings = settings_of(config)
    damaged = False
    for entry in _looked_at(name, settings.models):
        found = standing.verify(entry, settings.models)
        if not found:
            _tell(say(f"{entry.name}: verified", f"{entry.name}：校验通过"))
        for damage in found:
            damaged = True
            error = catalogue.unavailable(entry, damage.file, damage.reason)
            parts = (in_tongue(part) for part in (error.subject, error.reason, error.remedy))
            _warn(": ".join(parts))
    if damaged:
        raise typer.Exit(1)


@app.command(help=say("Take a model off this machine.", "从本机删除模型。"))
def remove(
    name: ModelName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask", "不再询问"))] = False,
    config: ConfigFile = None,
) -> None:
    """Remove a model, and what a pull of it began."""
    settings = settings_of(config)
    entry = catalogue.model(name)
    found = standing.stand(entry, settings.models)
    if found.standing is Standing.ABSENT:
        raise ConfigError(f"model {name}", "is not here", "see `huiting models list`")
    used = say(" The settings use it.", "当前设置正在使用它。") if name in _used(settings) else ""
    question = say(
        f"Remove {name} ({found.here / 1e6:.1f} MB)?{used}",
        f"删除 {name}（{found.here / 1e6:.1f} MB）？{used}",
    )
    if not yes and not typer.confirm(question, err=True):
        raise typer.Exit(1)
    freed = standing.remove(entry, settings.models)
    _tell(say(f"{name}: {freed / 1e6:.1f} MB freed", f"{name}：释放 {freed / 1e6:.1f} MB"))


def _used(settings: Settings) -> set[str]:
    """Return the names of the models that the settings use."""
    from huiting.app.wiring import models_of

    return {entry.name for entry in models_of(settings)}


def _looked_at(name: str | None, cache: Path) -> Iterator[Model]:
    if name:
        yield catalogue.model(name)
        return
    for entry in catalogue.models():
        if standing.stand(entry, cache).standing in {Standing.VERIFIED, Standing.DAMAGED}:
            yield entry


def _came(entry: Model, *, whole: bool) -> str:
    owed = f" {entry.attribution}" if entry.attribution else ""
    if not whole:
        return say(f"{entry.name}: here and verified", f"{entry.name}：已有并校验")
    return say(
        f"{entry.name}: installed and verified ({entry.licence}).{owed}",
        f"{entry.name}：已安装并校验（{entry.licence}）。{owed}",
    )


def _warn_trusted(file: str) -> None:
    _warn(
        say(
            f"{file}: nobody published its SHA-256; what came is kept and held to from now on",
            f"{file}：无人公布其 SHA-256，以本次文件为准，今后据此校验",
        )
    )


def _tell(line: str) -> None:
    out.print(Text(printable(line)), soft_wrap=True)


def _warn(line: str) -> None:
    err.print(Text(printable(line), style="yellow"), soft_wrap=True)
