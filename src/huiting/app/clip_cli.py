"""`huiting clip`: a stretch of a recording as a WAV file, as evidence to listen to."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import CallName, ConfigFile, Moved, StoreUrl, settings_of
from huiting.app.tongue import say
from huiting.core.errors import InputError
from huiting.core.types import Span

out = Console(highlight=False)
_TIME = re.compile(r"(?:(?:(?P<h>\d+):)?(?P<m>\d+):)?(?P<s>\d+(?:\.\d+)?)")


def clip(
    call: CallName,
    start: Annotated[
        str, typer.Option("--from", help=say("seconds or 1:23.4", "起点，秒或 1:23.4"))
    ],
    end: Annotated[str, typer.Option("--to", help=say("seconds or 1:25", "终点，秒或 1:25"))],
    target: Annotated[Path, typer.Option("--out", help=say("WAV file", "WAV 文件"))],
    channel: Annotated[
        int | None, typer.Option(min=0, help=say("one channel only", "仅某一声道"))
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, max=60.0, help=say("seconds around it", "前后各留的秒数"))
    ] = 0.3,
    audio: Moved = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Cut a stretch out of a call's recording."""
    from huiting.app.database import stored_call
    from huiting.app.files import make_folder
    from huiting.audio.cutout import cut_clip

    span = span_of(start, end)
    recording = stored_call(call, settings_of(config, store=store)).call.recording
    make_folder(target.parent)
    source = audio or Path(recording.path)
    cut_clip(source, span, channel, target, margin=margin, expected=recording.id)
    out.print(Text(printable(str(target))), soft_wrap=True)


def span_of(start: str, end: str) -> Span:
    """Return the stretch that two times name.

    Raises:
        InputError: one is no time, or they run backwards.
    """
    first, last = seconds(start), seconds(end)
    if first >= last:
        raise InputError(
            f"--from {start} --to {end}", "the end is not after the start", "swap them"
        )
    return Span(first, last)


def seconds(text: str) -> float:
    """Return a time of a recording: `83.4`, `1:23.4` or `1:02:03`.

    Raises:
        InputError: it is none of these.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InputError(f"time {text!r}", "no time of a recording", "write 83.4 or 1:23.4")
    hours, minutes, rest = (float(found[name] or 0) for name in "hms")
    return 3600 * hours + 60 * minutes + rest
