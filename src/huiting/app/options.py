"""Options that several commands have, each declared once."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from huiting.app.logs import start_logging
from huiting.app.settings import Resolved, Settings, resolve
from huiting.app.tongue import say

CallName = Annotated[
    str,
    typer.Argument(
        help=say("id or file name, or the beginning of one", "编号或文件名，或其开头几位")
    ),
]
Moved = Annotated[
    Path | None, typer.Option(help=say("the recording, if it was moved", "录音文件（若已移动）"))
]
Since = Annotated[datetime | None, typer.Option(help=say("calls from", "起始时间"))]
Until = Annotated[datetime | None, typer.Option(help=say("calls before", "截止时间"))]
AsJson = Annotated[bool, typer.Option("--json", help=say("for scripts", "供脚本读取"))]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store", help=say("database, see `huiting settings`", "数据库地址")),
]
Jobs = Annotated[
    str | None,
    typer.Option(help=say("embedded, or cluster (PostgreSQL)", "embedded 单机，cluster 多机")),
]
Recordings = Annotated[
    str | None,
    typer.Option(help=say("folder of recordings, or s3://…", "录音存放文件夹，或 s3://…")),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help=say("settings file (TOML)", "设置文件（TOML）"))
]


def resolved(config: Path | None, **options: Any) -> Resolved:  # noqa: ANN401  (any setting)
    """Return the settings in force, and begin to log as they say."""
    found = resolve(options, file=config)
    start_logging(found.settings.log, sys.stderr)
    return found


def settings_of(config: Path | None, **options: Any) -> Settings:  # noqa: ANN401  (any setting)
    """Return the values alone."""
    return resolved(config, **options).settings
