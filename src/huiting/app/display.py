"""How a batch shows itself while it runs: a person's terminal, a script's lines, or nothing."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
)
from rich.table import Table
from rich.text import Text

from huiting.app.batch import Listener, Outcome, Status, Summary
from huiting.app.tongue import say
from huiting.core import watch
from huiting.core.types import Role
from huiting.engines.provision import Listen, Step
from huiting.store.search import Hit, Match


def clock(seconds: float) -> str:
    """Write a length of time as H:MM:SS or M:SS."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Silent:
    """A `Listener` that shows nothing."""

    def started(self, name: str) -> None:
        """Show nothing."""

    def staged(self, name: str, progress: watch.Progress) -> None:
        """Show nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Show nothing."""


@dataclass(slots=True)
class Lines:
    """A `Listener` that writes one JSON object a finished file, for scripts."""

    stream: TextIO
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def started(self, name: str) -> None:
        """Say nothing yet."""

    def staged(self, name: str, progress: watch.Progress) -> None:
        """Say nothing yet."""

    def ended(self, outcome: Outcome) -> None:
        """Write the outcome."""
        with self._lock:
            print(json.dumps(as_json(outcome), ensure_ascii=False), file=self.stream, flush=True)


def as_json(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as scripts read it."""
    body: dict[str, object] = {
        "file": outcome.name.encode(errors="replace").decode(),
        "status": outcome.status.value,
        "id": outcome.recording,
        "seconds": round(outcome.duration, 3),
    }
    if outcome.error is not None:
        error = outcome.error
        body |= {"code": error.code, "reason": error.reason, "remedy": error.remedy}
    return body


class Board:
    """A `Listener` that keeps a live board: the batch, and each file in work."""

    def __init__(self, files: int, now: Callable[[], float]) -> None:
        self._now = now
        self._began = now()
        self._lock = threading.Lock()
        self._audio = 0.0
        self._worked = 0
        self._failed = 0
        self._files: dict[str, TaskID] = {}
        self._total = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._batch = self._total.add_task(say("calls", "通话"), total=files)
        self._work = Progress(
            TextColumn("  {task.fields[name]}"), BarColumn(20), TextColumn("{task.fields[stage]}")
        )
        self._left = files

    def started(self, name: str) -> None:
        """Put the file on the board."""
        with self._lock:
            shown = printable(name.rsplit("/", 1)[-1])
            self._files[name] = self._work.add_task("", total=1.0, name=shown, stage="")

    def staged(self, name: str, progress: watch.Progress) -> None:
        """Move the file's bar."""
        with self._lock:
            if name in self._files:
                self._work.update(self._files[name], completed=progress.done, stage=progress.stage)

    def ended(self, outcome: Outcome) -> None:
        """Take the file off and count it."""
        with self._lock:
            self._work.remove_task(self._files.pop(outcome.name))
            self._left -= 1
            self._worked += outcome.status is Status.DONE
            self._failed += outcome.status is Status.FAILED
            self._audio += outcome.duration if outcome.status is Status.DONE else 0.0
            self._total.advance(self._batch)

    def __rich__(self) -> Group:
        """Return the board as it is now."""
        with self._lock:
            return Group(self._total, Text(self._figures()), self._work)

    def _figures(self) -> str:
        spent = max(self._now() - self._began, 1e-9)
        figures = [
            say(f"{self._failed} failed", f"失败 {self._failed}"),
            say(f"{self._audio / 3600:.2f} h audio", f"音频 {self._audio / 3600:.2f} 小时"),
            say(f"{self._audio / spent:.1f}x real time", f"{self._audio / spent:.1f} 倍实时"),
        ]
        if self._worked:
            left = clock(spent / self._worked * self._left)
            figures.append(say(f"{left} left", f"剩余 {left}"))
        return "  ".join(figures)


@contextmanager
def board(files: int, now: Callable[[], float], console: Console) -> Iterator[Listener]:
    """Show a live board while inside; on a stream that is no terminal, nothing."""
    shown = Board(files, now)
    with Live(shown, console=console, refresh_per_second=4, transient=True):
        yield shown


def printable(text: str) -> str:
    """Return a name that stays on one line and carries no control character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def calls(summary: Summary, most: int = 40) -> Table:
    """Return a row a call, of the first `most` that are done."""
    table = Table()
    headings = [
        say("call", "通话"), say("length", "时长"), say("lang", "语种"), say("agent", "坐席说话"),
        say("customer", "客户说话"), say("silence", "静音"), say("cut in", "抢话"),
    ]  # fmt: skip
    for heading, right in zip(headings, (False, True, False, True, True, True, True), strict=True):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    done = [o for o in summary.outcomes if o.brief is not None]
    for outcome in done[:most]:
        brief = outcome.brief
        assert brief is not None
        table.add_row(
            printable(outcome.name.rsplit("/", 1)[-1]),
            clock(outcome.duration),
            brief.language or "–",
            *(_share(brief.talk.get(role)) for role in (Role.AGENT, Role.CUSTOMER)),
            _share(brief.silence),
            str(brief.interruptions),
        )
    if len(done) > most:
        table.caption = say(f"and {len(done) - most} more", f"另有 {len(done) - most} 通")
    return table


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


ROLES = {
    Role.AGENT: ("agent", "客服"),
    Role.CUSTOMER: ("customer", "客户"),
    Role.SYSTEM: ("system", "系统"),
    Role.UNKNOWN: ("unknown", "未知"),
}


def hit_line(hit: Hit) -> Text:
    """Return a search hit on one line, the words found in bold."""
    began = f"{hit.started_at:%Y-%m-%d %H:%M}  " if hit.started_at else ""
    head = f"{began}{printable(hit.name)}  {clock(hit.span.start)}  {say(*ROLES[hit.role])}  "
    line = Text(head, style="dim") + Text(hit.snippet, style="none")
    for start, end in hit.marks:
        line.stylize("bold red", len(head) + start, len(head) + end)
    if hit.match is Match.SOUNDS_LIKE:
        line.append(say("  (sounds like)", "  （同音）"), style="dim")
    return line


def hit_as_json(hit: Hit) -> dict[str, object]:
    """Return a search hit as scripts read it."""
    return {
        "id": hit.recording,
        "name": hit.name.encode(errors="replace").decode(),
        "started_at": hit.started_at.isoformat() if hit.started_at else None,
        "role": hit.role.value,
        "start": round(hit.span.start, 3),
        "end": round(hit.span.end, 3),
        "language": hit.language,
        "snippet": hit.snippet,
        "marks": hit.marks,
        "match": hit.match.value,
        "score": round(hit.score, 4),
    }


@contextmanager
def steps(console: Console, *, quiet: bool) -> Iterator[Listen]:
    """Show how far an installation of models is, while inside."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, disable=quiet) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(step: Step) -> None:
            title = f"{step.doing.value} {step.subject}"
            if title not in tasks:
                tasks[title] = progress.add_task(title, total=step.total or None)
            progress.update(tasks[title], completed=step.done)

        yield listen


def without_password(text: str) -> str:
    """Return a setting's value as it may be shown: a database's password is left out."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", text)


def totals(summary: Summary) -> str:
    """Return the last line of a batch."""
    count = summary.count
    speed = summary.audio / summary.seconds if summary.seconds else 0.0
    return say(
        f"{count(Status.DONE)} done, {count(Status.KEPT)} already done, "
        f"{count(Status.SAME)} the same as another, {count(Status.FAILED)} failed; "
        f"{clock(summary.audio)} of audio in {clock(summary.seconds)} ({speed:.1f}x real time)",
        f"完成 {count(Status.DONE)}，此前已完成 {count(Status.KEPT)}，"
        f"重复 {count(Status.SAME)}，失败 {count(Status.FAILED)}；"
        f"音频 {clock(summary.audio)}，用时 {clock(summary.seconds)}（{speed:.1f} 倍实时）",
    )


def failures(summary: Summary) -> Table:
    """Return what failed, why, and what to do, a row each."""
    table = Table(title=say("Failed", "失败的录音"), title_justify="left")
    for heading in (say("file", "文件"), say("reason", "原因"), say("remedy", "办法")):
        table.add_column(heading, overflow="fold")
    for outcome in summary.outcomes:
        if outcome.error is not None:
            error = outcome.error
            table.add_row(*map(printable, (outcome.name, error.reason, error.remedy)))
    return table
