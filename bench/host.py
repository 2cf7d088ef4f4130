"""What it costs to run the models in a child process, and how soon a lost child is back.

Usage: python bench/host.py [--shared ../shared] [--calls 8] [--rounds 3]

The same calls are analyzed in this process and by the model host, two at a time, in turns.
Compared is CPU time of all processes together, since others may use the machine as well;
the time on the clock is shown beside it. Then the child is killed, and the time taken until
its models are loaded again. Calls are those of `calls/open`, without them the samples.
Writes results/host.md.
"""

import argparse
import os
import signal
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from huiting.app.hosting import host_of
from huiting.app.settings import Settings, resolve
from huiting.app.wiring import hints_of, kit_of
from huiting.core.codec import to_json
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.pipeline import Source, analyze
from huiting.service.tasks import ANALYZE, Request

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "host.md"
PARALLEL = 2
RESTARTS = 5
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Of all calls once; seconds."""

    cpu: float
    wall: float


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    files = sorted((given.shared / "calls" / "open").glob("*.wav"))[: given.calls]
    if not files:
        files = sorted((HERE.parent / "samples").glob("*.wav"))
        print("calls/open is not there: the samples are measured instead")
    settings = resolve({}).settings
    hints = hints_of(settings)
    with (
        kit_of(settings, hints) as kit,
        host_of(settings, Limits(parallel=PARALLEL, idle=0, pause=0.01)) as host,
    ):
        host.load()

        def here(path: Path) -> bytes:
            return to_json(analyze(Source(path, path.name), kit, hints))

        def there(path: Path) -> bytes:
            request = Request(str(path), path.name)
            return host.run(request.task(ANALYZE), lambda _progress: None)

        for run in (here, there):  # what is loaded late is not measured
            run(files[0])
        rounds = [
            (cost(files, here, host), cost(files, there, host)) for _ in range(given.rounds)
        ]  # fmt: skip
        starts = [restart(host) for _ in range(RESTARTS)]
    report(files, rounds, starts, settings)


def cost(files: Sequence[Path], run: Callable[[Path], bytes], host: ModelHost) -> Cost:
    """Analyze all files, two at a time."""
    began, cpu = time.perf_counter(), time.process_time() + cpu_of(host)
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(run, files))
    return Cost(time.process_time() + cpu_of(host) - cpu, time.perf_counter() - began)


def cpu_of(host: ModelHost) -> float:
    """Return the CPU seconds that the child has taken."""
    fields = Path(f"/proc/{host.status().process}/stat").read_text("ascii").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / TICK


def restart(host: ModelHost) -> float:
    """Kill the child; return the seconds until its models are loaded again."""
    process = host.status().process
    assert process is not None
    os.kill(process, signal.SIGSEGV)
    with suppress(ProcessLookupError):
        while host.status().process == process:
            time.sleep(0.001)
    began = time.perf_counter()
    host.load()
    return time.perf_counter() - began


def report(
    files: Sequence[Path],
    rounds: Sequence[tuple[Cost, Cost]],
    starts: Sequence[float],
    settings: Settings,
) -> None:
    """Print the table and write it."""
    what = f"{len(files)} calls, {PARALLEL} at a time, {len(rounds)} rounds in turns"
    what += f", profile {settings.profile}; {os.cpu_count()} cores"
    what += f" with a load of {os.getloadavg()[1]:.1f} by all that ran on them"
    lines = [
        "# Model host",
        "",
        f"Written by `python bench/host.py`: {what}.",
        "",
        "| | CPU s in this process | CPU s with the host | ratio | clock s | clock s | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, (here, there) in enumerate(rounds, 1):
        lines.append(
            f"| round {number} | {here.cpu:.1f} | {there.cpu:.1f} | {there.cpu / here.cpu:.3f} "
            f"| {here.wall:.1f} | {there.wall:.1f} | {there.wall / here.wall:.3f} |"
        )
    ratio = statistics.median(there.cpu / here.cpu for here, there in rounds)
    slower = statistics.median(there.wall / here.wall for here, there in rounds)
    soon = f"median {statistics.median(starts):.1f} s, {min(starts):.1f} to {max(starts):.1f} s"
    lines += [
        f"| **median** | | | **{ratio:.3f}** | | | **{slower:.3f}** |",
        "",
        f"From the loss of the child to loaded models: {soon}.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
