"""What a large store costs: saving, listing, searching, opening, reporting; its size.

Usage: python bench/load.py [--calls 2000 6000 20000] [--segments 50] [--postgresql] [--daily 600]

A store grows to each of the sizes; at each of them is measured, on SQLite or (`--postgresql`) on
a PostgreSQL server of its own: saving as imports do and as workers do, requests to the
routes in this process, the size on the disk, the care that a database needs. Sentences are
made from templates; nothing is read from a recording. 100,000 calls of 50 segments are
`--calls 100000`; that takes hours on two cores. Writes results/load.json and load.md; what
other runs have measured stays there. Fifty users at a time: bench/users.py.
"""

# ruff: noqa: E402
import argparse
import gc
import json
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")  # here, `faults` would be a benchmark
import sqlalchemy as sa
from starlette.testclient import TestClient

from faults.server import Server
from huiting.app.serving import Wish, parts_of
from huiting.app.settings import resolve
from huiting.store import Store
from huiting.web.server import build
from stock import LAST, Stock, ids

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "load.json"
TABLE = HERE / "results" / "load.md"
SAMPLE = 60
"""Calls by whose saving the rate is measured, and requests of a kind."""
FEW = 5
"""Requests of a kind that takes seconds."""
TARGET = 200.0
"""Milliseconds within which 95 of 100 lists, searches and pages shall be there."""
SERVER = (
    "-c shared_buffers=512MB -c max_wal_size=2GB -c maintenance_work_mem=128MB "
    "-c effective_cache_size=2GB -c random_page_cost=1.1"
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Of requests of one kind; milliseconds."""

    median: float
    p95: float
    cpu: float
    """Mean of this process: that of the client too, and not that of PostgreSQL."""
    status: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A store of one size."""

    database: str
    calls: int
    segments: int
    hours: float
    """Of audio."""
    bulk: float
    """Calls a second, as imports save them."""
    single: float
    """Milliseconds for a call as a worker saves it, judged and with its dialogue."""
    size: float
    """MB on the disk."""
    care: float
    """Seconds of VACUUM and ANALYZE."""
    memory: float
    """MB that this process has held at most."""
    load: float
    """Of the machine, over five minutes, by all that ran on it."""
    cores: int
    daily: int
    requests: dict[str, Latency] = field(default_factory=dict)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--calls", type=int, nargs="+", default=[2_000, 6_000, 20_000])
    options.add_argument("--segments", type=int, default=50)
    options.add_argument("--conversations", type=int, default=1_000, help="that differ")
    options.add_argument("--daily", type=int, default=600, help="calls a day")
    options.add_argument("--postgresql", action="store_true")
    options.add_argument("--folder", type=Path, help="where to put the store; else a temporary one")
    options.add_argument("--table", action="store_true", help="only write load.md anew")
    chosen = options.parse_args()
    if not chosen.table:
        with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="load-") as folder:
            measure(chosen, Path(folder))
    TABLE.write_text(report(), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


def measure(chosen: argparse.Namespace, folder: Path) -> None:
    stock = Stock(chosen.conversations, chosen.segments, chosen.daily)
    with database(folder, postgresql=chosen.postgresql) as target, Store.open(target) as store:
        there = 0
        for size in sorted(chosen.calls):
            stock.fill(store, range(there, size))
            measured = at_size(stock, store, target, size, chosen)
            there = size + 2 * SAMPLE
            keep(measured)


@contextmanager
def database(folder: Path, *, postgresql: bool) -> Iterator[str]:
    if not postgresql:
        yield f"sqlite:///{folder / 'calls.db'}"
        return
    server = Server(SERVER)
    try:
        yield server.url
    finally:
        server.close()


def at_size(
    stock: Stock, store: Store, target: str, size: int, chosen: argparse.Namespace
) -> Measured:
    """Measure a store that holds calls [0, size); it gets 2 * SAMPLE more."""
    care = seconds(lambda: tend(store))
    on_disk = bytes_of(store, target)
    several = [stock.analysis(number) for number in range(size, size + SAMPLE)]
    bulk = seconds(lambda: store.save_all(several, at=LAST))
    alone = range(size + SAMPLE, size + 2 * SAMPLE)
    single = seconds(lambda: keep_all(stock, store, alone))
    gc.collect()
    return Measured(
        database=name_of(store),
        calls=size,
        segments=size * chosen.segments,
        hours=size * chosen.segments * 4.0 / 3600,
        bulk=SAMPLE / bulk,
        single=single / SAMPLE * 1e3,
        size=on_disk / 1e6,
        care=care,
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        load=os.getloadavg()[1],
        cores=os.cpu_count() or 0,
        daily=chosen.daily,
        requests=dict(ask(target, size)),
    )


def keep_all(stock: Stock, store: Store, numbers: range) -> None:
    for number in numbers:
        stock.keep(store, number)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tend(store: Store) -> None:
    """Do what a database needs after much was written."""
    if store.database.dialect == "postgresql":
        engine = store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
        return
    with store.database.bare() as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA optimize")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()


def bytes_of(store: Store, target: str) -> int:
    if store.database.dialect == "sqlite":
        return Path(target.removeprefix("sqlite:///")).stat().st_size
    with store.database.reading() as connection:
        return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)


def name_of(store: Store) -> str:
    if store.database.dialect == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with store.database.reading() as connection:
        return f"PostgreSQL {'.'.join(map(str, connection.dialect.server_version_info or ()))}"


def ask(target: str, size: int) -> Iterator[tuple[str, Latency]]:
    """Send requests to the routes, as somebody who sees no personal data."""
    day = (LAST - timedelta(1)).date().isoformat()
    settings = resolve({"store": target}).settings
    step = max(1, size // SAMPLE)
    with (
        parts_of(settings, Wish(sign_in=False)) as parts,
        TestClient(build(parts), base_url="http://127.0.0.1") as web,
    ):
        for name, path, values in requests(day):
            yield name, latency(web, [path.format(value) for value in values])
        opened = list(islice(ids(range(0, size, step)), SAMPLE))
        yield "open a call", latency(web, [f"/api/v1/calls/{call}" for call in opened])
        deep = page(web, 200, SAMPLE)
        if deep:
            yield "list, pages further down", latency(web, deep)
        for name, path in reports(day):
            yield name, latency(web, [path] * 2)


def requests(day: str) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield kinds of requests: a name, a path, what it is filled in with."""
    each = [""] * 20
    agents = [str(8000 + number) for number in range(20)]
    yield "list, the newest 50", "/api/v1/calls{}", each
    yield "list, of an agent", "/api/v1/calls?agent={}", agents
    yield "list, of a day", f"/api/v1/calls?since={day}T00:00:00Z&until={day}T23:59:59Z{{}}", each
    yield "list, a rule failed", "/api/v1/calls?verdict=fail{}", each
    yield "list, a customer angry", "/api/v1/calls?emotion=ANGRY{}", each
    yield "list, by a score", "/api/v1/calls?scorecard=ecommerce&score_max=50{}", each
    words = [
        "退货",
        "奶粉",
        "您好",
        "七天无理由",
        "空气净化器",
        "投诉",
        "台灯",
        "399",
        "订单号",
        "的",
    ]
    yield "list, where something is said", "/api/v1/calls?limit=20&q={}", words
    yield "search", "/api/v1/search?q={}", words * 2
    yield "search, of an agent", "/api/v1/search?q=退货&agent={}", agents
    alike = ["推款", "贴无理由", "蓝压耳鸡", "投树", "银行"]
    yield "search, sounds like", "/api/v1/search?sounds_like=true&q={}", alike * 3


def reports(day: str) -> Iterator[tuple[str, str]]:
    """Yield reports: a name, a path."""
    yield "agents of a day", f"/api/v1/reports/agents?since={day}&until={day}"
    yield "report of a day, beside four weeks", f"/api/v1/reports/day?since={day}&until={day}"


def page(web: TestClient, limit: int, most: int) -> list[str]:
    """Follow the cursors of a list; return the addresses of its further pages."""
    found: list[str] = []
    address = f"/api/v1/calls?limit={limit}"
    while len(found) < most:
        following = web.get(address).json()["next"]
        if following is None:
            break
        address = f"/api/v1/calls?limit=50&cursor={following}"
        found.append(address)
    return found


def latency(web: TestClient, addresses: Sequence[str]) -> Latency:
    times, status = [], 0
    if len(addresses) > FEW:
        web.get(addresses[0])  # not counted: what is only made once
    used = time.process_time()
    for address in addresses:
        began = time.perf_counter()
        answer = web.get(address)
        times.append((time.perf_counter() - began) * 1e3)
        status = max(status, answer.status_code)
    times.sort()
    cpu = (time.process_time() - used) / len(times) * 1e3
    return Latency(times[len(times) // 2], times[int(0.95 * len(times))], cpu, status)


def keep(measured: Measured) -> None:
    """Write it beside what other runs have measured."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[f"{measured.database}, {measured.calls:08d}"] = asdict(measured)
    RESULTS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")
    print(f"{measured.database}: {measured.calls:,} calls measured", flush=True)


def report() -> str:
    found = list(json.loads(RESULTS.read_text("utf-8")).values())
    heads = (
        "database", "calls", "segments", "hours of audio", "imported calls/s",
        "saved by a worker, ms", "on the disk, MB", "MB an hour of audio",
        "vacuum and analyze, s", "memory, MB", "load on cores",
    )  # fmt: skip
    opening = (
        f"Written by `python bench/load.py`: synthetic calls on {platform.machine()}; a target of "
        f"{TARGET:.0f} ms for 95 of 100 requests. The machine was shared: its load is in the table."
    )
    lines = ["# Load", "", opening, "", "## Sizes and saving", ""]
    lines += ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    lines += [
        f"| {m['database']} | {m['calls']:,} | {m['segments']:,} | {m['hours']:,.0f} "
        f"| {m['bulk']:.0f} | {m['single']:.0f} | {m['size']:,.0f} | {m['size'] / m['hours']:.2f} "
        f"| {m['care']:.1f} | {m['memory']:.0f} | {m['load']:.1f} on {m['cores']} |"
        for m in found
    ]
    for database in dict.fromkeys(m["database"] for m in found):
        own = [m for m in found if m["database"] == database]
        names = list(dict.fromkeys(name for m in own for name in m["requests"]))
        sizes = " | ".join(f"{m['calls']:,} calls" for m in own)
        lines += [
            "",
            f"## Requests on {database}",
            "",
            "Median / p95, and CPU of the server and the client, milliseconds.",
            "",
        ]
        lines += [f"| | {sizes} |", "|---|" + "---:|" * len(own)]
        lines += [
            f"| {name} | " + " | ".join(_cell(m["requests"].get(name)) for m in own) + " |"
            for name in names
        ]
    return "\n".join(lines) + "\n"


def _cell(found: dict[str, float] | None) -> str:
    if found is None:
        return "–"
    if found["status"] != 200:
        return f"refused ({found['status']:.0f})"
    late = f"**{found['p95']:.0f}**" if found["p95"] > TARGET else f"{found['p95']:.0f}"
    return f"{found['median']:.0f} / {late}, {found['cpu']:.0f}"


if __name__ == "__main__":
    main()
