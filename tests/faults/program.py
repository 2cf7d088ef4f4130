"""What is killed in the tests of faults: those who put jobs, workers, and a child of each worker.

Started once, it imports everything, and then forks whom it is told to, so that a new worker is
there at once. Usage: program.py FOLDER TARGET MODE blind|seeing [default]; then lines on the standard input:
`worker` or `putter PREFIX COUNT`; each is answered by the number of the process.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import traceback
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, select

from huiting.core.errors import EngineError, StoreError
from huiting.jobs._rows import database_time
from huiting.jobs.job import Order
from huiting.jobs.ledger import Ledger
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.jobs.work.backoff import Backoff
from huiting.jobs.work.lookout import Lookout
from huiting.jobs.worker import Terms, Worker
from huiting.store import Store

LEASE = 2.0
TERMS = Terms(slots=2, lease=LEASE, drain=1.0, look=0.2, backoff=Backoff(0.1, 2.0, 1.0))
ATTEMPTS = 30
POISON = "poison"
"""Begins the names of subjects that kill the child, each time."""
SLOW = "slow"
"""In the names of subjects that take seconds."""
CHILD = """
import os, sys
for line in sys.stdin:
    if line.startswith("poison"):
        os.abort()
    print(line, end="", flush=True)
"""
META = MetaData()
ACCEPTED = Table("fault_accepted", META, Column("subject", Text))
RESULT = Table("fault_result", META, Column("subject", Text), Column("worker", Text))
"""Without a key on purpose: a second result would be seen."""


class Host:
    """A child process that does the work, and may die of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child = self._start()

    def ask(self, subject: str) -> None:
        """Have the child work on the subject; raise EngineError when it dies."""
        with self._lock:
            assert self._child.stdin is not None
            assert self._child.stdout is not None
            try:
                self._child.stdin.write(subject + "\n")
                self._child.stdin.flush()
                answer = self._child.stdout.readline()
            except OSError:
                answer = ""
            if not answer:
                self._child.kill()
                self._child.wait()
                self._child = self._start()
                raise EngineError("host", "the child died", "it is tried again")

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-ISc", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


def queue_of(store: Store, mode: Mode, folder: Path) -> Queue:
    """Return the queue, with a clock that can be set wrong by a file in the folder."""
    queue = open_queue(store.database, mode)
    wrong = folder / "clock"

    def now(connection: Connection) -> object:
        return database_time(connection) + timedelta(seconds=float(wrong.read_text() or 0))

    ledger = Ledger(store.database, queue.ledger.issue, now)  # type: ignore[arg-type]
    return Queue(ledger, queue.tickets)


def put(store: Store, queue: Queue, folder: Path, prefix: str, count: int) -> None:
    """Accept subjects as a web server does: a row of its own and the job, or neither."""
    with (folder / "acknowledged").open("a") as acknowledged:
        for number in range(count):
            poison = number == count - 1 and prefix.endswith("p")
            subject = f"{POISON if poison else 'call'}-{prefix}-{number}"
            order = Order("tiny", subject, attempts=2 if poison else ATTEMPTS)
            while True:
                try:
                    with store.database.writing() as connection:
                        known = select(ACCEPTED).where(ACCEPTED.c.subject == subject)
                        if connection.execute(known).first() is None:
                            connection.execute(insert(ACCEPTED).values(subject=subject))
                            queue.put(connection, order)
                    break
                except StoreError:  # restarting, or full: who asks tries again, or gives up
                    if random.random() < 0.02:
                        return
                    threading.Event().wait(0.1)
            acknowledged.write(subject + "\n")
            acknowledged.flush()


def work(store: Store, queue: Queue, terms: Terms, *, blind: bool) -> None:
    """Work until told to stop."""
    host = Host()

    def tiny(running: Running) -> None:
        subject = running.job.order.subject
        running.advance("work", 0.0)
        host.ask(subject)
        running.interrupted.wait(5.0 if SLOW in subject else 0.01)
        row = {"subject": subject, "worker": running.lease.worker}

        def save() -> None:
            with store.database.writing() as connection:
                connection.execute(insert(RESULT).values(row))
                running.finish(connection)
                running.interrupted.wait(0.02)  # faults befall this transaction, too

        running.persist(save)

    worker = Worker(queue, {"tiny": tiny}, terms)
    if blind:  # as if the others were on other machines: their processes cannot be seen
        worker._lookout = Lookout(terms.lease, ended=lambda _name: False)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()


def main() -> None:
    """Fork whom the standard input asks for."""
    folder, target, mode = Path(sys.argv[1]), sys.argv[2], Mode(sys.argv[3])
    blind = sys.argv[4] == "blind"
    terms = Terms() if sys.argv[5:] == ["default"] else TERMS
    if mode is Mode.CLUSTER:
        import_module("huiting.jobs.cluster.feed")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        process = os.fork()
        if process:
            sys.stdout.write(f"{process}\n")
            sys.stdout.flush()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        try:
            what, *rest = line.split()
            with Store.open(target, patience=5.0) as store:
                queue = queue_of(store, mode, folder)
                if what == "putter":
                    put(store, queue, folder, rest[0], int(rest[1]))
                else:
                    work(store, queue, terms, blind=blind)
        except BaseException:  # noqa: BLE001  (read by who looks at the log of a failed test)
            traceback.print_exc()
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
