"""`huiting remote jobs`: what a server is doing, ended or tried again."""

import json
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import AsJson
from huiting.app.remote_connection import client_of
from huiting.app.tongue import say
from huiting.app.translate import told

if TYPE_CHECKING:
    from huiting.client.shapes.jobs import Job

app = typer.Typer(help=say("The work of the server.", "服务器上的任务。"), no_args_is_help=True)
out = Console(highlight=False)
Number = Annotated[int, typer.Argument(min=1, help=say("number of the job", "任务编号"))]
STATES = {
    "waiting": ("waiting", "等待"),
    "running": ("running", "进行中"),
    "done": ("done", "完成"),
    "failed": ("failed", "失败"),
    "cancelled": ("cancelled", "已取消"),
}


@app.command("list", help=say("List jobs, the newest first.", "列出任务，最新在前。"))
def jobs(
    context: typer.Context,
    states: Annotated[
        list[str] | None,
        typer.Option("--state", help=say(", ".join(STATES), f"状态：{', '.join(STATES)}")),
    ] = None,
    batch: Annotated[str | None, typer.Option(help=say("of a batch", "所属批次"))] = None,
    limit: Annotated[int, typer.Option(min=1, help=say("most jobs", "最多条数"))] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """List jobs with what each is doing."""
    from huiting.client import State
    from huiting.core.errors import InputError

    for state in states or ():
        if state not in STATES:
            raise InputError(f"--state {state}", "not known", f"choose of {', '.join(STATES)}")
    with client_of(context) as client:
        found = list(
            islice(client.jobs.list(state=[State(s) for s in states or ()], batch=batch), limit)
        )
    if as_json:
        for job in found:
            typer.echo(json.dumps(_plain(job), ensure_ascii=False))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in (
        say("job", "任务"), say("kind", "类型"), say("state", "状态"), say("since", "提交时间"),
        say("doing", "进度"),
    ):  # fmt: skip
        table.add_column(heading)
    for job in found:
        table.add_row(
            str(job.id), job.kind, say(*STATES[job.state]), f"{job.put_at:%Y-%m-%d %H:%M}",
            Text(printable(_doing(job))),
        )  # fmt: skip
    out.print(table)


@app.command(help=say("Follow a job to its end.", "跟踪任务直到结束。"))
def wait(context: typer.Context, job: Number) -> None:
    """Wait for a job; exits 1 when it did not go well."""
    from huiting.client import State

    with client_of(context) as client:
        end = client.jobs.wait(job, listen=_say)
    raise typer.Exit(0 if end.state is State.DONE else 1)


@app.command(help=say("End a job.", "取消任务。"))
def cancel(context: typer.Context, job: Number) -> None:
    """End a job: one that waits at once, one that runs at its next step."""
    with client_of(context) as client:
        _say(client.jobs.cancel(job))


@app.command(help=say("Run a job again.", "重新运行任务。"))
def retry(context: typer.Context, job: Number) -> None:
    """Run a job again that failed or was cancelled."""
    with client_of(context) as client:
        _say(client.jobs.retry(job))


def _say(job: "Job") -> None:
    line = f"{job.id}  {say(*STATES[job.state])}  {_doing(job)}".rstrip()
    out.print(Text(printable(line)), soft_wrap=True)


def _doing(job: "Job") -> str:
    from huiting.app.board import STAGES

    if job.trouble is not None and job.state.over:
        from huiting.core.errors import InputError

        trouble = job.trouble
        return told(InputError(job.kind, trouble.reason, trouble.remedy))
    if job.stage is None or job.state.over:
        return say("held", "已暂停") if job.held else ""
    return f"{say(*STAGES.get(job.stage, (job.stage, job.stage)))} {job.done:.0%}"


def _plain(job: "Job") -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "recording": job.recording,
        "batch": job.batch,
        "stage": job.stage,
        "done": round(job.done, 3),
        "put_at": job.put_at.isoformat(),
        "code": job.trouble.code if job.trouble else None,
        "reason": job.trouble.reason if job.trouble else None,
    }
