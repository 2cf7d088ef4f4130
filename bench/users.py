"""Fifty users at a time against a real server on loopback: requests a second, waits, errors.

Usage: python bench/users.py [--users 50] [--seconds 300] [--calls 2000 | --store URL]

A store is filled with made-up calls (tests/filled.py), or one that is there is taken as it is;
`huiting serve` answers for it, with no worker. Each user in turn lists, searches, opens a call,
plays a part of a recording, and now and then hands in a little file, with half a second between,
as fast readers do. Everybody shares the machine with the server. Writes results/users.md.
"""

# ruff: noqa: E402
import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")
import httpx

from answering import answering
from filled import fill
from huiting.store import Store
from huiting.vault.folder import Folder
from stock import LAST, Stock, ids

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "users.md"
SAMPLE = ROOT / "samples" / "8002_20250313143005_16055550102_in.wav"
THINK = 0.5
WORDS = ("退货", "奶粉", "您好", "七天无理由", "空气净化器", "投诉", "台灯", "399", "订单号")


@dataclass(slots=True)
class Toll:
    """What was asked and how it went."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds."""
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def ask(self, name: str, asking: Awaitable[httpx.Response]) -> None:
        """Note how long an answer takes, and whether it is one."""
        began = time.perf_counter()
        try:
            answer = await asking
        except httpx.HTTPError as error:
            self.refused[f"{name}: {type(error).__name__}"] += 1
            return
        self.waits[name].append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self.refused[f"{name}: {answer.status_code}"] += 1


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--users", type=int, default=50)
    options.add_argument("--seconds", type=float, default=300.0)
    options.add_argument("--calls", type=int, default=2_000)
    options.add_argument("--segments", type=int, default=50)
    options.add_argument("--store", type=Path, help="an SQLite file filled by bench/load.py")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.store or Path(folder) / "calls.db"
        with Store.open(f"sqlite:///{file}") as store:
            heard = stocked(store, file.parent, chosen)
            there = store.count()
        with answering(f"sqlite:///{file}") as server:
            used = server.cpu()
            toll = asyncio.run(visit(server.address, chosen, heard))
            used = server.cpu() - used
            memory = server.peak()
    RESULTS.write_text(report(toll, chosen, there, (used, memory)), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def stocked(store: Store, folder: Path, chosen: argparse.Namespace) -> str:
    """Fill a store that is empty; return the id of the one call whose sound is there."""
    stock = Stock(chosen.segments, 1_000)
    if not store.count():
        fill(store, stock, chosen.calls, min(200, chosen.calls))
    with SAMPLE.open("rb") as sound:
        heard = Folder(folder / "recordings").take(sound).id
    made = stock.analysis(0)
    recording = replace(made.call.recording, id=heard)
    store.save(replace(made, call=replace(made.call, recording=recording)), at=LAST)
    return heard


async def visit(address: str, chosen: argparse.Namespace, heard: str) -> Toll:
    toll = Toll()
    limits = httpx.Limits(max_connections=chosen.users)
    async with httpx.AsyncClient(
        base_url=address, timeout=60, limits=limits, trust_env=False
    ) as client:
        until = time.monotonic() + chosen.seconds
        known = list(ids(range(chosen.calls)))
        await asyncio.gather(
            *(use(client, toll, known, heard, until, number) for number in range(chosen.users))
        )
    return toll


async def use(
    client: httpx.AsyncClient, toll: Toll, known: list[str], heard: str, until: float, number: int
) -> None:
    """Be one user."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * THINK * 5)
    while time.monotonic() < until:
        for name, make in steps(client, chance, known, heard):
            await toll.ask(name, make())
            await asyncio.sleep(THINK * 2 * chance.random())


def steps(
    client: httpx.AsyncClient, chance: random.Random, known: list[str], heard: str
) -> list[tuple[str, Callable[[], Awaitable[httpx.Response]]]]:
    """Return what a user does in a round."""
    agent, word, call = 8000 + chance.randrange(60), chance.choice(WORDS), chance.choice(known)
    begin = chance.randrange(0, 400_000)
    part = {"Range": f"bytes={begin}-{begin + 65_535}"}
    own = {"files": (f"{number_of(chance)}.wav", little(chance))}
    found: list[tuple[str, Callable[[], Awaitable[httpx.Response]]]] = [
        ("list", lambda: client.get("/api/v1/calls", params={"agent": agent})),
        ("search", lambda: client.get("/api/v1/search", params={"q": word})),
        ("open a call", lambda: client.get(f"/api/v1/calls/{call}")),
        ("play 64 KB", lambda: client.get(f"/api/v1/calls/{heard}/audio", headers=part)),
    ]
    if chance.random() < 0.2:
        found.append(("hand in a file", lambda: client.post("/api/v1/recordings", files=own)))
    return found


def number_of(chance: random.Random) -> str:
    return sha256(chance.randbytes(8)).hexdigest()[:12]


def little(chance: random.Random) -> bytes:
    """Return a recording of half a second that nobody else hands in."""
    return SAMPLE.read_bytes()[:4_000] + chance.randbytes(4_000)


def report(toll: Toll, chosen: argparse.Namespace, calls: int, taken: tuple[float, float]) -> str:
    used, memory = taken
    total = sum(map(len, toll.waits.values()))
    refused = ", ".join(f"{name} {count}" for name, count in sorted(toll.refused.items()))
    setting = (
        f"Written by `python bench/users.py`: {chosen.users} users for {chosen.seconds:.0f} s, "
        f"{THINK:g} s between requests; {calls:,} calls on SQLite; {os.cpu_count()} cores "
        f"with a load of {os.getloadavg()[1]:.1f} by all that ran on them."
    )
    found = (
        f"{total:,} requests, {total / chosen.seconds:.1f} a second; the server took "
        f"{used / max(1, total) * 1e3:.0f} ms of CPU for each and {memory:.0f} MB of memory. "
        f"Errors: {refused or 'none'}."
    )
    lines = ["# Users", "", setting, "", found, ""]
    lines += ["| | requests | median, ms | p95, ms | worst, ms |", "|---|---:|---:|---:|---:|"]
    for name, waits in toll.waits.items():
        waits.sort()
        lines.append(
            f"| {name} | {len(waits)} | {waits[len(waits) // 2] * 1e3:.0f} "
            f"| {waits[int(0.95 * len(waits))] * 1e3:.0f} | {waits[-1] * 1e3:.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
