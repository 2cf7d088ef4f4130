"""How long the dashboard and the report of a day take, at what number of calls.

Usage: python bench/dashboard.py [--calls 20000 100000] [--daily 1000] [--postgresql URL]

Some hundred calls are saved, judged and told as a worker does it; what telling costs is
measured on them. All others are copies of what was told, each with its own id, time, agent and
team, and with 20 more words of its own drawn from 200,000 by Zipf's law, so that their
vocabulary grows as in life. Their transcripts are not written: neither the dashboard nor the
report reads any. Requests go through the routes in this process. Writes
results/dashboard.md.
"""

# ruff: noqa: E402
import argparse
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

sys.path[0] = str(Path(__file__).parents[1] / "tests")
import msgspec
import numpy as np
import sqlalchemy as sa
from starlette.testclient import TestClient

from huiting.app.serving import Wish, parts_of
from huiting.app.settings import resolve
from huiting.insights.columns import facts as telling
from huiting.insights.columns.facts import MARK, Facts
from huiting.service.days import Days
from huiting.store import Store
from huiting.store.schema import Base, FactsRow, FieldRow, RecordingRow, TotalRow
from huiting.store.search import CALL_BITS
from huiting.web.server import build
from stock import LAST, Stock, fields_of, identity

RESULTS = Path(__file__).parent / "results" / "dashboard.md"
ORIGINALS = 300
WORDS, MORE = 200_000, 20
BATCH = 2_000
FEW, MANY = 3, 40
"""Requests of a kind: of those that may take seconds, of the others."""
TARGET = 200


@dataclass(frozen=True, slots=True)
class Timed:
    """Requests of one kind, in milliseconds."""

    name: str
    first: float
    """Of a process that has read nothing yet."""
    median: float
    p95: float
    cpu: float


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--calls", type=int, nargs="+", default=[20_000, 100_000])
    options.add_argument("--daily", type=int, default=1_000)
    options.add_argument("--postgresql", help="URL of an empty database; else an SQLite file")
    options.add_argument("--folder", type=Path, help="where to put the file")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        target = chosen.postgresql or f"sqlite:///{folder}/calls.db"
        text = measure(target, sorted(chosen.calls), chosen.daily)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def measure(target: str, sizes: Sequence[int], daily: int) -> str:
    tables: dict[int, list[Timed]] = {}
    packed: dict[int, float] = {}
    with Store.open(target) as store:
        stock = Stock(50, daily)
        for number in range(ORIGINALS):
            stock.keep(store, stock.analysis(number))
        with counting(target) as days:
            began = time.process_time()
            days.catch_up(lambda: True)
            told = (time.process_time() - began) / ORIGINALS
            there = ORIGINALS
            for size in sizes:
                copy(store, stock, days, range(there, size))
                there = size
                began = time.process_time()
                days.catch_up(lambda: True)
                packed[size] = time.process_time() - began
                tables[size] = list(ask(target, size, daily))
        bytes_ = room(store)
    return "\n".join(report(tables, told, packed, bytes_, there, daily, store)) + "\n"


@contextmanager
def counting(target: str) -> Iterator[Days]:
    """Give the days of a service on this store."""
    settings = resolve({"store": target, "timezone": "UTC"}).settings
    with parts_of(settings, Wish(sign_in=False)) as parts:
        yield parts.reporting.days


def copy(store: Store, stock: Stock, days: Days, numbers: range) -> None:
    """Write calls without their transcripts, and what is counted of them."""
    chance = np.random.default_rng(7)
    with store.database.reading() as connection:
        first = connection.execute(sa.select(RecordingRow.__table__).limit(1)).mappings().one()
        own = sa.select(FactsRow.body).where(FactsRow.form == days.totals.form)
        originals = [telling.decode(body) for body in connection.scalars(own.limit(ORIGINALS))]
        key = connection.scalar(sa.select(sa.func.max(RecordingRow.key))) or 0
    seconds: dict[int, int] = {}
    for begin in range(numbers.start, numbers.stop, BATCH):
        rows, facts, fields = [], [], []
        for number in range(begin, min(begin + BATCH, numbers.stop)):
            key += 1
            began = stock.when(number)
            metadata = fields_of(number)
            place = int(began.timestamp())
            seconds[place] = seconds.get(place, 0) + 1
            row = {
                **first, "key": key, "id": identity(number), "began": began.replace(tzinfo=None),
                "clock": (place << CALL_BITS) + seconds[place], "metadata": metadata,
                "started_at": began.isoformat(),
            }  # fmt: skip
            rows.append(row)
            fields += [{"recording": key, "name": n, "value": v} for n, v in metadata.items()]
            original = originals[number * 7_919 % len(originals)]
            body = telling.encode(another(original, number, metadata, stock, chance))
            facts.append({"recording": key, "form": days.totals.form, "stamp": 0, "body": body})
        with store.database.writing() as connection:
            connection.execute(sa.insert(table(RecordingRow)), rows)
            connection.execute(sa.insert(table(FieldRow)), fields)
            connection.execute(sa.insert(table(FactsRow)), facts)


def table(row: type[Base]) -> sa.Table:
    return cast("sa.Table", row.__table__)


def another(
    of: Facts, number: int, metadata: dict[str, str], stock: Stock, chance: np.random.Generator
) -> Facts:
    began = stock.when(number)
    hidden = {"order", "phone", "day", "hour"}
    entries = [e for e in of.fields if e.partition(MARK)[0] not in {*metadata, *hidden}]
    entries = [e for e in entries if not e.startswith(telling.AGENT)]
    entries += [f"{n}{MARK}{v}" for n, v in metadata.items() if n not in hidden]
    entries += [f"{telling.AGENT}{MARK}{metadata['agent']}", f"day{MARK}{began.date()}"]
    drawn = np.minimum(chance.zipf(1.3, MORE), WORDS)
    return msgspec.structs.replace(
        of,
        call=identity(number),
        day=began.date().toordinal(),
        hour=began.hour,
        owners=telling.owners(metadata),
        fields=entries,
        terms=sorted({*of.terms, *(f"词{n}" for n in drawn.tolist())}),
    )


def room(store: Store) -> tuple[int, int]:
    """Return the bytes of all facts, and of all totals."""
    with store.database.reading() as connection:
        sizes = [
            connection.scalar(sa.select(sa.func.sum(sa.func.length(row.body))))
            for row in (FactsRow, TotalRow)
        ]
    return int(sizes[0] or 0), int(sizes[1] or 0)


def ask(target: str, size: int, daily: int) -> Iterator[Timed]:
    last = LAST.date() - timedelta(1)
    oldest = last - timedelta(max(30, min(size // daily - 29, 60)))
    week, month = last - timedelta(6), last - timedelta(29)
    board, reports = "/api/v1/dashboard?until={}", "/api/v1/reports/{}&until={}"
    day, agent = f"since={last}", [f"&agent={8000 + n}" for n in range(20)]
    kinds = [
        ("dashboard of a day", [f"{board.format(last)}&{day}"], MANY),
        ("dashboard of a day, a team", [f"{board.format(last)}&{day}&team=T{n}" for n in range(6)], MANY),
        ("dashboard of a day, an agent", [f"{board.format(last)}&{day}{a}" for a in agent], MANY),
        ("dashboard of a week", [f"{board.format(last)}&since={week}"], MANY),
        ("dashboard of thirty days", [f"{board.format(last)}&since={month}"], MANY),
        ("dashboard of thirty days, a site", [f"{board.format(last)}&since={month}&site=S{n}" for n in range(4)], MANY),
        (f"dashboard of {(last - oldest).days + 1} days", [f"{board.format(last)}&since={oldest}"], FEW),
        ("report of a day beside four weeks", [reports.format(f"day?format=json&{day}", last)], FEW),
        ("report of thirty days beside four weeks", [reports.format(f"day?format=json&since={month}", last)], FEW),
        ("agents of a day", [reports.format(f"agents?{day}", last)], FEW),
        ("causes of anger, all days", [reports.format("causes?target=angry", last)], FEW),
        ("scores by week and agent, all days", [reports.format("trends?measure=score&by=agent", last)], FEW),
    ]  # fmt: skip
    settings = resolve({"store": target, "timezone": "UTC"}).settings
    for name, addresses, times in kinds:
        with (
            parts_of(settings, Wish(sign_in=False)) as parts,
            TestClient(build(parts), base_url="http://127.0.0.1") as web,
        ):
            web.get("/healthz")
            yield timed(name, web, addresses, times)


def timed(name: str, web: TestClient, addresses: Sequence[str], times: int) -> Timed:
    def once(address: str) -> float:
        began = time.perf_counter()
        answer = web.get(address)
        assert answer.status_code == 200, answer.text[:300]
        return (time.perf_counter() - began) * 1e3

    first = once(addresses[0])
    for _ in range(2):
        once(random.choice(addresses))
    used = time.process_time()
    taken = sorted(once(addresses[n % len(addresses)]) for n in range(times))
    cpu = (time.process_time() - used) / times * 1e3
    return Timed(name, first, taken[len(taken) // 2], taken[int(0.95 * len(taken))], cpu)


def report(
    tables: dict[int, list[Timed]],
    told: float,
    packed: dict[int, float],
    bytes_: tuple[int, int],
    calls: int,
    daily: int,
    store: Store,
) -> Iterator[str]:
    kind = "SQLite" if store.database.dialect == "sqlite" else "PostgreSQL"
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    yield "# Dashboard and reports"
    yield ""
    yield (
        f"Written by `python bench/dashboard.py`: {kind}, {platform.machine()}, "
        f"{os.cpu_count()} cores that others used too (load {load}); {daily:,} calls a day. "
        f"A target of {TARGET} ms for 95 of 100 looks at the dashboard."
    )
    yield ""
    yield (
        f"Telling what is counted of a call: {told * 1e3:.1f} ms of CPU, once, by a worker "
        f"({ORIGINALS} calls of about 50 segments). Of {calls:,} calls "
        f"{bytes_[0] / calls / 1e3:.1f} kB each are kept one by one and {bytes_[1] / calls / 1e3:.1f} "
        "kB each in the columns of days."
    )
    for size, found in tables.items():
        yield ""
        yield f"## {size:,} calls"
        yield ""
        yield f"Putting told calls into the columns of days: {packed[size]:.0f} s of CPU, once."
        yield ""
        yield "| | first, ms | median, ms | p95, ms | CPU, ms |"
        yield "|---|---:|---:|---:|---:|"
        for t in found:
            late = t.name.startswith("dashboard") and t.p95 > TARGET
            p95 = f"**{t.p95:.0f}**" if late else f"{t.p95:.0f}"
            yield f"| {t.name} | {t.first:.0f} | {t.median:.0f} | {p95} | {t.cpu:.0f} |"


if __name__ == "__main__":
    main()
