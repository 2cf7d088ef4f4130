"""Whether jobs end once whatever happens, in 200 rounds of faults; how soon after a death.

Usage: python bench/faults.py [--rounds 200] [--seed 100]

Each round puts six jobs, lets one fault happen at a random moment (kill -9, SIGTERM, a frozen
worker; a server restarted, killed, with a full disk or a wrong clock) and waits until all ended. Half of
the rounds in each mode; in every other set of rounds workers cannot see each other's processes,
as on several machines. Then, with the settings of a fresh installation, how long a job waits
whose worker was killed. Writes results/faults.md. Without PostgreSQL's programs: only embedded;
without the right to mount no full disk, without Debian's libfaketime no wrong clock of a server.
"""

# ruff: noqa: E402
import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")  # here, `faults` would be this file
from faults.program import TERMS
from faults.server import Server, programs
from faults.stage import Stage, Toll, play, small_disk
from huiting.jobs.mode import Mode
from huiting.jobs.worker import Terms

RESULTS = Path(__file__).parent / "results" / "faults.md"
DISK = 128
"""MiB of the disk of a server."""
SET = 20
"""Rounds that the same database and seed are used for."""


@contextmanager
def place(mode: Mode) -> Iterator[tuple[Path, Server | None]]:
    """Give a folder, on a small disk if that is possible, and a server for a cluster."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if mode is Mode.EMBEDDED:
            yield stack.enter_context(small_disk(folder)), None
            return
        server = Server(disk=DISK, clock=True)
        stack.callback(server.close)
        yield folder, server


def toll_of(mode: Mode, rounds: int, seed: int) -> Toll:
    whole = Toll()
    for number in range(0, rounds, SET):
        with place(mode) as (folder, server):
            stage = Stage(folder, mode, seed + number // SET, server)
            add(whole, play(stage, min(SET, rounds - number)))
        print(f"{mode}: {whole.rounds} rounds", flush=True)
    return whole


def recovery(mode: Mode, seed: int) -> float:
    with place(mode) as (folder, server):
        stage = Stage(folder, mode, seed, server, "default")
        try:
            return stage.recovery()
        finally:
            stage.close()


def add(whole: Toll, part: Toll) -> None:
    whole.rounds += part.rounds
    whole.accepted += part.accepted
    whole.done += part.done
    whole.failed += part.failed
    for name, seconds in part.slowest.items():
        whole.slowest[name] = max(seconds, whole.slowest.get(name, 0.0))


def report(tolls: Mapping[Mode, Toll], waits: Mapping[Mode, tuple[float, float]]) -> list[str]:
    faults = sorted({name for toll in tolls.values() for name in toll.slowest})
    possible = {"fill_disk", "fill_server_disk", "jump_server_clock", "restart_server"}
    left_out = sorted(name.replace("_", " ") for name in possible - set(faults))
    lines = [
        "# Faults",
        "",
        "Every accepted job ended with exactly one result or one stated failure, or this file",
        "would not have been written.",
        "",
        "| mode | rounds | jobs accepted | results | stated failures |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {mode} | {toll.rounds} | {toll.accepted} | {toll.done} | {toll.failed} |"
        for mode, toll in tolls.items()
    ]
    lines += [
        "",
        (
            f"Seconds from the fault to the end of the last of six jobs, the slowest round (leases "
            f"of {TERMS.lease:g} s; a frozen worker sleeps up to 4 s of them):"
        ),
        "",
        "| fault | " + " | ".join(tolls) + " |",
        "|---|" + "---|" * len(tolls),
    ]
    for name in faults:
        cells = (f"{t.slowest[name]:.1f}" if name in t.slowest else "-" for t in tolls.values())
        lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    if left_out:
        lines += ["", f"Left out, for this machine has not what it needs: {', '.join(left_out)}."]
    lines += [
        "",
        (
            f"Seconds until another worker has begun the job of one that was killed, with the "
            f"settings of a fresh installation (lease {Terms().lease:g} s), measured once:"
        ),
        "",
        "| mode | both on one machine | as on two machines |",
        "|---|---|---|",
    ]
    lines += [f"| {mode} | {one:.1f} | {two:.1f} |" for mode, (one, two) in waits.items()]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=100)
    options = parser.parse_args()
    modes = [Mode.EMBEDDED] + ([Mode.CLUSTER] if programs() is not None else [])
    waits = {mode: (recovery(mode, 0), recovery(mode, 1)) for mode in modes}
    print(waits, flush=True)
    tolls = {mode: toll_of(mode, options.rounds // len(modes), options.seed) for mode in modes}
    lines = report(tolls, waits)
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
