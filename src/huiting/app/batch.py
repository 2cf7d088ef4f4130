"""Many recordings: each analyzed once, saved whole, never in the way of the others.

The store is the truth: a call counts as done when its analysis is saved, in one
transaction. The files in the results folder are written from it afterwards, each at once,
so a run that is killed loses at most the calls in flight and the next run does only those.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from huiting.app import batch_tables
from huiting.app.files import make_folder, replace_file, results_name
from huiting.app.outcomes import Brief, Outcome, Status, Summary
from huiting.audio.source import opened
from huiting.core.analysis import Analysis
from huiting.core.calming import after_upset
from huiting.core.curves import curves
from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError, HuitingError, InputError, StoreError
from huiting.core.judgement import Judgement
from huiting.core.judgement_codec import with_emotion
from huiting.core.ports import Exporter, Hints
from huiting.core.ticket import Ticket
from huiting.core.watch import Progress, Watch
from huiting.exports import Outcome as Row
from huiting.exports import ticket_json, ticket_page
from huiting.pipeline import Kit, Source, analyze, digest, understand
from huiting.store.repository import Store

log = logging.getLogger(__name__)


TICKETS = "tickets"
"""Folder of priority tickets, inside that of the results."""
Ticketing = Callable[[Analysis, Judgement | None], Ticket | None]


def _no_ticket(_analysis: Analysis, _judgement: Judgement | None) -> None:
    pass


class Listener(Protocol):
    """Is told how the batch goes, from several threads."""

    def started(self, name: str) -> None:
        """Work on a file began."""
        ...

    def staged(self, name: str, progress: Progress) -> None:
        """A file came further."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """A file is over."""
        ...


class InternalError(HuitingError):
    """A fault of Huiting itself that one recording brought out."""

    code = "internal"


class _Stopped(Exception):
    pass


@dataclass(slots=True)
class Batch:
    """Analyzes many files with one kit. `run` may be called once."""

    store: Store
    kit: Kit
    hints: Hints
    describe: Callable[[Path], Source]
    """Says what is known about a file; raises InputError."""
    out: Path
    exporters: Mapping[str, Exporter]
    """What is written for each call."""
    listener: Listener
    flat: Callable[[Analysis], Dialogue]
    """Makes of an analysis what rules read."""
    now: Callable[[], datetime]
    clock: Callable[[], float]
    judge: Callable[[Dialogue], Judgement] | None = None
    """Judges a call; None when there are no rules."""
    ticket: Ticketing = _no_ticket
    """Makes the ticket of a call that is due one."""
    tongue: str = "en"
    """Of the workbook, `zh` or `en`."""
    parallel: int = 2
    again: bool = False
    """Analyze also what is done already."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _claimed: dict[str, str] = field(default_factory=dict)
    _tickets: dict[str, Ticket] = field(default_factory=dict)
    """Of this run, by recording."""

    def run(self, files: Sequence[Path], problems: Sequence[InputError] = ()) -> Summary:
        """Analyze `files`; `problems` are those that could not even be listed.

        Stopped or interrupted, it leaves the calls in flight, writes its tables and returns.

        Raises:
            StoreError: results cannot be saved; what was saved before stays.
            ConfigError: the results folder or the temporary folder cannot be written.
        """
        began = self.clock()
        make_folder(self.out / "calls")
        ended = self._all(files)
        while left := self._orphans(files, ended):
            ended |= self._all(left)
        outcomes = [ended[path] for path in files if path in ended]
        for problem in problems:
            outcomes.append(self._failed(problem.subject, None, problem))
            self.listener.ended(outcomes[-1])
        self._name_copies(outcomes)
        self._tables(outcomes)
        cut_short = self._stop.is_set() and len(ended) < len(files)
        return Summary(tuple(outcomes), self.clock() - began, cut_short)

    def stop(self) -> None:
        """Leave what is in flight at its next step and begin nothing new; `run` then returns.

        May be called from anywhere, a signal handler too.
        """
        self._stop.set()

    def _all(self, files: Sequence[Path]) -> dict[Path, Outcome]:
        pool = ThreadPoolExecutor(self.parallel, thread_name_prefix="call")
        futures = {pool.submit(self._one, path): path for path in files}
        try:
            for future in list(futures):
                future.result()
        except KeyboardInterrupt:
            self._stop.set()
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        over = {p: f for f, p in futures.items() if not f.cancelled() and not f.exception()}
        results = {path: future.result() for path, future in over.items()}
        return {path: outcome for path, outcome in results.items() if outcome is not None}

    def _one(self, path: Path) -> Outcome | None:
        """Analyze one file; what is wrong with it stays its own matter.

        Returns None for a file that was left because the batch was interrupted.
        """
        name = str(path)
        recording: str | None = None
        if self._stop.is_set():
            return None
        self.listener.started(name)
        try:
            with opened(path, largest=self.kit.limits.size) as file:
                recording = file.id
            outcome = self._ended(name, path, recording)
        except _Stopped:
            return None
        except (StoreError, ConfigError):
            self._stop.set()  # the same for every file: no use in going on
            raise
        except HuitingError as error:
            outcome = self._failed(name, recording, error)
        except Exception as error:  # one file must never stop the others
            log.exception("recording failed", extra={"recording": recording})
            reason = f"{type(error).__name__} {' '.join(getattr(error, '__notes__', []))}".strip()
            remedy = "report this with the log; the recording itself may be fine"
            outcome = self._failed(name, recording, InternalError(name, reason, remedy))
        self.listener.ended(outcome)
        return outcome

    def _failed(self, name: str, recording: str | None, error: HuitingError) -> Outcome:
        log.warning("recording failed", extra={"recording": recording, "code": error.code})
        self.store.fail(name, error, at=self.now(), recording=recording)
        return Outcome(name, Status.FAILED, recording, error=error)

    def _ended(self, name: str, path: Path, recording: str) -> Outcome:
        """Say how a file ends that can be read: as a copy, as done before, or analyzed now."""
        with self._lock:
            if self._claimed.setdefault(recording, name) != name:
                return Outcome(name, Status.SAME, recording)
        source = self.describe(path)  # once: what is looked up is what is analyzed
        return self._known(name, source, recording) or self._new(name, source, recording)

    def _known(self, name: str, source: Source, recording: str) -> Outcome | None:
        """Return how a call ends that was analyzed before; None when it was not."""
        wanted = digest(source, self.kit, self.hints)
        if self.again or not self.store.done(recording, wanted):
            return None
        analysis = self.store.analysis(recording)
        told = analysis.made_by.meaning == self.kit.made_by.meaning
        watch = Watch(clock=self.clock)
        if not told:  # the team has changed its lists: the audio need not be heard again
            analysis = understand(analysis, self.kit, watch)
        dialogue = self.flat(analysis)
        lost = not told and self.judge is None and self.store.judgement(recording) is not None
        if not told or name not in self.store.names(recording):
            self.store.save(analysis, at=self.now(), names=(name,), dialogue=dialogue)
        outcome = self._over(name, Status.KEPT, analysis, dialogue, watch.problems)
        return replace(outcome, unjudged=lost)

    def _new(self, name: str, source: Source, recording: str) -> Outcome:
        def listen(progress: Progress) -> None:
            if self._stop.is_set():
                raise _Stopped
            self.listener.staged(name, progress)

        watch = Watch(listen, self.clock)
        analysis = analyze(source, self.kit, self.hints, watch)
        if analysis.call.recording.id != recording:
            raise InputError(name, "it changed while it was read", "run again when it is whole")
        dialogue = self.flat(analysis)
        self.store.save(analysis, at=self.now(), names=(name,), dialogue=dialogue)
        with watch("rules"):
            outcome = self._over(name, Status.DONE, analysis, dialogue, watch.problems)
        log.info("recording done", extra={"recording": recording, "seconds": watch.seconds})
        return outcome

    def _over(
        self,
        name: str,
        status: Status,
        analysis: Analysis,
        dialogue: Dialogue,
        problems: Sequence[HuitingError],
    ) -> Outcome:
        """Judge a call that is saved, write its files, and say how it ended."""
        judgement = None if self.judge is None else self.judge(dialogue)
        if judgement is not None:
            self.store.judge([judgement], at=self.now())
        ticket = self.ticket(analysis, judgement)
        self._write(analysis, judgement)
        self._file(analysis, ticket)
        recording = analysis.call.recording
        troubles = [str(problem) for problem in problems]
        troubles += judgement.problems.values() if judgement is not None else ()
        troubles += [ticket.trouble] if ticket is not None and ticket.trouble else []
        brief = Brief.of(analysis, judgement, ticket)
        outcome = Outcome(name, status, recording.id, recording.duration, brief=brief)
        return replace(outcome, troubles=tuple(dict.fromkeys(troubles)))

    def _file(self, analysis: Analysis, ticket: Ticket | None) -> None:
        """Write the ticket of a call, or take away one that it had and is no longer due."""
        folder, recording = self.out / TICKETS, analysis.call.recording
        page = folder / f"{results_name(recording)}.md"
        if ticket is None:
            for path in (page, folder / f"{results_name(recording)}.json"):
                path.unlink(missing_ok=True)
            return
        with self._lock:
            self._tickets[recording.id] = ticket
        make_folder(folder)
        replace_file(page, ticket_page(ticket))
        replace_file(folder / f"{results_name(recording)}.json", ticket_json(ticket))

    def _orphans(self, files: Sequence[Path], ended: Mapping[Path, Outcome]) -> list[Path]:
        """Return copies of a call that failed under its first name, to be tried themselves.

        The same bytes may well succeed: another name has another sidecar. Each round ends
        at least one of them otherwise than as a copy, so there is an end.
        """
        if self._stop.is_set():
            return []
        made = {o.recording for o in ended.values() if o.status in {Status.DONE, Status.KEPT}}
        left = [
            path
            for path in files
            if (outcome := ended.get(path)) is not None
            and outcome.status is Status.SAME
            and outcome.recording not in made
        ]
        for path in left:
            self._claimed.pop(ended[path].recording or "", None)
        return left

    def _name_copies(self, outcomes: Sequence[Outcome]) -> None:
        """Let each call be found under the names of its copies too."""
        made = {o.recording for o in outcomes if o.status in {Status.DONE, Status.KEPT}}
        for outcome in outcomes:
            if outcome.status is Status.SAME and outcome.recording in made:
                analysis = self.store.analysis(outcome.recording or "")
                self.store.save(analysis, at=self.now(), names=(outcome.name,))

    def _write(self, analysis: Analysis, judgement: Judgement | None) -> None:
        """Write the files of one call, each whole or not at all."""
        call = analysis.call
        stem = results_name(call.recording)
        for exporter in self.exporters.values():
            target = self.out / "calls" / (stem + exporter.suffix)
            replace_file(target, exporter.write(analysis, judgement))
        if judgement is not None:
            felt = curves(call.segments, analysis.metrics.duration)
            content = with_emotion(judgement, felt, after_upset(call.segments))
            replace_file(self.out / "calls" / f"{stem}.judgement.json", content)

    def _tables(self, outcomes: Sequence[Outcome]) -> None:
        """Write the tables of the batch, reading one analysis at a time from the store."""
        batch_tables.write(self.out, outcomes, self.tongue, self._row)

    def _row(self, outcome: Outcome, copies: tuple[str, ...]) -> Row:
        analysis = self.store.analysis(outcome.recording or "")
        judgement = None
        if self.judge is not None:
            judgement = self.store.judgement(analysis.call.recording.id)
        ticket = self._tickets.get(analysis.call.recording.id)
        return Row(outcome.name, analysis, None, copies, judgement, ticket)
