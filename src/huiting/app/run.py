"""One batch as the command line runs it: its signals, its display, its report, its exit status."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rich.console import Console
from rich.text import Text

from huiting.app import board
from huiting.app.batch import TICKETS, Batch, Listener
from huiting.app.clock import now
from huiting.app.database import store_of
from huiting.app.describe import describer
from huiting.app.display import printable
from huiting.app.exporting import exporter_of
from huiting.app.files import make_folder
from huiting.app.judging import flat, judge_of
from huiting.app.outcomes import Status, Summary
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.tickets import ticketing
from huiting.app.tongue import chinese, say
from huiting.app.translate import told
from huiting.app.wiring import hints_of, kit_of, parallel_of
from huiting.audio.find import find
from huiting.core.errors import InputError

CALL_FILES = ("json", "srt", "vtt", "md")
"""Exports that are written for each call."""
FAILED, REFUSED, INTERRUPTED = 1, 2, 130
"""Exit statuses, see docs/reference/cli.md; 130 is what shells have for Ctrl-C."""
SHOW_CURSOR = b"\x1b[?25h"


class Show(Enum):
    """How much is shown."""

    ALL = "all"
    FAILURES = "failures"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for besides the settings."""

    recordings: Sequence[str]
    folder: Path
    manifest: Path | None = None
    raw: str | None = None
    again: bool = False
    show: Show = Show.ALL


def run(order: Order, settings: Settings, out: Console, err: Console) -> int:
    """Analyze recordings, show how it goes, and return the exit status.

    Raises:
        InputError: an option is wrong; nothing was done.
        ConfigError: a setting is wrong, or a folder cannot be written.
        StoreError: the database cannot be used.
    """
    hints = hints_of(settings)
    readers = Readers(settings)
    judge = judge_of(settings, readers)
    describe = describer(settings, order.manifest, order.raw)
    found = find(order.recordings)
    if not found.files:
        complain(found.problems, err)
        return REFUSED
    make_folder(order.folder)
    with (
        store_of(settings) as kept,
        kit_of(settings, hints, readers) as kit,
        shown(len(found.files) + len(found.problems), order.show, err) as listener,
    ):
        batch = Batch(
            store=kept,
            kit=kit,
            hints=hints,
            describe=describe,
            out=order.folder,
            exporters={kind: exporter_of(kind) for kind in _files(settings)},
            listener=listener,
            flat=flat,
            judge=None if judge is None else judge.judge,
            ticket=ticketing(settings, readers),
            now=now,
            clock=time.monotonic,
            tongue="zh" if chinese() else "en",
            parallel=parallel_of(settings),
            again=order.again,
        )
        let_signals_stop(batch.stop, err if order.show is Show.ALL else None)
        summary = batch.run(found.files, found.problems)
    report(summary, order, out, err)
    return INTERRUPTED if summary.interrupted else FAILED * bool(summary.count(Status.FAILED))


def _files(settings: Settings) -> tuple[str, ...]:
    return (*CALL_FILES, "minutes") if settings.kind == "meeting" else CALL_FILES


def complain(problems: Iterable[InputError], err: Console) -> None:
    """Say what is wrong with what was named, a line each."""
    for problem in problems:
        err.print(Text(printable(told(problem)), style="red"), soft_wrap=True)


def shown(files: int, show: Show, err: Console) -> AbstractContextManager[Listener]:
    """Return what shows a batch while it goes."""
    if show is Show.JSON:
        return nullcontext(board.Lines(sys.stdout))
    if show is Show.FAILURES or not err.is_terminal:
        return nullcontext(board.Silent())
    return board.board(files, time.monotonic, err)


def let_signals_stop(stop_batch: Callable[[], None], told: Console | None) -> None:
    """Let Ctrl-C or SIGTERM end a batch in order; a second of either ends it at once."""

    def stop(_signal: int, _frame: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        stop_batch()
        if told is not None:
            told.print(say("Stopping; once more ends at once.", "正在停止；再按一次立即结束。"))

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _leave(_signal: int, _frame: object) -> None:
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR)  # the live board has hidden it
    os._exit(INTERRUPTED)


def report(summary: Summary, order: Order, out: Console, err: Console) -> None:
    """Show what became of a batch."""
    if order.show is Show.JSON:
        body = {status.value: summary.count(status) for status in Status}
        times = {"audio_seconds": round(summary.audio, 3), "seconds": round(summary.seconds, 3)}
        ending = {"interrupted": summary.interrupted, "out": printable(str(order.folder))}
        sys.stdout.write(json.dumps({"summary": body | times | ending}, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    if order.show is Show.ALL:
        if any(outcome.brief for outcome in summary.outcomes):
            out.print(board.calls(summary))
        out.print(board.totals(summary), soft_wrap=True)
        results = printable(f"{order.folder}/calls.xlsx")
        out.print(Text(say(f"Results: {results}", f"结果：{results}")), soft_wrap=True)
        for remark in board.remarks(summary, printable(str(order.folder / TICKETS))):
            out.print(Text(remark), soft_wrap=True)
    if lost := sum(outcome.unjudged for outcome in summary.outcomes):
        told = say(
            f"{lost} calls were told anew and have no verdicts now: give --rules, or huiting rules run",
            f"{lost} 通电话的内容已更新，原有判定失效：请加 --rules，或运行 huiting rules run",
        )
        err.print(Text(told), soft_wrap=True)
    if summary.troubles:
        err.print(board.troubles(summary), soft_wrap=True)
    if summary.count(Status.FAILED):
        err.print(board.failures(summary), soft_wrap=True)
