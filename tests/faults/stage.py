"""Where faults happen: two workers, who puts jobs, and what must be true after each round."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from faults.program import ACCEPTED, META, POISON, RESULT, SLOW
from faults.server import Server, children
from huiting.core.errors import StoreError
from huiting.jobs.job import State
from huiting.jobs.mode import Mode, open_queue
from huiting.store import Store
from huiting.store.schema import JobRow

PATIENCE = 180.0
"""Seconds within which everything must have ended, whatever happened."""
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]


@dataclass(slots=True)
class Toll:
    """What came of some rounds."""

    rounds: int = 0
    accepted: int = 0
    done: int = 0
    failed: int = 0
    slowest: dict[str, float] = field(default_factory=dict)
    """Seconds from the fault to the end of the last job, by fault."""


class Stage:
    """Two workers on one database, and faults that befall them."""

    def __init__(
        self,
        folder: Path,
        mode: Mode,
        seed: int,
        server: Server | None = None,
        *settings: str,
    ) -> None:
        self._folder = folder
        self._server = server
        self._chance = random.Random(seed)
        self._target = str(folder / "calls.db") if server is None else server.url
        (folder / "clock").write_text("0")
        (folder / "acknowledged").touch()
        self._store = Store.open(self._target)
        with self._store.database.writing() as connection:
            META.create_all(connection)
        open_queue(self._store.database, mode)
        self._log = (folder / "log").open("w")
        # Every other stage is blind: its workers find dead ones by their silence alone.
        sight = "blind" if seed % 2 else "seeing"
        self._program = subprocess.Popen(
            [
                sys.executable,
                str(_HERE / "program.py"),
                str(folder),
                self._target,
                mode,
                sight,
                *settings,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT / 'tests'}"},
        )
        self._workers = [self._spawn("worker"), self._spawn("worker")]
        self._putter = 0
        self.toll = Toll()

    def faults(self) -> list[Callable[[], None]]:
        """Return what can happen here."""
        every: list[Callable[[], None]] = [
            self.kill_putter, self.kill_worker, self.kill_host, self.kill_all,
            self.terminate_worker, self.freeze_worker, self.jump_clock, self.nothing,
        ]  # fmt: skip
        if self._server is not None:
            every += [self.restart_server, self.kill_server, self.kill_session]
            if self._server.adrift:
                every += [self.jump_server_clock] * 2
            if self._server.small:
                every += [self.fill_server_disk, self.end_server_by_full_disk]
        elif os.path.ismount(self._folder):
            every.append(self.fill_disk)
        return every

    def round(self, fault: Callable[[], None]) -> None:
        """Let one fault happen at a random moment; see that every job ends, once."""
        poison = "p" if self._chance.random() < 0.2 else ""
        prefix = f"{self.toll.rounds}{poison}"
        self._putter = self._spawn("putter", prefix, "6")
        time.sleep(self._chance.uniform(0.0, 0.25))
        began = time.monotonic()
        fault()
        self._revive()
        self._await(prefix)
        taken = time.monotonic() - began
        name = fault.__name__
        self.toll.slowest[name] = max(taken, self.toll.slowest.get(name, 0.0))
        self.toll.rounds += 1

    def nothing(self) -> None:
        """Let nothing happen but two workers on one database."""

    def kill_putter(self) -> None:
        """End, without warning, who puts jobs."""
        _signal(self._putter, signal.SIGKILL)

    def kill_worker(self) -> None:
        """End a worker without warning; its child sees its input end."""
        _signal(self._chance.choice(self._workers), signal.SIGKILL)

    def kill_all(self) -> None:
        """End everybody."""
        self.kill_putter()
        for worker in self._workers:
            _signal(worker, signal.SIGKILL)

    def kill_host(self) -> None:
        """End the child of a worker."""
        for child in children(self._chance.choice(self._workers)):
            _signal(child, signal.SIGKILL)

    def terminate_worker(self) -> None:
        """Ask a worker to end."""
        _signal(self._chance.choice(self._workers), signal.SIGTERM)

    def freeze_worker(self) -> None:
        """Let a worker sleep so long that others take its jobs, then let it go on."""
        worker = self._chance.choice(self._workers)
        _signal(worker, signal.SIGSTOP)
        time.sleep(self._chance.uniform(0.5, 4.0))
        _signal(worker, signal.SIGCONT)

    def jump_clock(self) -> None:
        """Set the clock of the database wrong, by up to two days either way; it stays so."""
        wrong = self._chance.uniform(-2.0, 2.0) * 86_400
        pending = self._folder / "clock.new"
        pending.write_text(str(wrong))
        pending.replace(self._folder / "clock")

    def restart_server(self) -> None:
        """Restart the database server, in good order or as after a crash."""
        assert self._server is not None
        self._server.restart(self._chance.choice(["fast", "immediate"]))

    def kill_server(self) -> None:
        """End the database server without warning, and start it again."""
        assert self._server is not None
        self._server.kill()
        self._server.start()

    def kill_session(self) -> None:
        """End, amid a transaction, the process that serves one connection."""
        assert self._server is not None
        self._server.kill_session(self._chance)

    def jump_server_clock(self) -> None:
        """Set the database server's own clock wrong by an hour, or right; it stays so."""
        assert self._server is not None
        self._server.set_clock(self._chance.choice([-3600.0, 0.0, 3600.0]))

    def fill_server_disk(self) -> None:
        """Let the database server's disk be full for a moment; its tables cannot grow."""
        assert self._server is not None
        self._server.fill(self._chance.uniform(0.2, 1.5), lambda: None)

    def end_server_by_full_disk(self) -> None:
        """Let it be full and its log need room: it ends, and cannot recover before there is."""
        assert self._server is not None
        much = text("SELECT pg_logical_emit_message(false, 'much', repeat('x', 1500000))")

        def log_much() -> None:
            with suppress(StoreError), self._store.database.reading() as connection:
                connection.execute(much)

        self._server.fill(self._chance.uniform(0.5, 1.5), log_much)

    def fill_disk(self) -> None:
        """Let the disk be full for a moment."""
        filler = self._folder / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        time.sleep(self._chance.uniform(0.2, 1.5))
        filler.unlink()

    def recovery(self) -> float:
        """Kill a worker amid its work; return seconds until another has begun it anew."""
        self._putter = self._spawn("putter", SLOW, "1")
        name = self._worker_of(1)
        _signal(int(name.split("/")[3]), signal.SIGKILL)
        began = time.monotonic()
        self._worker_of(2)
        return time.monotonic() - began

    def _worker_of(self, fence: int) -> str:
        """Return who runs the one job there is, in the run with this fence."""
        running = select(JobRow.worker).where(
            JobRow.fence == fence, JobRow.worker.is_not(None), JobRow.subject.contains(SLOW)
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self._store.database.reading() as connection:
                if (name := connection.scalar(running)) is not None:
                    return name
            time.sleep(0.02)
        raise AssertionError(f"nobody runs it after {PATIENCE:g} s: {self._report()}")

    def close(self) -> None:
        """End everybody."""
        for worker in self._workers:
            _signal(worker, signal.SIGKILL)
        self._program.kill()
        self._program.wait()
        for stream in (self._program.stdin, self._program.stdout, self._log):
            assert stream is not None
            stream.close()
        self._store.close()

    def _spawn(self, *words: str) -> int:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(" ".join(words) + "\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())

    def _revive(self) -> None:
        """Start a worker for each that has ended, or was asked to."""
        for place, worker in enumerate(self._workers):
            if not _alive(worker):
                self._workers[place] = self._spawn("worker")

    def _await(self, prefix: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._revive()
            with suppress(StoreError):
                if not _alive(self._putter) and self._settled(prefix):
                    return
            time.sleep(0.05)
        raise AssertionError(f"round {prefix} has not ended after {PATIENCE:g} s: {self._report()}")

    def _report(self) -> str:
        """Return what is not over, and the end of what the programs wrote."""
        open_jobs = select(*JobRow.__table__.columns).where(JobRow.ended_at.is_(None))
        with self._store.database.reading() as connection:
            rows = [str(row) for row in connection.execute(open_jobs)]
        workers = [f"worker {worker} is there: {_alive(worker)}" for worker in self._workers]
        putter = f"putter {self._putter} is there: {_alive(self._putter)}"
        log = (self._folder / "log").read_text()[-4000:]
        return "\n".join([*rows, *workers, putter, log])

    def _settled(self, prefix: str) -> bool:
        """Tell whether every accepted job of the round is over; see that it ended once."""
        ours = ACCEPTED.c.subject.like(f"%-{prefix}-%")
        results = (
            select(RESULT.c.subject, func.count().label("count"))
            .group_by(RESULT.c.subject)
            .subquery()
        )
        rows = select(
            ACCEPTED.c.subject, JobRow.state, JobRow.code, func.coalesce(results.c.count, 0)
        )
        rows = rows.outerjoin(JobRow, JobRow.subject == ACCEPTED.c.subject)
        rows = rows.outerjoin(results, results.c.subject == ACCEPTED.c.subject).where(ours)
        with self._store.database.reading() as connection:
            found = connection.execute(rows).all()
        acknowledged = set((self._folder / "acknowledged").read_text().split())
        ours_acknowledged = {name for name in acknowledged if f"-{prefix}-" in name}
        assert ours_acknowledged <= {row[0] for row in found}, "accepted, and lost"
        assert len({row[0] for row in found}) == len(found), "one subject, two jobs"
        if any(row[1] is not None and not State(row[1]).over for row in found):
            return False
        for subject, state, code, count in found:
            assert state is not None, f"{subject}: accepted, and no job"
            if subject.startswith(POISON):
                assert (state, count) == (State.FAILED, 0), f"{subject}: {state}, {count} results"
            assert count == (state == State.DONE), f"{subject}: {state}, {count} results"
            assert (code is not None) == (state == State.FAILED), f"{subject}: {state} by {code}"
        self._count(found)
        return True

    def _count(self, found: object) -> None:
        for _subject, state, _code, _count in found:  # type: ignore[attr-defined]
            self.toll.accepted += 1
            self.toll.done += state == State.DONE
            self.toll.failed += state == State.FAILED


def play(stage: Stage, rounds: int) -> Toll:
    """Let every fault happen in turn, in random order, until there were so many rounds."""
    left: list[Callable[[], None]] = []
    try:
        for _ in range(rounds):
            if not left:
                left = stage.faults()
                stage._chance.shuffle(left)
            stage.round(left.pop())
    finally:
        stage.close()
    return stage.toll


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a folder on a disk of 24 MiB if this process may mount one; else just the folder."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _signal(process: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, what)


def _alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()
