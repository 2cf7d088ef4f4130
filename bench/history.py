"""How fast all of history is judged again: the labelled calls, copied to 20,000 in a store.

Usage: python bench/history.py [--calls 20000] [--processes 0] [--rules FILE ...] [--store URL]

Every copy has an id, a name and a start of its own. The rules are those of the starter
library for shops unless others are given. A dry run, then one that saves the first
verdicts, then the same again (nothing is judged), then with some rules changed. Writes
results/history.md. The store is a new SQLite file unless --store names an empty database.
"""

import argparse
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from huiting.app.changes import Changes  # noqa: E402
from huiting.app.history import Order, rejudge  # noqa: E402
from huiting.app.judging import Judge, flat  # noqa: E402
from huiting.core.analysis import Analysis  # noqa: E402
from huiting.store import Store, Which  # noqa: E402
from truth import PATHS, analysis_of_truth  # noqa: E402

RESULTS = HERE / "results" / "history.md"
ONE_FILE = RESULTS.with_name("history_one_file.md")
"""Where other rules than the usual ones go."""
RULES = (HERE.parent / "rules" / "common.yaml", HERE.parent / "rules" / "ecommerce.yaml")
TARGET = 2_000
"""Calls a second that were asked for."""
START = datetime(2025, 1, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over all calls."""

    name: str
    seconds: float
    processor: float
    """Seconds of processor time, of all processes."""
    changes: Changes


def copies(count: int) -> Iterator[Analysis]:
    """Yield the labelled calls again and again, each time as another recording."""
    calls = [analysis_of_truth(path) for path in PATHS]
    for n in range(count):
        analysis = calls[n % len(calls)]
        recording = replace(
            analysis.call.recording,
            id=sha256(str(n).encode()).hexdigest(),
            path=f"/calls/{n}.wav",
            started_at=START + timedelta(seconds=40 * n),
        )
        yield replace(analysis, call=replace(analysis.call, recording=recording))


def altered(files: Sequence[Path], folder: Path) -> list[Path]:
    """Write the rules again with every third turned around: what was asked for is forbidden."""
    made = []
    for file in files:
        lines = file.read_text("utf-8").splitlines()
        places = [n for n, line in enumerate(lines) if line.strip().startswith("require:")]
        for n in places[::3]:
            lines[n] = lines[n].replace("require:", "forbid:", 1)
        target = folder / file.name
        target.write_text("\n".join(lines) + "\n", "utf-8")
        made.append(target)
    return made


def run(name: str, store: str, files: Sequence[Path], processes: int, *, dry: bool) -> Run:
    """Judge everything once; reading the rules and starting the processes is part of it."""
    began, used = time.perf_counter(), processor_time()
    make = partial(Judge.read, list(files), [])
    rules = [rule.id for rule_set in make().rules for rule in rule_set.rules]
    order = Order(store, make, flat, datetime.now(UTC), dry=dry)
    changes = rejudge(order, Which(), rules=rules, processes=processes)
    return Run(name, time.perf_counter() - began, processor_time() - used, changes)


def processor_time() -> float:
    """Return the seconds that this process and those it has ended have used."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)


def row(made: Run) -> str:
    rate = made.changes.calls / made.seconds
    return (
        f"| {made.name} | {made.seconds:.1f} | {rate:,.0f} | {rate / TARGET:.2f} × "
        f"| {made.processor / made.changes.calls * 1000:.2f} | {made.changes.changed:,} | {made.changes.saved:,} |"
    )


def peak() -> float:
    """Return the most memory that this process, or one it started, has had, in MiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=20_000)
    options.add_argument("--processes", type=int, default=0)
    options.add_argument("--rules", type=Path, nargs="*", default=list(RULES))
    options.add_argument("--store", default="")
    chosen = options.parse_args()
    if not PATHS:
        print("left out: the labelled calls are not beside the project")
        return
    with tempfile.TemporaryDirectory() as folder:
        target = chosen.store or str(Path(folder) / "calls.db")
        began = time.perf_counter()
        with Store.open(target) as store:
            count = store.save_all(copies(chosen.calls), at=START, build=flat)
        filled = time.perf_counter() - began
        again = altered(chosen.rules, Path(folder))
        runs = [
            run("dry run", target, chosen.rules, chosen.processes, dry=True),
            run("first verdicts, saved", target, chosen.rules, chosen.processes, dry=False),
            run("the same rules again", target, chosen.rules, chosen.processes, dry=False),
            run("changed rules, dry run", target, again, chosen.processes, dry=True),
            run("changed rules, saved", target, again, chosen.processes, dry=False),
        ]
        size = Path(target).stat().st_size / 2**20 if not chosen.store else None
    rules = len(runs[0].changes.totals)
    processes = chosen.processes or os.cpu_count() or 1
    size_of_call = sum(len(analysis_of_truth(p).call.segments) for p in PATHS) / len(PATHS)
    setting = (
        f"{count:,} calls (copies of the {len(PATHS)} labelled ones, {size_of_call:.1f} lines "
        f"each), {rules} rules, {processes} processes on {os.cpu_count()} cores of "
        f"{platform.machine()}, {'SQLite' if size is not None else 'another database'}. Seconds "
        "are of the whole command: rules read, processes started, all calls judged."
    )
    lines = [
        "# Judging history again",
        "",
        "Written by `python bench/history.py`.",
        "",
        setting,
        "",
        f"| run | s | calls/s | of the {TARGET:,} asked for | processor ms a call | calls that change | saved |",
        "|---|---|---|---|---|---|---|",
        *map(row, runs),
        "",
        f"Filling the store took {filled:.0f} s"
        + ("" if size is None else f"; afterwards it has {size:,.0f} MiB")
        + f". Most memory of one process: {peak():,.0f} MiB.",
    ]
    written = RESULTS if chosen.rules == list(RULES) else ONE_FILE
    written.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
