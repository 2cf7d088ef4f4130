"""`huiting remote rules`: rules checked, published, tried and put to history by a server."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson, ConfigFile, Since, Until, settings_of
from huiting.app.remote_connection import client_of
from huiting.app.settings import in_zone
from huiting.app.tongue import say
from huiting.app.translate import told
from huiting.core.errors import InputError

app = typer.Typer(
    help=say("The rules of the server.", "服务器上的质检规则。"), no_args_is_help=True
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Files = Annotated[
    list[Path], typer.Argument(help=say("rule files, or folders of them", "规则文件或其文件夹"))
]


@app.command(help=say("Have rules read by the server.", "由服务器检查规则文件。"))
def check(context: typer.Context, files: Files) -> None:
    """Say what is wrong in each file, by line; keeps nothing."""
    from huiting.client import Kind

    wrong = 0
    with client_of(context) as client:
        for path, body in _read(files):
            for mistake in client.library.check(Kind.RULES, body):
                wrong += 1
                where = f"{path}:{mistake.line}" if mistake.line else str(path)
                error = InputError(where, mistake.reason, mistake.remedy)
                err.print(Text(printable(told(error)), style="red"), soft_wrap=True)
    if wrong:
        raise typer.Exit(2)
    out.print(say("No mistakes.", "没有错误。"))


@app.command(help=say("Put rules in force on the server.", "在服务器上发布规则。"))
def publish(
    context: typer.Context,
    files: Files,
    note: Annotated[str, typer.Option(help=say("why", "修改说明"))] = "",
) -> None:
    """Write each file as a new version of the document of its name, and put it in force."""
    from huiting.client import Kind

    with client_of(context) as client:
        for path, body in _read(files):
            written = client.library.write(Kind.RULES, path.stem, body, note)
            client.library.publish(Kind.RULES, path.stem, written.version)
            line = say(
                f"{written.name}: version {written.version} is in force",
                f"{written.name}：第 {written.version} 版已生效",
            )
            out.print(Text(printable(line)), soft_wrap=True)


@app.command(help=say("Judge the calls of the server again.", "重新判定服务器上的通话。"))
def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help=say("with --dry-run", "与 --dry-run 同用"))
    ] = None,
    *,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("try FILES, save nothing", "只试运行文件，不保存"))
    ] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Judge calls by the rules in force; with --dry-run, say what FILES would change."""
    settings = settings_of(config)
    first, end = in_zone(since, settings), in_zone(until, settings)
    if files and not dry_run:
        raise InputError(
            "FILES", "a server judges by the rules in force", "publish them first, or add --dry-run"
        )
    if dry_run and not files:
        raise InputError("--dry-run", "no files to try", "name the rule files")
    from huiting.client import State

    with client_of(context) as client:
        if files:
            for path, body in _read(files):
                trial = client.library.trial(body, since=first, until=end)
                _show(path, trial, as_json=as_json)
            return
        job = client.jobs.wait(client.library.rejudge(since=first, until=end).id)
    done = job.state is State.DONE
    if job.trouble is not None and not done:
        error = InputError("rejudge", job.trouble.reason, job.trouble.remedy)
        err.print(Text(printable(told(error)), style="red"), soft_wrap=True)
    elif as_json:
        typer.echo(json.dumps({"job": job.id, "state": str(job.state)}))
    else:
        out.print(say("All calls are judged.", "全部通话已判定。") if done else str(job.state))
    raise typer.Exit(0 if done else 1)


def _show(path: Path, trial: object, *, as_json: bool) -> None:
    from huiting.client.shapes.library import Trial

    assert isinstance(trial, Trial)
    if as_json:
        rules = [
            {
                "rule": tried.rule,
                "counts": {str(verdict): n for verdict, n in tried.counts.items()},
                "changed": tried.changed,
                "samples": [change.call for change in tried.samples],
            }
            for tried in trial.rules
        ]
        body = {"file": str(path), "calls": trial.calls, "rules": rules}
        typer.echo(json.dumps(body | {"problems": dict(trial.problems)}, ensure_ascii=False))
        return
    calls = say(f"{path}: {trial.calls} calls", f"{path}：{trial.calls} 通")
    out.print(Text(printable(calls)), soft_wrap=True)
    for tried in trial.rules:
        counts = ", ".join(f"{verdict} {n}" for verdict, n in tried.counts.items())
        line = say(
            f"  {tried.rule}: {counts}; {tried.changed} change",
            f"  {tried.rule}：{counts}；变化 {tried.changed} 通",
        )
        out.print(Text(printable(line)), soft_wrap=True)


def _read(files: list[Path]) -> list[tuple[Path, str]]:
    """Return each file with its text; folders give the files in them."""
    found = []
    for name in files:
        inside = [p for p in name.rglob("*") if p.suffix in {".yaml", ".yml"}]
        for path in sorted(inside) if name.is_dir() else [name]:
            try:
                found.append((path, path.read_text(encoding="utf-8")))
            except OSError as error:
                raise InputError(
                    str(path),
                    f"it cannot be read: {error.strerror}",
                    "check its path and its rights",
                ) from error
            except UnicodeDecodeError as error:
                raise InputError(str(path), "not UTF-8", "save it as UTF-8") from error
    if not found:
        raise InputError(str(files[0]), "no rule files are in it", "name files that end in .yaml")
    return found
