"""What the queue costs: 1,000 tiny jobs, the wait of who puts one, CPU when there is nothing to do.

Usage: python bench/jobs.py [--jobs 1000] [--idle 20]

In each mode, with a database that is safe on disk: jobs are put one by one, each in a transaction
with a row of the caller's own; then a worker with four slots, in a process of its own, does
them all (the handler does nothing); then it has nothing to do. Writes results/jobs.md. Without
PostgreSQL's programs: only embedded.
"""

# ruff: noqa: E402
import argparse
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")  # here, `faults` would be a benchmark
from sqlalchemy import Column, MetaData, Table, Text, insert

from faults.server import Server, programs
from huiting.jobs.job import Order
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.running import Running
from huiting.jobs.worker import Terms, Worker
from huiting.store import Store

RESULTS = Path(__file__).parent / "results" / "jobs.md"
META = MetaData()
OWN = Table("bench_own", META, Column("subject", Text))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured in one mode."""

    mode: str
    median: float
    """Seconds for putting a job."""
    p95: float
    rate: float
    """Jobs a second."""
    wait: float
    """Seconds from putting a job to its end, with an idle worker; median of ten."""
    idle: float
    """CPU, in shares of one core."""


def nothing(_running: Running) -> None:
    pass


def serve(target: str, mode: Mode) -> None:
    """Work until SIGTERM."""
    with Store.open(target) as store:
        worker = Worker(open_queue(store.database, mode), {"tiny": nothing}, Terms(slots=4))
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


def measure(mode: Mode, target: str, jobs: int, idle: float) -> Figures:
    with Store.open(target) as store:
        with store.database.writing() as connection:
            META.create_all(connection)
        queue = open_queue(store.database, mode)

        def put(subject: str) -> float:
            began = time.perf_counter()
            with store.database.writing() as connection:
                connection.execute(insert(OWN).values(subject=subject))
                queue.put(connection, Order("tiny", subject))
            return time.perf_counter() - began

        def await_done(count: int, step: float) -> None:
            while queue.counts().done < count:
                time.sleep(step)

        taken = sorted(put(str(number)) for number in range(jobs))
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(target, mode))
        process.start()
        await_done(1, 0.005)
        began, already = time.perf_counter(), queue.counts().done
        await_done(jobs, 0.05)
        rate = (jobs - already) / (time.perf_counter() - began)
        waits = []
        for number in range(10):
            time.sleep(0.5)
            began = time.perf_counter()
            put(f"single {number}")
            await_done(jobs + number + 1, 0.005)
            waits.append(time.perf_counter() - began)
        assert process.pid is not None
        time.sleep(5.0)
        used, began = cpu(process.pid), time.perf_counter()
        time.sleep(idle)
        share = (cpu(process.pid) - used) / (time.perf_counter() - began)
        process.terminate()
        process.join()
    return Figures(
        str(mode), taken[jobs // 2], taken[jobs * 95 // 100], rate, sorted(waits)[5], share
    )


def cpu(process: int) -> float:
    """Return the CPU time that a process has used, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def target_of(mode: Mode) -> Iterator[str]:
    if mode is Mode.EMBEDDED:
        with tempfile.TemporaryDirectory() as folder:
            yield f"{folder}/calls.db"
        return
    server = Server("")
    try:
        yield server.url
    finally:
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1_000)
    parser.add_argument("--idle", type=float, default=20.0)
    options = parser.parse_args()
    lines = [
        "# Jobs",
        "",
        (
            f"{options.jobs:,} tiny jobs; one worker with four slots; load average before: "
            f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
        ),
        "",
        "| mode | put, median ms | put, p95 ms | jobs/s | put to done, ms | idle CPU |",
        "|---|---|---|---|---|---|",
    ]
    for mode in [Mode.EMBEDDED] + ([Mode.CLUSTER] if programs() is not None else []):
        with target_of(mode) as target:
            found = measure(mode, target, options.jobs, options.idle)
        lines.append(
            f"| {found.mode} | {found.median * 1000:.1f} | {found.p95 * 1000:.1f} "
            f"| {found.rate:.0f} | {found.wait * 1000:.0f} | {found.idle:.2%} |"
        )
        print(lines[-1], flush=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
