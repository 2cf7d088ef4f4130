"""One batch for a server as the command line runs it: its display, its report, its exit status."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from huiting.app.describe import describer
from huiting.app.exporting import exporter_of
from huiting.app.outcomes import Status
from huiting.app.remote_batch import File, RemoteBatch
from huiting.app.run import (
    CALL_FILES,
    FAILED,
    INTERRUPTED,
    REFUSED,
    Order,
    Show,
    complain,
    let_signals_stop,
    report,
    shown,
)
from huiting.app.settings import Settings
from huiting.app.tongue import chinese, say
from huiting.audio.find import find
from huiting.client import Client, Told
from huiting.core.errors import InputError
from huiting.pipeline import Source


def run(
    client: Client, order: Order, settings: Settings, told: Told, out: Console, err: Console
) -> int:
    """Have recordings analyzed by a server, show how it goes, and return the exit status.

    Raises:
        InputError: an option is wrong; nothing was done.
        ConfigError: a folder cannot be written.
        Refused: the server refuses all of it.
        Unreachable: it does not answer.
    """
    found = find(order.recordings)
    if not found.files:
        complain(found.problems, err)
        return REFUSED
    files, problems = _described(
        found.files, describer(settings, order.manifest), list(found.problems)
    )
    with (
        TemporaryDirectory(prefix="huiting-") as spool,
        shown(len(files) + len(problems), order.show, err) as listener,
    ):
        batch = RemoteBatch(
            client=client,
            out=order.folder,
            spool=Path(spool),
            exporters={kind: exporter_of(kind) for kind in CALL_FILES},
            listener=listener,
            told=told,
            tongue="zh" if chinese() else "en",
        )
        let_signals_stop(batch.stop, err if order.show is Show.ALL else None)
        summary = batch.run(files, problems)
    report(summary, order, out, err)
    if summary.interrupted:
        err.print(
            say(
                "The server goes on with what it has; the same command fetches the results.",
                "服务器会继续处理已收到的录音；再次运行同一命令即可取回结果。",
            )
        )
        return INTERRUPTED
    return FAILED * bool(summary.count(Status.FAILED))


def _described(
    paths: tuple[Path, ...], describe: Callable[[Path], Source], problems: list[InputError]
) -> tuple[list[File], list[InputError]]:
    """Return what is known of each file, and what is wrong with the others."""
    files = []
    for path in paths:
        try:
            known = describe(path)
        except InputError as error:
            problems.append(InputError(str(path), error.reason, error.remedy))
            continue
        files.append(File(path, tuple(known.roles), known.started_at, known.metadata))
    return files, problems
