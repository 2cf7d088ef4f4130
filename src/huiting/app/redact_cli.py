"""`huiting redact`: a copy of a call, and of its recording, without what is private in it.

The original stays in the store and where it was recorded. Entities are found anew with
the lists and models of today, so that a call analyzed before them is covered as well.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from huiting.app.display import printable
from huiting.app.options import CallName, ConfigFile, Moved, StoreUrl, settings_of
from huiting.app.tongue import say
from huiting.core.analysis import Analysis

if TYPE_CHECKING:  # loads what finds names
    from huiting.app.readers import Readers
    from huiting.text.redaction.policy import Policy

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def redact(
    call: CallName,
    folder: Annotated[Path, typer.Option("--out", help=say("folder for the copy", "输出文件夹"))],
    audio: Moved = None,
    policy: Annotated[
        Path | None, typer.Option(help=say("what becomes of what (YAML)", "脱敏策略（YAML）"))
    ] = None,
    beep: Annotated[  # noqa: FBT002  (typer's way to declare a switch)
        bool,
        typer.Option("--beep/--silence", help=say("what is heard instead", "蜂鸣或静音")),
    ] = True,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Write a copy of one call without what is private in it, and of its recording."""
    from huiting.app.database import stored_call
    from huiting.app.files import make_folder, replace_file
    from huiting.app.readers import Readers
    from huiting.core.plugins import make
    from huiting.text.redaction.redact import SHOWN, redacted

    settings = settings_of(config, store=store)
    readers = Readers(settings)
    rules = _policy(policy, readers)
    found = stored_call(call, settings)
    # Entities are found with the lists and models of today.
    original = replace(found, meaning=readers.entities(found.call, found.meaning))
    copy = redacted(original, rules)
    make_folder(folder)
    stem = (
        folder / f"{original.call.recording.id[:SHOWN]}.redacted"
    )  # a file name may tell who calls
    for kind in ("json", "md"):
        exporter = make("huiting.exports", kind)
        path = stem.with_name(stem.name + exporter.suffix)
        replace_file(path, exporter.write(copy))
        out.print(Text(printable(str(path))), soft_wrap=True)
    recording = audio or Path(original.call.recording.path)
    if audio is None and not recording.is_file():
        note = say(
            "the recording is not there; name it with --audio", "未找到录音，请用 --audio 指定"
        )
        err.print(Text(f"{printable(str(recording))}: {note}"), soft_wrap=True)
        return
    path = stem.with_name(f"{stem.name}.wav")
    _redact_audio(original, rules, recording, path, beep=beep)
    out.print(Text(printable(str(path))), soft_wrap=True)


def _policy(path: Path | None, readers: "Readers") -> "Policy":
    from huiting.text.entities.lists import tags_of
    from huiting.text.redaction.policy import Policy
    from huiting.text.redaction.policy_file import read_policy

    tags = tags_of(readers.lists)
    return read_policy(path, tags) if path else Policy(tags=tags)


def _redact_audio(
    original: Analysis, policy: "Policy", source: Path, target: Path, *, beep: bool
) -> None:
    from huiting.audio.redaction import How, redact_audio
    from huiting.text.redaction.redact import to_silence

    redact_audio(
        source,
        to_silence(original, policy),
        target,
        how=How.BEEP if beep else How.SILENCE,
        expected=original.call.recording.id,
    )
