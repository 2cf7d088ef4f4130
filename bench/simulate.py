"""How long recordings wait: a contact centre's day, simulated, and the simulation checked.

Usage: python bench/simulate.py [--jobs 40]

What a second of sound costs is read from results/cost.md. A day's calls arrive by the hour as
people call; each waits until one of the slots of the workers is free. The model is checked by a
run of the real queue and the real worker: little jobs whose times are known, put at random
moments; every wait is compared with what the model says for the very same jobs. Writes
results/simulate.md.
"""

import argparse
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import simpy

from huiting.jobs.job import Order
from huiting.jobs.mode import open_queue
from huiting.jobs.running import Running
from huiting.jobs.worker import Terms, Worker
from huiting.store import Store

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "simulate.md"
COST = HERE / "results" / "cost.md"
CURVE = (1, 1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 11, 7, 8, 10, 10, 9, 8, 6, 5, 4, 3, 2, 1)
"""Calls by the hour of the day, in parts; an assumption, not a measurement."""
MEAN = 240.0
"""Seconds of a call; an assumption."""
DAY = 86_400.0
EMPTY = 60
"""Jobs without work, to see what a job costs besides."""
SLOTS = 2
"""Of the worker that the model is checked by."""


@dataclass(frozen=True, slots=True)
class Work:
    """A job: when it comes, and how long it takes; seconds."""

    at: float
    takes: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Of all jobs of a day; seconds."""

    median: float
    p95: float
    worst: float
    busy: float
    """Share of the slots' time."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of jobs that were really done; seconds."""

    waits: list[float]
    lasted: float
    """From the first one's beginning to the last one's."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=40)
    options = parser.parse_args()
    cost = cost_of_a_second()
    lines = [
        "# Simulation",
        "",
        *checked(options.jobs),
        "",
        *days(cost),
    ]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def simulated(jobs: Sequence[Work], slots: int) -> list[float]:
    """Return how long each job waits, when so many are worked on at a time."""
    world = simpy.Environment()
    free = simpy.Resource(world, capacity=slots)
    waits = [0.0] * len(jobs)

    def one(place: int, job: Work) -> Generator[simpy.Event, None, None]:
        yield world.timeout(job.at)
        with free.request() as turn:
            yield turn
            waits[place] = world.now - job.at
            yield world.timeout(job.takes)

    for place, job in enumerate(jobs):
        world.process(one(place, job))
    world.run()
    return waits


def checked(count: int) -> list[str]:
    """Compare the model with the real queue and worker."""
    chance = random.Random(7)
    jobs, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(1 / 0.25)
        jobs.append(Work(at, chance.choice((0.2, 0.4, 0.6, 0.8))))
    each = handling()
    real = measured(jobs).waits
    bare = simulated(jobs, SLOTS)
    model = simulated([Work(job.at, job.takes + each) for job in jobs], SLOTS)
    off = sorted(abs(a - b) for a, b in zip(real, model, strict=True))
    setting = (
        f"{count} jobs of 0.2 to 0.8 s at random moments, one worker with {SLOTS} slots, SQLite; "
        f"a load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores. Finding and ending a job "
        f"took {each * 1e3:.0f} ms, as {EMPTY} jobs without work showed just before."
    )
    lines = ["## The model against the real queue", "", setting, ""]
    lines += ["| wait, s | measured | simulated | simulated without finding and ending |"]
    lines += ["|---|---:|---:|---:|"]
    for name in ("mean", "median", "longest"):
        cells = " | ".join(f"{_of(name, waits):.2f}" for waits in (real, model, bare))
        lines.append(f"| {name} | {cells} |")
    differ = (
        f"Job by job measured and simulated differ by {off[len(off) // 2]:.2f} s in the median "
        f"and {off[-1]:.2f} s at most."
    )
    return [*lines, "", differ]


def _of(name: str, waits: Sequence[float]) -> float:
    if name == "mean":
        return sum(waits) / len(waits)
    return max(waits) if name == "longest" else sorted(waits)[len(waits) // 2]


def handling() -> float:
    """Return the seconds that a slot needs for a job besides its work."""
    run = measured([Work(0.0, 0.0)] * EMPTY)
    return run.lasted * SLOTS / EMPTY


def measured(jobs: Sequence[Work]) -> Run:
    """Put the jobs at their times and let a worker do them."""
    begun: dict[str, float] = {}  # by subject
    put: dict[str, float] = {}

    def work(running: Running) -> None:
        begun[running.job.order.subject] = time.monotonic()
        time.sleep(float(str(running.job.order.payload["takes"])))

    with tempfile.TemporaryDirectory() as folder, Store.open(f"{folder}/calls.db") as store:
        queue = open_queue(store.database)
        worker = Worker(queue, {"little": work}, Terms(slots=SLOTS))
        thread = threading.Thread(target=worker.run)
        thread.start()
        start = time.monotonic() + 1.0
        for number, job in enumerate(jobs):
            time.sleep(max(0.0, start + job.at - time.monotonic()))
            put[str(number)] = time.monotonic()
            with store.database.writing() as connection:
                queue.put(connection, Order("little", str(number), {"takes": job.takes}))
        while queue.counts().done < len(jobs):
            time.sleep(0.1)
        worker.stop()
        thread.join()
    waits = [begun[name] - put[name] for name in map(str, range(len(jobs)))]
    return Run(waits, max(begun.values()) - min(begun.values()))


def cost_of_a_second() -> float:
    """Return the CPU seconds that a second of sound takes, as measured."""
    text = COST.read_text(encoding="utf-8")
    minutes = re.search(r"([\d.]+) minutes", text)
    assert minutes is not None
    stages = re.findall(r"^\| [a-z]+ \| ([\d.]+) \|", text, re.MULTILINE)
    return sum(map(float, stages)) / (float(minutes[1]) * 60)


def days(cost: float) -> list[str]:
    """Simulate days of several sizes, each with several numbers of cores."""
    setting = (
        f"Calls of {MEAN:.0f} s in the mean; a second of sound takes {cost:.4f} CPU seconds "
        "(results/cost.md); one call at a time on each core. Hours of the day weigh "
        f"{', '.join(map(str, CURVE))}. What a core does alone it does as fast beside others: "
        "an assumption."
    )
    lines = ["## A day", "", setting, ""]
    lines += ["| calls a day | cores | busy | wait, median | wait, p95 | longest |"]
    lines += ["|---:|---:|---:|---:|---:|---:|"]
    for calls in (1_000, 10_000, 100_000):
        most = max(CURVE) / sum(CURVE) * 24 * calls / DAY * MEAN * cost  # cores in the worst hour
        for cores in sorted({max(1, round(most * part)) for part in (0.5, 0.75, 1.0, 1.25)}):
            found = day(calls, cores, cost)
            lines.append(
                f"| {calls:,} | {cores} | {found.busy:.0%} | {_time(found.median)} "
                f"| {_time(found.p95)} | {_time(found.worst)} |"
            )
    return lines


def day(calls: int, cores: int, cost: float) -> Waits:
    """Simulate one day."""
    chance = random.Random(calls)
    hours = chance.choices(range(24), CURVE, k=calls)
    ends = sorted(hour * 3600 + chance.random() * 3600 for hour in hours)
    jobs = [Work(at, chance.expovariate(1 / MEAN) * cost) for at in ends]
    waits = sorted(simulated(jobs, cores))
    busy = sum(job.takes for job in jobs) / cores / DAY
    return Waits(waits[calls // 2], waits[int(0.95 * calls)], waits[-1], busy)


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    main()
