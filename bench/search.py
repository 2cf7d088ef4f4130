"""How fast the store saves and searches: 100,000 synthetic segments of contact-centre calls.

Usage: python bench/search.py [--segments 100000] [--postgresql URL]

Sentences are made from templates with a fixed seed; nothing is read from a recording.
Writes bench/results/search.md. The PostgreSQL database named by URL must be empty or
of an earlier run: its tables are dropped first.
"""

# ruff: noqa: E402
import argparse
import gc
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1] / "tests")
import sqlalchemy as sa

from huiting.core.types import Role
from huiting.store import Hit, Store
from sentences import START, calls, extra

RESULTS = Path(__file__).parent / "results" / "search.md"
TARGET_MS = 100
REPEATS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of search and the queries that stand for it."""

    name: str
    ask: Callable[[Store, str], list[Hit]]
    queries: tuple[str, ...]


QUESTIONS = (
    Question("one character, common", lambda s, q: s.search(q), ("的", "您", "是", "我", "，")),
    Question("one character, rare", lambda s, q: s.search(q), ("靴", "鲁", "滤", "奶", "豆")),
    Question("two characters, common", lambda s, q: s.search(q), ("您好", "帮您", "可以", "一下")),
    Question("two characters, rare", lambda s, q: s.search(q), ("奶粉", "台灯", "专票", "武汉")),
    Question("two that never meet", lambda s, q: s.search(q), ("的您", "我是的", "您我", "是是")),
    Question(
        "four characters and more", lambda s, q: s.search(q),
        ("七天无理由", "空气净化器", "收货地址", "为了保护您的信息安全", "原路退回您的账户"),
    ),
    Question("digits", lambda s, q: s.search(q), ("8866", "399", "7", "13800", "20250310")),
    Question("two words", lambda s, q: s.search(q), ("退款 账户", "耳机 退货", "您 的", "我 钱")),
    Question("Traditional", lambda s, q: s.search(q), ("退貨", "藍牙耳機", "賬戶", "簡訊")),
    Question(
        "sounds like", lambda s, q: s.search(q, sounds_like=True),
        ("推款", "贴无理由", "蓝压耳鸡", "投树", "的", "银行"),
    ),
    Question(
        "role and since", lambda s, q: s.search(q, role=Role.CUSTOMER, since=START + timedelta(40)),
        ("退货", "的", "您好", "投诉", "399"),
    ),
    Question(
        "agent", lambda s, q: s.search(q, agent="8042"), ("退货", "的", "您好", "奶粉", "399"),
    ),
    Question("page 50", lambda s, q: s.search(q, offset=1000), ("的", "您好", "退货")),
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--segments", type=int, default=100_000)
    options.add_argument("--postgresql", default="", help="URL of a database to use")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        sections = [measure(f"SQLite {sqlite3.sqlite_version}", str(path), chosen.segments)]
    if chosen.postgresql:
        sections.append(
            measure(empty_postgresql(chosen.postgresql), chosen.postgresql, chosen.segments)
        )
    RESULTS.write_text("\n".join([heading(chosen.segments), *sections]), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


def heading(segments: int) -> str:
    return (
        "# Search\n\n"
        f"`python bench/search.py`: {segments:,} synthetic segments, {platform.machine()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[1]:.1f} beside and from this. Each query {REPEATS} times, limit 20; "
        f"milliseconds for the whole call of `Store.search`. Target: under {TARGET_MS} ms.\n"
    )


def empty_postgresql(url: str) -> str:
    """Drop the tables of an earlier run; return the server's name and version."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        version = connection.dialect.server_version_info or ()
    engine.dispose()
    return f"PostgreSQL {'.'.join(map(str, version))}"


def measure(name: str, target: str, segments: int) -> str:
    with Store.open(target) as store:
        made = list(calls(segments))
        began = time.perf_counter()
        store.save_all(made, at=START)
        bulk = time.perf_counter() - began
        began = time.perf_counter()
        again = [extra(number) for number in range(50)]
        for analysis in again:
            store.save(analysis, at=START)
        single = (time.perf_counter() - began) / len(again)
        analyze_tables(target)
        count = len(made)
        del made, again
        gc.collect()  # or it happens in the middle of a search
        rows = [row(question, store) for question in QUESTIONS]
    size = Path(target).stat().st_size / 1e6 if "://" not in target else None
    lines = [
        f"## {name}\n",
        f"Saved {segments:,} segments of {count:,} calls in {bulk:.1f} s "
        f"({segments / bulk:,.0f} segments/s, {count / bulk:.0f} calls/s); one call alone in "
        f"its transaction: {single * 1e3:.0f} ms." + (f" File: {size:.0f} MB." if size else ""),
        "",
        "| query | median | 95 % | worst | hits on the page |",
        "|---|---:|---:|---:|---:|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def analyze_tables(target: str) -> None:
    """Do what autovacuum does within a minute of a large import."""
    if "://" in target:
        engine = sa.create_engine(sa.make_url(target).set(drivername="postgresql+psycopg"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
        engine.dispose()


def row(question: Question, store: Store) -> str:
    times: list[float] = []
    found = 0
    for query in question.queries:
        found += len(question.ask(store, query))  # not counted: fills caches
        for _ in range(REPEATS):
            began = time.perf_counter()
            question.ask(store, query)
            times.append((time.perf_counter() - began) * 1e3)
    times.sort()
    late = times[int(0.95 * len(times))]
    return (
        f"| {question.name}: {' / '.join(question.queries)} | {statistics.median(times):.1f} "
        f"| {late:.1f} | {times[-1]:.1f} | {found / len(question.queries):.1f} |"
    )


if __name__ == "__main__":
    main()
