"""Recordings analyzed by a server: handed in, followed, and their results written here.

The files are those that a batch on this machine writes, made here from what the server
answers. The server keeps everything: a run that is interrupted is taken up by the next.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from huiting.app import batch_tables
from huiting.app.batch import Listener
from huiting.app.files import make_folder, replace_file, results_name
from huiting.app.outcomes import Brief, Outcome, Status, Summary
from huiting.client import Client, Refused, State, Told
from huiting.client.shapes.calls import WholeCall
from huiting.client.shapes.jobs import Accepted, Job, Trouble
from huiting.core.calming import after_upset
from huiting.core.curves import curves
from huiting.core.errors import HuitingError, InputError
from huiting.core.judgement_codec import with_emotion
from huiting.core.ports import Exporter
from huiting.core.types import Role
from huiting.core.watch import Progress
from huiting.exports import Outcome as Row

UNKNOWN_TO_SERVER = frozenset({404, 410})
OPEN = (State.WAITING, State.RUNNING)
EVERY = 2.0
"""Seconds between two looks at what runs."""
_whole = TypeAdapter(WholeCall)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that the server has."""

    path: Path
    accepted: Accepted


@dataclass(frozen=True, slots=True)
class File:
    """A file to be analyzed, and what is known of it."""

    path: Path
    roles: tuple[Role, ...] = ()
    started_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RemoteBatch:
    """Has many files analyzed by a server. `run` may be called once."""

    client: Client
    out: Path
    spool: Path
    """Folder for answers, while it runs."""
    exporters: Mapping[str, Exporter]
    """What is written for each call."""
    listener: Listener
    told: Told = field(default_factory=Told)
    tongue: str = "en"
    """Of the workbook, `zh` or `en`."""
    parallel: int = 2
    """Files sent at a time."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self, files: Sequence[File], problems: Sequence[InputError] = ()) -> Summary:
        """Have `files` analyzed; `problems` are files that could not even be described.

        Raises:
            Refused: the server refuses all of it.
            Unreachable: it does not answer.
            ConfigError: the results cannot be written.
        """
        wire = self.client.wire
        began = wire.clock()
        make_folder(self.out / "calls")
        ended: dict[Path, Outcome] = {}
        batch = self.client.batches.make(self.out.name[:200]).id
        sent = self._hand_in(files, batch, ended)
        self._follow(sent, batch, ended)
        outcomes = [ended[file.path] for file in files if file.path in ended]
        for problem in problems:
            outcomes.append(Outcome(problem.subject, Status.FAILED, error=problem))
            self.listener.ended(outcomes[-1])
        self._tables(outcomes)
        cut_short = self._stop.is_set() and len(ended) < len(files)
        return Summary(tuple(outcomes), wire.clock() - began, cut_short)

    def stop(self) -> None:
        """Send and wait no more; `run` then writes what is there and returns."""
        self._stop.set()

    def _hand_in(self, files: Sequence[File], batch: str, ended: dict[Path, Outcome]) -> list[Sent]:
        """Send all files; return what the server has taken, each recording once."""
        with ThreadPoolExecutor(self.parallel, thread_name_prefix="sending") as pool:
            answers = list(pool.map(lambda file: self._send(file, batch), files))
        sent: dict[str, Sent] = {}
        for file, answer in zip(files, answers, strict=True):
            if isinstance(answer, HuitingError):
                self._over(ended, file.path, self._failed(file.path, answer))
            elif answer is not None and answer.recording in sent:
                same = Outcome(str(file.path), Status.SAME, answer.recording)
                self._over(ended, file.path, same)
            elif answer is not None:
                sent[answer.recording] = Sent(file.path, answer)
        return list(sent.values())

    def _send(self, file: File, batch: str) -> Accepted | HuitingError | None:
        """Send a file; return why it is refused where it is, None when all is to stop."""
        if self._stop.is_set():
            return None
        self.listener.started(str(file.path))
        told = replace(self.told, started_at=file.started_at, roles=file.roles)
        try:
            handed = self.client.recordings.hand_in(
                file.path, metadata=file.metadata, batch=batch, told=told
            )
        except Refused as error:
            if error.status not in {413, 415, 422}:
                self._stop.set()  # the same for every file: no use in going on
                raise
            return error
        except InputError as error:
            return error
        except HuitingError:
            self._stop.set()
            raise
        if len(handed.accepted) == 1:
            return handed.accepted[0]
        refused = [_error(one.name, one.trouble) for one in handed.refused]
        archive = InputError(str(file.path), "an archive", "unpack it here, then hand it in")
        return refused[0] if refused else archive

    def _follow(self, sent: Sequence[Sent], batch: str, ended: dict[Path, Outcome]) -> None:
        """Wait for the jobs, and write each call as soon as it is done.

        The jobs of a batch are asked for together. A recording that was handed in before and
        is not done yet has its job in another batch, which is then asked for, too.
        """
        waiting = {each.accepted.job: each for each in sent}
        batches = {batch}
        while waiting and not self._stop.is_set():
            running = {job.id: job for name in sorted(batches) for job in self._open(name)}
            for number, each in list(waiting.items()):
                job = running.get(number)
                if job is None:
                    job = self.client.jobs.get(number)
                    if job.batch is not None:
                        batches.add(job.batch)
                if job.state.over:
                    del waiting[number]
                    self._over(ended, each.path, self._ended(each, job))
                elif job.stage is not None:
                    self.listener.staged(str(each.path), Progress(job.stage, job.done))
            if waiting:
                self._stop.wait(EVERY)

    def _open(self, batch: str) -> Iterator[Job]:
        return self.client.jobs.list(state=OPEN, kind="analyze", batch=batch)

    def _ended(self, each: Sent, job: Job) -> Outcome:
        if job.state is not State.DONE:
            gone = Trouble("cancelled", "it was cancelled", "hand it in again")
            return self._failed(each.path, _error(str(each.path), job.trouble or gone), job)
        try:
            whole = self.client.calls.get(each.accepted.recording)
        except Refused as error:
            if error.status not in UNKNOWN_TO_SERVER:
                raise
            return self._failed(each.path, error, job)
        call = whole.analysis.call
        # covered by the server; who has the file knows its name
        named = replace(call.recording, path=str(each.path))
        whole = replace(
            whole, analysis=replace(whole.analysis, call=replace(call, recording=named))
        )
        self._write(whole)
        status = Status.KEPT if each.accepted.known else Status.DONE
        brief = Brief.of(whole.analysis, whole.judgement)
        duration = call.recording.duration
        return Outcome(str(each.path), status, call.recording.id, duration, brief=brief)

    def _failed(self, path: Path, error: HuitingError, job: Job | None = None) -> Outcome:
        recording = None if job is None else job.recording
        return Outcome(str(path), Status.FAILED, recording, error=error)

    def _over(self, ended: dict[Path, Outcome], path: Path, outcome: Outcome) -> None:
        ended[path] = outcome
        self.listener.ended(outcome)

    def _write(self, whole: WholeCall) -> None:
        """Write the files of one call, each whole or not at all."""
        analysis, judgement = whole.analysis, whole.judgement
        stem = results_name(analysis.call.recording)
        for exporter in self.exporters.values():
            target = self.out / "calls" / (stem + exporter.suffix)
            replace_file(target, exporter.write(analysis, judgement))
        if judgement is not None:
            felt = curves(analysis.call.segments, analysis.metrics.duration)
            content = with_emotion(judgement, felt, after_upset(analysis.call.segments))
            replace_file(self.out / "calls" / f"{stem}.judgement.json", content)
        (self.spool / analysis.call.recording.id).write_bytes(_whole.dump_json(whole))

    def _tables(self, outcomes: Sequence[Outcome]) -> None:
        """Write the tables of the batch, reading one answer at a time."""
        batch_tables.write(self.out, outcomes, self.tongue, self._row)

    def _row(self, outcome: Outcome, copies: tuple[str, ...]) -> Row:
        content = (self.spool / (outcome.recording or "")).read_bytes()
        whole = _whole.validate_json(content)
        return Row(outcome.name, whole.analysis, None, copies, whole.judgement)


def _error(name: str, trouble: Trouble) -> Refused:
    return Refused(422, trouble.code, trouble.reason, trouble.remedy, name)
