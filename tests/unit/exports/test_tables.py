import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from pyarrow import parquet

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.errors import UndecodableAudio
from huiting.core.types import Condition, ConditionKind
from huiting.exports import TABLES, Outcome, metadata_names, write_tables
from huiting.exports._call_columns import call_columns
from huiting.exports._columns import Column, Kind
from huiting.exports._segment_columns import SEGMENT_COLUMNS
from huiting.exports._sheets import Book, parquet_table

FAILED = Outcome(
    "day/bad\n\udc80.wav", error=UndecodableAudio("bad.wav", "not audio", "give an audio file")
)


def done(file: str = "day/8001.wav", text: str = "您好", **metadata: str) -> Outcome:
    spoken = call(
        says(AGENT, 1, 4, text, loudness=-20.0),
        says(CUSTOMER, 3, 9, "我要退货\n现在"),
    )
    recording = replace(spoken.recording, path=file, metadata=metadata)
    condition = Condition(ConditionKind.BLEED, 1, -31.26)
    return Outcome(
        file,
        analysis(replace(spoken, recording=recording, conditions=(condition,))),
        other_names=("copy.wav",),
    )


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outcomes = [done(agent="8001", phone="+8613800000000"), FAILED]
    write_tables(tmp_path, outcomes, metadata_names(outcomes))
    return tmp_path


def test_only_the_tables_are_left_in_the_folder(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(TABLES)


def test_a_call_is_a_row_with_its_numbers_and_text(folder: Path) -> None:
    row = csv_rows(folder / "calls.csv")[0]

    assert row["status"] == "done"
    assert (row["file"], row["other_names"]) == ("day/8001.wav", "copy.wav")
    assert (row["meta_agent"], row["meta_phone"]) == ("8001", "+8613800000000")
    assert row["started_at"] == "2025-03-12 10:15:23"
    assert (row["duration_s"], row["speech_s"], row["overlap_s"]) == ("30.0", "8.0", "1.0")
    assert (row["roles"], row["roles_source"]) == ("agent, customer", "given")
    assert row["conditions"] == "bleed channel 1 (-31.26)"
    assert (row["agent_talk_time_s"], row["customer_talk_ratio"]) == ("3.0", "0.6667")
    assert (row["agent_loudness_dbfs"], row["customer_loudness_dbfs"]) == ("-20.0", "")
    assert row["text_written"] == "客服: 您好 | 客户: 我要退货 | 现在"


def test_a_failed_recording_is_a_row_with_reason_and_remedy(folder: Path) -> None:
    row = csv_rows(folder / "calls.csv")[1]

    assert (row["status"], row["file"]) == ("failed", r"day/bad | \udc80.wav")
    assert (row["reason"], row["remedy"]) == ("not audio", "give an audio file")
    assert row["error_code"] == "undecodable-audio"
    assert row["duration_s"] == row["text_written"] == ""


def test_a_row_of_csv_is_one_line_whatever_was_said(folder: Path) -> None:
    data = (folder / "calls.csv").read_bytes()

    assert data.startswith("\ufeff".encode())
    assert data.count(b"\n") == data.count(b"\r\n") == 3


def test_each_segment_is_a_row(folder: Path) -> None:
    first, second = csv_rows(folder / "segments.csv")

    assert (first["segment"], first["role"], first["start_s"]) == ("1", "agent", "1.0")
    assert (second["segment"], second["text"]) == ("2", "我要退货 | 现在")
    assert second["rate_per_min"] == "60.0"


def test_parquet_has_the_same_rows_with_types(folder: Path) -> None:
    table = parquet.read_table(folder / "segments.parquet")

    assert table.schema.names == [column.key for column in SEGMENT_COLUMNS]
    assert [str(table.schema.field(name).type) for name in ("call_id", "segment", "start_s")] == [
        "string",
        "int64",
        "double",
    ]
    assert table.column("text").to_pylist() == ["您好", "我要退货\n现在"]
    assert table.column("speaker").to_pylist() == [None, None]


def test_xlsx_has_types_a_fixed_header_and_a_filter(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "calls.xlsx")
    sheet = book["calls"]
    row = dict(zip((c.value for c in sheet[1]), (c.value for c in sheet[2]), strict=True))

    assert row["duration_s"] == 30.0
    assert row["started_at"] == datetime(2025, 3, 12, 10, 15, 23)  # noqa: DTZ001
    assert row["meta_phone"] == "+8613800000000"
    assert row["text_written"] == "客服: 您好\n客户: 我要退货\n现在"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(3, sheet.max_column).coordinate}"
    assert [cell.value for cell in sheet["D"]] == ["reason", None, "not audio"]


def test_xlsx_explains_every_column_in_both_languages(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "calls.xlsx")
    explained = list(book["字段说明 Fields"].iter_rows(min_row=2, values_only=True))

    assert [row[0] for row in explained] == [cell.value for cell in book["calls"][1]]
    assert all(isinstance(text, str) and text for row in explained for text in row)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "@SUM(1)",
        "a\x01\ud800\uffffb",
        " leading and trailing ",
        "<&>\"'",
        "http://example.org",
    ],
)
def test_text_in_xlsx_is_text(tmp_path: Path, text: str) -> None:
    write_tables(tmp_path, [done(note=text)], ["note"])
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"]
    (cell,) = [column[1] for column in sheet.iter_cols() if column[0].value == "meta_note"]

    assert cell.data_type in ("s", "inlineStr")
    assert cell.value == (r"a\ud800b" if text.startswith("a\x01") else text)


def test_a_very_long_text_is_cut_in_xlsx_and_whole_in_csv(tmp_path: Path) -> None:
    csv.field_size_limit(1_000_000)
    write_tables(tmp_path, [done(text="好" * 40_000)])
    sheet = openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"]
    (cut,) = [column[1].value for column in sheet.iter_cols() if column[0].value == "text_written"]

    assert len(cut) == 32_767
    assert csv_rows(tmp_path / "calls.csv")[0]["text_written"].count("好") == 40_000


def test_a_batch_of_nothing_has_headers_alone(tmp_path: Path) -> None:
    write_tables(tmp_path, [])

    assert csv_rows(tmp_path / "calls.csv") == []
    assert parquet.read_table(tmp_path / "segments.parquet").num_rows == 0
    assert openpyxl.load_workbook(tmp_path / "calls.xlsx")["calls"].max_row == 1


def test_an_error_on_the_way_leaves_the_last_tables_as_they_were(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def broken() -> Iterator[Outcome]:
        yield done()
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_tables(folder, broken())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_same_outcomes_give_the_same_files(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    outcomes = [done(agent="8001", phone="+8613800000000"), FAILED]
    write_tables(again, outcomes, metadata_names(outcomes))

    for name in TABLES:
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_metadata_names_come_in_order_and_once() -> None:
    outcomes = [done(a="1", b="2"), FAILED, done(c="3", a="1")]

    assert metadata_names(outcomes) == ["a", "b", "c"]


def test_keys_of_columns_are_unique() -> None:
    for keys in (
        [column.key for column in call_columns(["agent", "status"])],
        [column.key for column in SEGMENT_COLUMNS],
    ):
        assert len(keys) == len(set(keys))


NUMBERS: tuple[Column[int], ...] = (Column("number", Kind.INTEGER, "数", "Number", lambda n: n),)


@pytest.mark.parametrize(
    ("rows", "sheets"),
    [
        pytest.param(0, {"n": 1}, id="no row"),
        pytest.param(3, {"n": 4}, id="just full"),
        pytest.param(4, {"n": 4, "n 2": 2}, id="one more"),
        pytest.param(7, {"n": 4, "n 2": 4, "n 3": 2}, id="three sheets"),
    ],
)
def test_a_full_sheet_of_excel_goes_on_in_the_next(
    tmp_path: Path, rows: int, sheets: dict[str, int]
) -> None:
    path = tmp_path / "n.xlsx"
    with path.open("wb") as file, Book(file) as book, book.table("n", NUMBERS, most=4) as take:
        for n in range(rows):
            take(n)
    found = openpyxl.load_workbook(path)

    assert {sheet.title: sheet.max_row for sheet in found} == sheets
    written = [c.value for sheet in found for c in sheet["A"] if c.value != "number"]
    assert written == list(range(rows))
    filtered = ["A1" if s.max_row == 1 else f"A1:A{s.max_row}" for s in found]
    assert [s.auto_filter.ref for s in found] == filtered


def test_parquet_comes_in_groups(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    with path.open("wb") as file, parquet_table(file, NUMBERS) as take:
        for n in range(4_500):
            take(n)
    found = parquet.ParquetFile(path)

    assert found.num_row_groups == 3
    assert found.read().column("number").to_pylist() == list(range(4_500))
