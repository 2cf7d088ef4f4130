"""Results over calls as files."""

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from cases import ANGRY, CUSTOMER, NEUTRAL, Upset, case, failed, line, scored, waits
from huiting.core.errors import InputError
from huiting.insights.agents import AgentReport, agents
from huiting.insights.case import Case
from huiting.insights.causes import causes
from huiting.insights.day import day
from huiting.insights.fields import parse
from huiting.insights.measures import measure
from huiting.insights.moments import Preceding, before_outbursts, outbursts_after
from huiting.insights.rates import Rate
from huiting.insights.trends import Step, compare, trend
from huiting.insights.words import GroupWords, SuggestedHotword, words, words_by
from huiting.reports.tables import tables, write_tables

CASES: list[Case] = [
    case(
        f"c{n}",
        line(CUSTOMER, 10, 12, "=手机爆炸", ANGRY if n % 2 else NEUTRAL),
        line(CUSTOMER, 30, 32, "退货", NEUTRAL),
        after=timedelta(days=n),
        agent=f"800{n % 3}",
        silences=[waits(5, 10)] if n % 3 else [],
        findings=[failed("banned", "随便你", 3, name="禁语")] if n % 4 else [],
        scores=[scored(float(n))],
        site="A" if n % 2 else "B",
    )
    for n in range(24)
]
RESULTS: dict[str, object] = {
    "causes": causes(CASES, measure("angry")),
    "outbursts": outbursts_after(CASES),
    "before": before_outbursts(CASES),
    "words": words(CASES, parse("since=2025-03-20")),
    "words of groups": words_by(CASES, "site"),
    "trend of a share": trend(CASES, measure("angry"), Step.WEEK, "agent"),
    "trend of a number": trend(CASES, measure("score"), Step.ALL),
    "compare": compare(CASES, measure("score"), parse("site=A"), parse("site=B")),
    "compare nothing": compare(CASES, measure("angry"), parse("site=A"), parse("site=C")),
    "agents": agents(CASES, lambda _: [Upset()]),
    "hotwords": (SuggestedHotword("运费险", Rate(5, 24), 3, ("c1",)),),
    "day": day(CASES[:12], CASES[12:]),
}


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_written_in_every_format(name: str, tmp_path: Path) -> None:
    found = tables(RESULTS[name])
    csvs = write_tables(tmp_path / "r.csv", RESULTS[name])
    parquets = write_tables(tmp_path / "r.parquet", RESULTS[name])
    (book,) = write_tables(tmp_path / "r.xlsx", RESULTS[name])
    sheets = openpyxl.load_workbook(book)

    assert len(csvs) == len(parquets) == len(found) == len(sheets.sheetnames) - 1
    for table, text, typed in zip(found, csvs, parquets, strict=True):
        rows = read(text)
        assert len(rows) == len(list(table.rows)) == pq.read_table(typed).num_rows
        assert [c.key for c in table.columns] == pq.read_table(typed).column_names
        assert sheets[table.name].max_row == len(rows) + 1
        assert len({c.key for c in table.columns}) == len(table.columns)
        assert all(c.zh and c.en for c in table.columns)


def test_a_share_stands_with_its_numbers(tmp_path: Path) -> None:
    (path,) = write_tables(tmp_path / "r.csv", RESULTS["causes"])
    rows = {(r["field"], r["value"]): r for r in read(path)}
    site = rows["site", "A"]

    assert (site["with_count"], site["with_of"], site["with_share"]) == ("12", "12", "1.0")
    assert 0.7 < float(site["with_share_low"]) < 1
    assert float(site["p"]) == pytest.approx(7.4e-7, rel=0.01)
    assert site["holds"] == "yes"
    assert site["calls"].split()[0] == "c1"


def test_quotes_cannot_run_as_formulas(tmp_path: Path) -> None:
    (path,) = write_tables(tmp_path / "r.csv", RESULTS["outbursts"])
    rows = read(path)

    assert rows[0]["quote"] == "'=手机爆炸"
    assert rows[0]["follows"] == "yes"


def test_agents_have_a_table_of_their_rules(tmp_path: Path) -> None:
    first, second = write_tables(tmp_path / "a.csv", RESULTS["agents"])
    rules = read(second)

    assert (first.name, second.name) == ("a.csv", "a-agent_rules.csv")
    assert {r["week"] for r in rules} >= {"", "2025-03-10"}


@pytest.mark.parametrize("row", [Preceding, SuggestedHotword, AgentReport, GroupWords])
def test_no_rows_are_a_table_too(row: type, tmp_path: Path) -> None:
    for suffix in ("csv", "xlsx", "parquet"):
        write_tables(tmp_path / f"r.{suffix}", (), row)

    assert all(list(t.rows) == [] for t in tables((), row))


@pytest.mark.parametrize("thing", [None, 3, (), ("a",)])
def test_what_is_no_result_has_no_tables(thing: object) -> None:
    with pytest.raises(TypeError, match="no tables"):
        tables(thing)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        write_tables(tmp_path / "r.doc", day([]))
