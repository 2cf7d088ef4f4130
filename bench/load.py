"""What a large store costs: saving, listing, searching, opening; its size.

Usage: python bench/load.py [--calls 5000 100000] [--segments 50] [--postgresql | --store URL]

Of each size a store is filled: `--originals` calls are saved as a worker saves them, one by
one, and the rest are copies of their rows, written into every table and index under other
ids, times, agents and telephones (tests/copies.py; a test compares copies with calls that were
saved). Then `--last` further calls are saved as a worker saves them: that is the rate of
saving at full size. Beside the calls stands how they were handed in and what reviewers made of
one in twenty (tests/paperwork.py); the latest are counted for reports, as a worker does. Requests
go over HTTP to `huiting serve` on this machine, one at a time; beside their time stands the CPU
time of the server and of PostgreSQL. Conversations are made from templates; nothing is read
from a recording.

`--store` measures a store that was filled before and is kept. Writes results/load.json and
load.md; what other runs have measured stays there. Fifty users at a time: bench/users.py.
"""

# ruff: noqa: E402
import argparse
import http.client
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

sys.path[0] = str(Path(__file__).parents[1] / "tests")  # here, `faults` would be a benchmark
import sqlalchemy as sa

from answering import Answering, answering
from backends import backends
from faults.server import Server
from filled import fill
from huiting.app.serving import Wish, parts_of
from huiting.app.settings import resolve
from huiting.store import Store
from huiting.store.schema import RecordingRow
from paperwork import do_paperwork
from stock import Stock, identity

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "load.json"
TABLE = HERE / "results" / "load.md"
SAMPLE = 20
"""Requests of a kind."""
AT_ONCE = 500
"""Calls that are counted before anybody is asked whether to go on."""
_SAVING = ("saved", "save", "save_p95", "save_cpu", "filled")
TARGET = 200.0
"""Milliseconds within which 95 of 100 lists, searches and pages shall be there."""
SERVER = (
    "-c shared_buffers=512MB -c max_wal_size=4GB -c maintenance_work_mem=512MB "
    "-c effective_cache_size=4GB -c random_page_cost=1.1"
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Of requests of one kind; milliseconds."""

    median: float
    p95: float
    cpu: float
    """Median of the server's process; that of PostgreSQL's is not in it."""
    cpu_p95: float
    status: int
    kilobytes: float
    """Of an answer, in the mean."""
    database: float = 0.0
    """Median of the CPU of PostgreSQL's processes; 0 for SQLite, which runs within the server's."""
    database_p95: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A store of one size."""

    database: str
    calls: int
    segments: int
    hours: float
    """Of audio."""
    originals: int
    filled: float
    """Seconds in which the store was filled; 0 when it was there."""
    saved: int
    """Calls by which the time to save one was measured, when all others were there."""
    save: float
    """Milliseconds to save a call, in the median: judged, with its dialogue."""
    save_p95: float
    save_cpu: float
    size: float
    """MB on the disk."""
    care: float
    """Seconds of what a database needs after much was written."""
    vacuum: float
    """Seconds in which all of it was written anew; 0 when that was not tried."""
    memory: float
    """MB that the server has held at most."""
    load: float
    """Of the machine, over five minutes, by all that ran on it."""
    cores: int
    daily: int
    requests: dict[str, Latency] = field(default_factory=dict)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--calls", type=int, nargs="+", default=[5_000, 100_000])
    options.add_argument("--segments", type=int, default=50)
    options.add_argument("--originals", type=int, default=2_000, help="calls saved one by one")
    options.add_argument("--last", type=int, default=1_000, help="calls saved when all are there")
    options.add_argument("--counted", type=int, default=8_000, help="for reports")
    options.add_argument("--daily", type=int, default=1_000, help="calls a day")
    options.add_argument("--postgresql", action="store_true")
    options.add_argument("--store", help="URL of a store that is filled once and kept")
    options.add_argument("--vacuum", action="store_true", help="write the database anew, too")
    options.add_argument("--folder", type=Path, help="where to put stores; else a temporary one")
    options.add_argument("--table", action="store_true", help="only write load.md anew")
    chosen = options.parse_args()
    for size in [] if chosen.table else chosen.calls:
        with place(chosen) as target:
            keep(measure(chosen, target, size))
    TABLE.write_text(report(), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


@contextmanager
def place(chosen: argparse.Namespace) -> Iterator[str]:
    """Give the URL of a database."""
    with ExitStack() as ends:
        if chosen.store:
            yield chosen.store
        elif chosen.postgresql:
            server = Server(SERVER)
            ends.callback(server.close)
            yield server.url
        else:
            folder = ends.enter_context(tempfile.TemporaryDirectory(dir=chosen.folder))
            yield f"sqlite:///{folder}/calls.db"


def measure(chosen: argparse.Namespace, target: str, size: int) -> Measured:
    """Measure a store of calls [0, size)."""
    stock = Stock(chosen.segments, chosen.daily)
    originals = min(chosen.originals, size)
    with Store.open(target) as store:
        there = store.count()
        filling = 0.0 if there else seconds(lambda: fill(store, stock, size, originals))
        care = seconds(lambda: tend(store))
        saved = [store.count() - size, store.count() - size + chosen.last]
        times, cpu = save(stock, store, range(-saved[1], -saved[0]))
        do_paperwork(store, datetime.now(UTC))
        vacuum = seconds(lambda: rewrite(store)) if chosen.vacuum else 0.0
        segments, hours = totals(store)
        sizes = bytes_of(store, target)
        name = name_of(store)
    if filling:
        count(target, chosen.counted)
    with answering(target) as server, backends(target) as used:
        requests = dict(ask(Client(server, used), size, stock))
        return Measured(
            name, size, segments, hours, originals, filling, len(times),
            save=times[len(times) // 2], save_p95=times[int(0.95 * len(times))], save_cpu=cpu,
            size=sizes / 1e6, care=care, vacuum=vacuum, memory=server.peak(),
            load=os.getloadavg()[1], cores=os.cpu_count() or 0, daily=chosen.daily,
            requests=requests,
        )  # fmt: skip


def save(stock: Stock, store: Store, numbers: range) -> tuple[list[float], float]:
    """Save calls as a worker does; return how long each took, sorted, and the mean of the CPU."""
    times, used = [], 0.0
    for number in reversed(numbers):
        analysis = stock.analysis(number)
        began, before = time.perf_counter(), time.process_time()
        stock.keep(store, analysis)
        used += time.process_time() - before
        times.append((time.perf_counter() - began) * 1e3)
    return sorted(times) or [0.0], used / max(1, len(times)) * 1e3


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def count(target: str, calls: int) -> None:
    """Count the latest calls, as a worker does: reports add up what was counted."""
    with parts_of(resolve({"store": target}).settings, Wish(sign_in=False)) as parts:
        steps = iter(range(calls // AT_ONCE))
        parts.reporting.days.catch_up(lambda: next(steps, None) is not None)


def tend(store: Store) -> None:
    """Do what a database needs after much was written."""
    if store.database.dialect == "postgresql":
        plainly(store, "VACUUM ANALYZE")
        return
    with store.database.bare() as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA optimize")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()


def rewrite(store: Store) -> None:
    """Write the whole database anew."""
    if store.database.dialect == "postgresql":
        plainly(store, "VACUUM FULL")
        return
    with store.database.bare() as connection:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()


def plainly(store: Store, command: str) -> None:
    engine = store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(command))


def totals(store: Store) -> tuple[int, float]:
    """Return how many segments there are, and how many hours of audio."""
    with store.database.reading() as connection:
        segments = connection.scalar(sa.text("SELECT sum(segments) FROM analysis"))
        hours = connection.scalar(sa.select(sa.func.sum(RecordingRow.duration)))
        return int(segments or 0), float(hours or 0.0) / 3600


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


def ask(client: "Client", size: int, stock: Stock) -> Iterator[tuple[str, Latency]]:
    """Send requests, one at a time, as somebody who sees no personal data."""
    for name, path, values in kinds(size, stock):
        addresses = list(
            islice((path.format(quote(value, safe="&=")) for value in cycle(values)), SAMPLE)
        )
        yield name, client.latency(addresses)
    yield "list, pages further down", client.latency(client.pages("/api/v1/calls?limit=200"))
    yield (
        "search, pages further down",
        client.latency(client.pages("/api/v1/search?q=退货&limit=100")),
    )


def kinds(size: int, stock: Stock) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield kinds of requests: a name, a path, what it is filled in with."""
    one = [""]
    agents = [str(8000 + number) for number in range(40)]
    days = [f"{stock.when(size * n // 40):%Y-%m-%d}" for n in range(1, 40)]
    latest = [f"{stock.when(0) - timedelta(n):%Y-%m-%d}" for n in range(1, 6)]
    lists = "/api/v1/calls"
    of_day = "since={0}T00:00:00Z&until={0}T23:59:59Z"
    yield "list, the newest 50", lists + "{}", one
    yield "list, of an agent", lists + "?agent={}", agents
    yield "list, of a day", f"{lists}?{of_day}", days
    yield "list, of an agent and a day", f"{lists}?agent=8007&{of_day}", days
    yield "list, any rule failed", lists + "?verdict=fail{}", one
    rules = [
        "ec-damage-handling",
        "number-repeated-back",
        "agent-asks-again",
        "follow-up-with-time",
    ]
    yield "list, a rule failed", lists + "?verdict=fail&rule={}", rules
    yield "list, uncertain verdicts of an agent", lists + "?verdict=uncertain&agent={}", agents
    yield "list, a customer angry", lists + "?emotion=ANGRY{}", one
    yield "list, nobody so", lists + "?emotion=DISGUSTED{}", one
    yield "list, for a reason", lists + "?intent={}", ["售后", "物流/查询", "咨询/商品"]
    scored = lists + "?scorecard=ecommerce-service"
    yield "list, by a score", scored + "&score_max={}", ["40", "60", "75"]
    yield "list, the worst of an agent first", scored + "&sort=score&order=asc&agent={}", agents
    yield "list, the longest first", lists + "?sort=duration{}", one
    yield "list, long silence", lists + "?measure=longest_silence:{}:", ["40", "25", "10"]
    yield "list, of an order", lists + "?metadata=order:E{}", [f"{n * 7919:08d}" for n in range(40)]
    words = [
        "退货",
        "奶粉",
        "您好",
        "七天无理由",
        "空气净化器",
        "投诉",
        "台灯",
        "399",
        "的",
        "哈尔滨",
    ]
    yield "list, something is said", lists + "?limit=20&q={}", words
    yield "list, something is said to an agent", lists + "?limit=20&q=退货&agent={}", agents
    yield "list, the longest with a word", lists + "?limit=20&sort=duration&q={}", words
    hits = "/api/v1/search?q="
    yield "search", hits + "{}", words
    yield "search, two words", hits + "{} 您", ["退货", "奶粉 退货", "投诉 电话", "会员年卡"]
    yield (
        "search, a phrase",
        hits + "%22{}%22",
        ["七天无理由退货", "保修期是12个月", "到达乌鲁木齐"],
    )
    yield "search, a number", hits + "{}", [f"{n * 271:04d}" for n in range(1, 36)]
    yield "search, what nobody says", hits + "{}", ["魑魅魍魉", "退火车", "123456789012"]
    yield "search, of an agent", hits + "退货&agent={}", agents
    yield "search, of a day", hits + "奶粉&" + of_day, days
    yield "search, of an agent and a day", hits + "您&agent=8007&" + of_day, days
    yield (
        "search, of an order",
        hits + "您&metadata=order:E{}",
        [f"{n * 7919:08d}" for n in range(40)],
    )
    alike = ["推款", "贴无理由", "蓝压耳鸡", "投树", "银行"]
    yield "search, sounds like", hits + "{}&sounds_like=true", alike
    yield "search, sounds like, of an agent", hits + "推款&sounds_like=true&agent={}", agents
    opened = [identity(number) for number in range(0, size, max(1, size // 40))]
    yield "open a call", lists + "/{}", opened
    yield "a call's segments", lists + "/{}/segments", opened[::-1]
    yield "dashboard of a day", "/api/v1/dashboard?since={0}&until={0}", latest
    yield from pages(latest, opened)


def pages(days: Sequence[str], opened: Sequence[str]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield the pages that people look at, likewise."""
    one = [""]
    yield "page of calls", "/calls{}", one
    yield "page of a call", "/calls/{}", opened
    yield "page of today, of a day", "/today?since={0}&until={0}", days
    for kind in ("agents", "causes", "words", "trends", "day"):
        until = "&until={0}"
        yield (
            f"page of the report {kind}, of a day",
            f"/reports?kind={kind}&since={{0}}{until}",
            days,
        )
    week = [f"{date.fromisoformat(days[0]) - timedelta(6)}&until={days[0]}"]
    yield "page of the report agents, of a week", "/reports?kind=agents&since={}", week
    yield "page of an agent, of a week", "/reports/agents/8007?since={}", week
    yield "page of what to review next", "/review{}", one
    yield "page of how rules do", "/review/rules{}", one
    yield (
        "page of how a rule does",
        "/review/rules/{}",
        ["number-repeated-back", "agent-asks-again"],
    )
    yield "page of plans of reviews", "/review/plans{}", one
    yield "page of appeals", "/review/appeals{}", one
    yield "page of the history", "/history{}", one
    yield "page of the history, further down", "/history?before={}", ["50000", "20000", "300"]
    yield (
        "page of the history, of a file name",
        "/history?name={}&unredacted=true",
        ["8007", "nobody"],
    )
    yield "page of the history, what failed", "/history?standing={}", ["failed", "binned", "gone"]
    yield "page of the bin", "/history/bin{}", one
    yield "page of retention", "/history/retention{}", one
    yield "page of rules", "/library{}", one
    yield "page of calls that run", "/live{}", one
    yield "page of the system", "/system{}", one
    yield "page of batches", "/batches{}", one


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests over one connection."""

    server: Answering
    used: Callable[[], float]
    """Tells the CPU seconds of the database."""

    def latency(self, addresses: Sequence[str]) -> Latency:
        """Ask for addresses, one after the other."""
        connection = self._connection()
        times: list[float] = []
        cpu: list[float] = []
        database: list[float] = []
        sizes, status = 0, 0
        self._ask(connection, addresses[0])  # not counted: what is only made once
        for address in addresses:
            before = self.used()
            used, began = self.server.cpu(), time.perf_counter()
            code, text = self._ask(connection, address)
            times.append((time.perf_counter() - began) * 1e3)
            cpu.append((self.server.cpu() - used) * 1e3)
            database.append((self.used() - before) * 1e3)
            sizes, status = sizes + len(text), max(status, code)
        connection.close()
        own = spread(times), spread(cpu)
        return Latency(*own[0], *own[1], status, sizes / len(times) / 1e3, *spread(database))

    def pages(self, address: str) -> list[str]:
        """Follow the cursors of a list; return the addresses of its further pages."""
        connection, at = self._connection(), address
        found: list[str] = []
        while len(found) < SAMPLE:
            following = json.loads(self._ask(connection, at)[1])["next"]
            if following is None:
                break
            at = f"{address}&cursor={quote(following)}"
            found.append(at)
        return found or [address]

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.server.address).netloc, timeout=600)

    @staticmethod
    def _ask(connection: http.client.HTTPConnection, address: str) -> tuple[int, bytes]:
        connection.request("GET", quote(address, safe="/?&=%:"))
        answer = connection.getresponse()
        return answer.status, answer.read()


def spread(times: list[float]) -> tuple[float, float]:
    """Return the median, and what 95 of 100 are under."""
    times.sort()
    return times[len(times) // 2], times[int(0.95 * len(times))]


def keep(measured: Measured) -> None:
    """Write it beside what other runs have measured."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    key = f"{measured.database}, {measured.calls:08d}"
    made = asdict(measured)
    if not measured.save:  # of this store it was measured before
        made |= {name: kept.get(key, made)[name] for name in _SAVING}
    kept[key] = made
    RESULTS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n", "utf-8")
    print(f"{measured.database}: {measured.calls:,} calls measured", flush=True)


def report() -> str:
    found = list(json.loads(RESULTS.read_text("utf-8")).values())
    heads = (
        "database", "calls", "segments", "hours of audio", "of them saved one by one",
        "saving one more, ms: median / p95, CPU", "on the disk, MB", "MB an hour of audio",
        "optimize or vacuum analyze, s", "written anew, s", "server's memory, MB", "load on cores",
    )  # fmt: skip
    opening = (
        f"Written by `python bench/load.py`: synthetic calls on {platform.machine()}; a target of "
        f"{TARGET:.0f} ms for 95 of 100 requests. The machine was shared: its load is in the "
        "table. Calls that were not saved one by one are copies of the rows of those that were, "
        "with other ids, times, agents and telephones."
    )
    lines = ["# Load", "", opening, "", "## Sizes and saving", ""]
    lines += ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    lines += [
        f"| {m['database']} | {m['calls']:,} | {m['segments']:,} | {m['hours']:,.0f} "
        f"| {m['originals']:,} + {m['saved']:,} "
        f"| {m['save']:.0f} / {m['save_p95']:.0f}, {m['save_cpu']:.0f} "
        f"| {m['size']:,.0f} | {m['size'] / m['hours']:.2f} | {m['care']:.1f} "
        f"| {format(m['vacuum'], '.0f') if m['vacuum'] else '–'} "
        f"| {m['memory']:.0f} | {m['load']:.1f} on {m['cores']} |"
        for m in found
    ]
    for database in dict.fromkeys(m["database"] for m in found):
        lines += requested([m for m in found if m["database"] == database])
    return "\n".join(lines) + "\n"


def requested(found: Sequence[dict[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for m in found for name in m["requests"]))
    sizes = " | ".join(f"{m['calls']:,} calls" for m in found)
    lines = [
        "", f"## Requests on {found[0]['database']}", "",
        ("Over HTTP, one at a time, milliseconds, each as median / p95: CPU of the server's process; "
            "on PostgreSQL CPU of its processes; and until the answer was there."), "",
    ]  # fmt: skip
    lines += [f"| | {sizes} | kB |", "|---|" + "---:|" * (len(found) + 1)]
    for name in names:
        cells = " | ".join(_cell(m["requests"].get(name)) for m in found)
        size = found[-1]["requests"].get(name, {"kilobytes": 0.0})["kilobytes"]
        lines.append(f"| {name} | {cells} | {size:.0f} |")
    return lines


def _cell(found: dict[str, float] | None) -> str:
    if found is None:
        return "–"
    if found["status"] != 200:
        return f"refused ({found['status']:.0f})"
    used = f"{found['cpu']:.0f} / {_marked(found['cpu_p95'])}"
    if found.get("database_p95"):
        used += f"; {found['database']:.0f} / {_marked(found['database_p95'])}"
    return f"{used}; {found['median']:.0f} / {_marked(found['p95'])}"


def _marked(time: float) -> str:
    return f"**{time:.0f}**" if time > TARGET else f"{time:.0f}"


if __name__ == "__main__":
    main()
