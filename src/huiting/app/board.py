"""How long work shows itself: a person's terminal, a script's lines, or nothing."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich import box
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

from huiting.app.batch import Listener
from huiting.app.display import Name, middle, printable
from huiting.app.outcomes import Brief, Outcome, Status, Summary
from huiting.app.tongue import chinese, say
from huiting.core import watch
from huiting.core.error_words import because, mandarin
from huiting.core.types import Role, clock
from huiting.core.wording import named
from huiting.engines.provision import Doing, Listen, Step


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
    if outcome.troubles:
        body["troubles"] = list(outcome.troubles)
    return body


STAGES = {
    "decode": ("decoding", "解码"),
    "vad": ("finding speech", "语音检测"),
    "speakers": ("telling voices apart", "区分说话人"),
    "language": ("language", "判断语种"),
    "asr": ("recognizing", "识别"),
    "text": ("writing", "整理文字"),
    "emotion": ("emotion", "判断情绪"),
    "sounds": ("sounds", "识别声音"),
    "roles": ("roles", "判断角色"),
    "metrics": ("measuring", "计算指标"),
    "meaning": ("meaning", "理解内容"),
    "rules": ("rules", "质检"),
}
"""What a person reads for each stage of the pipeline."""
DOING = {
    Doing.WAIT: ("wait", "等待"),
    Doing.FETCH: ("fetch", "下载"),
    Doing.UNPACK: ("unpack", "解包"),
    Doing.VERIFY: ("verify", "校验"),
}
"""What a person reads for each step of an installation."""
WIDEST = 38
"""Columns of a file name on the board, so that its stage fits beside it on 80."""


class Board:
    """A `Listener` that keeps a live board: the batch, and each file in work.

    Speed and time left are taken from the files that needed work: what an earlier run
    did passes in no time and would promise too much.
    """

    def __init__(self, files: int, now: Callable[[], float]) -> None:
        self._now = now
        self._began: float | None = None
        self._lock = threading.Lock()
        self._audio = 0.0
        self._ended = dict.fromkeys(Status, 0)
        self._files: dict[str, TaskID] = {}
        self._total = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._batch = self._total.add_task(say("calls", "通话"), total=files)
        self._work = Progress(
            TextColumn("  {task.fields[name]}", markup=False),
            BarColumn(16),
            TextColumn("{task.fields[stage]}", markup=False),
        )
        self._left = files

    def started(self, name: str) -> None:
        """Wait: a file that was done before ends without any stage."""

    def staged(self, name: str, progress: watch.Progress) -> None:
        """Move the file's bar; the first stage puts it on the board."""
        with self._lock:
            if self._began is None:
                self._began = self._now()
            if name not in self._files:
                shown = middle(printable(name.rsplit("/", 1)[-1]), WIDEST)
                self._files[name] = self._work.add_task("", total=1.0, name=shown, stage="")
            stage = say(*STAGES.get(progress.stage, (progress.stage, progress.stage)))
            self._work.update(self._files[name], completed=progress.done, stage=stage)

    def ended(self, outcome: Outcome) -> None:
        """Take the file off and count it."""
        with self._lock:
            if outcome.name in self._files:
                self._work.remove_task(self._files.pop(outcome.name))
            self._left -= 1
            self._ended[outcome.status] += 1
            self._audio += outcome.duration if outcome.status is Status.DONE else 0.0
            self._total.advance(self._batch)

    def __rich__(self) -> Group:
        """Return the board as it is now."""
        with self._lock:
            return Group(self._total, Text(self._figures()), self._work)

    def _figures(self) -> str:
        done, kept = self._ended[Status.DONE], self._ended[Status.KEPT]
        failed = self._ended[Status.FAILED]
        figures = [say(f"{done} done", f"完成 {done}")]
        if kept:
            figures.append(say(f"{kept} done before", f"此前已完成 {kept}"))
        hours = self._audio / 3600
        figures += [
            say(f"{failed} failed", f"失败 {failed}"),
            say(f"{hours:.2f} h audio", f"音频 {hours:.2f} 小时"),
        ]
        if done and self._began is not None:
            spent = max(self._now() - self._began, 1e-9)
            speed, left = self._audio / spent, clock(spent / done * self._left)
            figures += [
                say(f"{speed:.1f}x real time", f"{speed:.1f} 倍实时"),
                say(f"{left} left", f"剩余 {left}"),
            ]
        return "  ".join(figures)


@contextmanager
def board(files: int, now: Callable[[], float], console: Console) -> Iterator[Listener]:
    """Show a live board while inside; on a stream that is no terminal, nothing."""
    shown = Board(files, now)
    with Live(shown, console=console, refresh_per_second=4, transient=True):
        yield shown


def calls(summary: Summary, most: int = 40) -> Table:
    """Return a row a call, of the first `most` that are done."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    headings = [
        say("call", "通话"), say("length", "时长"), say("lang", "语种"), say("talk", "说话比"),
        say("mood", "情绪"), say("intent", "来电原因"),
    ]  # fmt: skip
    done = [o for o in summary.outcomes if o.brief is not None]
    judged = any(o.brief is not None and o.brief.failed is not None for o in done)
    scored = any(o.brief is not None and o.brief.score is not None for o in done)
    headings += [say("rules", "规则")] if judged else []
    headings += [say("score", "得分")] if scored else []
    table.add_column(headings[0])  # the only one that gives way, see `Name`
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    for outcome in done[:most]:
        brief = outcome.brief
        assert brief is not None
        table.add_row(
            Name(outcome.name.rsplit("/", 1)[-1]),
            clock(outcome.duration),
            brief.language or "–",
            _balance(brief.talk),
            _mood(brief),
            (brief.intent or "").rsplit("/", 1)[-1],
            *((_verdicts(brief),) if judged else ()),
            *((_number(brief.score),) if scored else ()),
        )
    if len(done) > most:
        table.caption = say(f"and {len(done) - most} more", f"另有 {len(done) - most} 通")
    return table


def _mood(brief: Brief) -> str:
    """Return how the customer feels; that nobody speaks, where nobody does."""
    if brief.mute:
        return say("nobody speaks", "无人说话")
    return named(brief.mood, "zh" if chinese() else "en") if brief.mood is not None else ""


def _balance(talk: Mapping[Role, float]) -> str:
    """Return the talk of agent and customer in percent, as `60/40`."""
    shares = [talk.get(role) for role in (Role.AGENT, Role.CUSTOMER)]
    return "/".join("–" if share is None else f"{share * 100:.0f}" for share in shares)


def _verdicts(brief: Brief) -> str:
    """Return how many rules were broken and how many are open."""
    if brief.failed is None:
        return "–"
    marks = [f"{brief.failed}✗"] if brief.failed else []
    marks += [f"{brief.uncertain}?"] if brief.uncertain else []
    marks += [f"{brief.unanswered}!"] if brief.unanswered else []
    return " ".join(marks) or ("✓" if brief.passed else "–")


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.0f}" if score == round(score) else f"{score:.1f}"


@contextmanager
def steps(console: Console, *, quiet: bool) -> Iterator[Listen]:
    """Show how far an installation of models is, while inside."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, disable=quiet) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(step: Step) -> None:
            title = f"{say(*DOING[step.doing])} {step.subject}"
            if title not in tasks:
                tasks[title] = progress.add_task(title, total=step.total or None)
            progress.update(tasks[title], completed=step.done)

        yield listen


def totals(summary: Summary) -> str:
    """Return the last line of a batch."""
    count = summary.count
    counts = say(
        f"{count(Status.DONE)} done, {count(Status.KEPT)} already done, "
        f"{count(Status.SAME)} the same as another, {count(Status.FAILED)} failed",
        f"完成 {count(Status.DONE)}，此前已完成 {count(Status.KEPT)}，"
        f"重复 {count(Status.SAME)}，失败 {count(Status.FAILED)}",
    )
    if summary.interrupted:
        counts += say(
            "; interrupted, the rest waits for the next run", "；已中断，其余留待下次运行"
        )
    if not summary.audio or not summary.seconds:
        return counts
    audio, taken, speed = summary.audio, summary.seconds, summary.audio / summary.seconds
    return counts + say(
        f"; {clock(audio)} of audio in {clock(taken)} ({speed:.1f}x real time)",
        f"；音频 {clock(audio)}，用时 {clock(taken)}（{speed:.1f} 倍实时）",
    )


def failures(summary: Summary) -> Text:
    """Return what failed, a line each: file, reason, remedy. Lines, so that names stay whole."""
    tongue = "zh" if chinese() else "en"
    lines = [
        printable(f"{outcome.name}: {because(outcome.error, tongue)}")
        for outcome in summary.outcomes
        if outcome.error is not None
    ]
    return Text("\n".join([say("Failed:", "失败的录音："), *lines]))


def troubles(summary: Summary) -> Text:
    """Return what went wrong and stopped no call, a line a reason: how many calls, what to do."""
    lines = [
        say(
            "Not everything could be told; the next run tries again:",
            "部分内容未能完成，下次运行会再试：",
        )
    ]
    for message, count in summary.troubles.items():
        told = mandarin(message) if chinese() else message
        head = say(f"{count} calls" if count > 1 else "1 call", f"{count} 通")
        lines.append(printable(f"{head}: {told}"))
    return Text("\n".join(lines))


def remarks(summary: Summary, folder: str) -> list[str]:
    """Return what else a person should know of a batch, a line each.

    Args:
        summary: of the batch.
        folder: of its tickets.
    """
    briefs = [outcome.brief for outcome in summary.outcomes if outcome.brief is not None]
    found = []
    if tickets := sum(brief.ticket for brief in briefs):
        found.append(
            say(f"Priority tickets: {tickets}, in {folder}", f"优先工单：{tickets} 张，见 {folder}")
        )
    if mute := sum(brief.mute for brief in briefs):
        found.append(
            say(
                f"Nobody is heard to speak: {mute} recordings", f"没有听到有人说话的录音：{mute} 个"
            )
        )
    return found
