"""Results over calls as files: CSV, Excel or Parquet, by the ending of the name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huiting.core.errors import InputError
from huiting.exports import Book, Column, csv_table, parquet_table, replacing
from huiting.insights.agents import AgentReport
from huiting.insights.causes import Causes
from huiting.insights.day import Day
from huiting.insights.moments import Outbursts, Preceding
from huiting.insights.trends import Comparison, Trend
from huiting.insights.words import GroupWords, SuggestedHotword, Words
from huiting.reports import _rows

SUFFIXES = (".csv", ".xlsx", ".parquet")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with a name and columns."""

    name: str
    columns: Sequence[Column[Any]]
    rows: Iterable[Any]


def tables(result: object, row: type | None = None) -> list[Table]:
    """Return the tables of a result of `insights`; the first one holds the result itself.

    Args:
        result: what a function of `insights` returned.
        row: what a tuple holds; needed for an empty one only.

    Raises:
        TypeError: it is no such result.
    """
    match result:
        case Causes():
            return [Table("together", _rows.CAUSES, result.found)]
        case Outbursts():
            return [Table("moments", _rows.MOMENTS, result.moments)]
        case Words():
            kinds = ("rising", "falling", "frequent")
            return [Table(kind, _rows.TERMS, getattr(result, kind)) for kind in kinds]
        case Trend():
            return [Table("trend", _rows.point_columns(result.kind), result.points)]
        case Comparison():
            return [Table("comparison", _rows.comparison_columns(result.kind), [result])]
        case Day():
            return _day(result)
        case tuple():
            return _of_many(result, type(result[0]) if result else row)
        case _:
            raise TypeError(f"no tables of {type(result).__name__}")


def _of_many(results: tuple[object, ...], row: type | None) -> list[Table]:
    if row is Preceding:
        return [Table("before", _rows.PRECEDING, results)]
    if row is SuggestedHotword:
        return [Table("hotwords", _rows.HOTWORDS, results)]
    if row is GroupWords:
        groups = [group for group in results if isinstance(group, GroupWords)]
        rising = [_rows.GroupTerm(g.group, term) for g in groups for term in g.words.rising]
        return [Table("rising", _rows.GROUP_TERMS, rising)]
    if row is AgentReport:
        return _agents([agent for agent in results if isinstance(agent, AgentReport)])
    raise TypeError(f"no tables of {row.__name__ if row else 'nothing'}")


def _agents(agents: Sequence[AgentReport]) -> list[Table]:
    return [
        Table("agents", _rows.AGENTS, agents),
        Table("agent_rules", _rows.AGENT_RULES, list(_rows.agent_rules(agents))),
    ]


def _day(day: Day) -> list[Table]:
    return [
        Table("rules", _rows.RULES, day.rules),
        *_agents(day.agents),
        Table("together", _rows.CAUSES, day.causes.found),
        Table("rising", _rows.TERMS, day.words.rising),
        Table("worst", _rows.BAD_MOMENTS, day.moments),
    ]


def write_tables(
    path: Path, result: object, row: type | None = None, tongue: str = "en"
) -> list[Path]:
    """Write a result; return the files, of which CSV and Parquet need one for each table.

    A workbook has Chinese headings where `tongue` is `zh`; the other files have keys.

    The first table goes to `path`, the others beside it: `day.csv`, `day-agents.csv`…

    Raises:
        InputError: the name has none of the `SUFFIXES`.
        OSError: a file cannot be written; it is left as it was.
    """
    found = tables(result, row)
    if path.suffix == ".xlsx":
        with replacing(path) as file, Book(file, tongue) as book:
            for table in found:
                with book.table(table.name, table.columns) as take:
                    for entry in table.rows:
                        take(entry)
            book.fields()
        return [path]
    if path.suffix not in SUFFIXES:
        raise InputError(str(path), "no kind of table", f"end the name in {' or '.join(SUFFIXES)}")
    opened = csv_table if path.suffix == ".csv" else parquet_table
    written = []
    for number, table in enumerate(found):
        target = path.with_stem(f"{path.stem}-{table.name}") if number else path
        with replacing(target) as file, opened(file, table.columns) as take:
            for entry in table.rows:
                take(entry)
        written.append(target)
    return written
