"""Rows streamed to one file each: CSV, XLSX, Parquet, in memory that does not grow with them.

Each function opens a table as a context and gives a function that takes its next row.
The table is whole when the context has ended without an error; files stay open.
"""

import csv
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from itertools import count
from tempfile import TemporaryDirectory
from typing import IO, Any, Self, TypeVar

from huiting.exports._cells import Cell, clean, for_csv, for_excel
from huiting.exports._columns import Column, Kind

Row = TypeVar("Row")
Take = Callable[[Row], None]

EXCEL_ROWS = 1_048_576
"""Rows of a sheet of Excel, its header included."""
DETAIL_ROWS = 100_000
"""Rows of a sheet of details: beyond it a workbook takes minutes to write and to open."""
SHEETS = {
    "calls": "通话",
    "call": "通话",
    "findings": "质检规则",
    "scores": "评分",
    "segments": "语段",
    "events": "声音事件",
    "entities": "信息项",
}
"""Names of sheets where people read Chinese."""
_GROUP = 2_000
"""Rows of Parquet that wait in memory to become a row group."""
_FORMATS = {
    Kind.SECONDS: "0.00",
    Kind.SHARE: "0.0%",
    Kind.NUMBER: "0.0",
    Kind.POINTS: "0.0",
    Kind.INTEGER: "0",
}
_WIDTHS = {Kind.TEXT: 18, Kind.TIME: 19}
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  (the same rows always give the same bytes)


@contextmanager
def csv_table(file: IO[bytes], columns: Sequence[Column[Row]]) -> Iterator[Take[Row]]:
    """Write RFC 4180 CSV, with the byte order mark by which Excel knows UTF-8."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.key for column in columns])

    def take(row: Row) -> None:
        writer.writerow([for_csv(column.cell(row)) for column in columns])

    try:
        yield take
        text.flush()
    finally:
        text.detach()


@contextmanager
def parquet_table(file: IO[bytes], columns: Sequence[Column[Row]]) -> Iterator[Take[Row]]:
    """Write Parquet with a type for each column."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    types = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.TIME: pa.timestamp("ms"),
    }
    schema = pa.schema([(c.key, types.get(c.kind, pa.float64())) for c in columns])
    waiting: list[list[Cell]] = []

    def flush() -> None:
        arrays = [[row[n] for row in waiting] for n in range(len(columns))]
        writer.write_table(pa.table(dict(zip(schema.names, arrays, strict=True)), schema))
        waiting.clear()

    def take(row: Row) -> None:
        cells = (column.cell(row) for column in columns)
        waiting.append([clean(cell) if isinstance(cell, str) else cell for cell in cells])
        if len(waiting) == _GROUP:
            flush()

    with ParquetWriter(file, schema) as writer:
        yield take
        flush()


class Book:
    """An XLSX file with a sheet for each table, and one that says what their columns mean.

    A context: the file is put together at its end, unless by an error, and stays open.
    Rows go to temporary files as they come; several tables may be open at once.

    Args:
        file: to write to.
        tongue: `zh` for Chinese headings, names of sheets and words for codes; `en` for
            the stable keys and codes.
    """

    def __init__(self, file: IO[bytes], tongue: str = "en") -> None:
        from xlsxwriter import Workbook

        self._tongue = tongue
        self._tables: list[tuple[str, Sequence[Column[Any]]]] = []
        self._rows = TemporaryDirectory(prefix="huiting-")
        options = {"constant_memory": True, "tmpdir": self._rows.name}
        self._workbook = Workbook(file, options)
        self._workbook.use_zip64()  # only where a part is larger than 4 GB
        self._workbook.set_properties({"created": _EPOCH})
        self._header = self._workbook.add_format({"bold": True, "bottom": 1})
        self._formats: dict[Kind, Any] = {
            kind: self._workbook.add_format({"num_format": text})
            for kind, text in (_FORMATS | {Kind.TIME: "yyyy-mm-dd hh:mm:ss"}).items()
        }

    @contextmanager
    def table(
        self,
        name: str,
        columns: Sequence[Column[Row]],
        most: int = EXCEL_ROWS,
        rest: str | None = None,
    ) -> Iterator[Take[Row]]:
        """Write a sheet with a header that stays in view and filters.

        Args:
            name: of the sheet.
            columns: of the table.
            most: rows that a sheet can hold, header included.
            rest: file that holds all rows; when a sheet is full, its last row then says how
                many more there are and where. None goes on in a further sheet.
        """
        shown = SHEETS.get(name, name) if self._tongue == "zh" else name
        self._tables.append((shown, columns))
        taken = count()
        sheets = [self._sheet(shown, columns)]

        def take(row: Row) -> None:
            sheet_number, at = divmod(next(taken), most - 1)
            if sheet_number and rest is not None:
                return
            if at == 0 and sheet_number:
                sheets.append(self._sheet(f"{shown} {sheet_number + 1}", columns))
            for place, column in enumerate(columns):
                self._put(sheets[-1], at + 1, place, column.shown(row, self._tongue), column.kind)

        yield take
        rows = next(taken)
        if rest is not None and rows > most - 1:
            self._remainder(sheets[0], most, rows - most + 1, rest)
        in_last = min(most - 1, rows - (len(sheets) - 1) * (most - 1))
        for sheet in sheets:
            end = in_last if sheet is sheets[-1] else most - 1
            sheet.autofilter(0, 0, end, len(columns) - 1)

    def _remainder(self, sheet: Any, at: int, left: int, rest: str) -> None:  # noqa: ANN401
        """Say below the last row of a sheet how many rows are left out, and where they are."""
        english = f"{left:,} more rows are in {rest}"
        said = f"另有 {left:,} 行，见 {rest}" if self._tongue == "zh" else english
        sheet.write_string(at, 0, said, self._header)

    def _sheet(self, name: str, columns: Sequence[Column[Row]]) -> Any:  # noqa: ANN401  (untyped library)
        sheet = self._workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            heading = column.heading(self._tongue)
            wide = 2 if self._tongue == "zh" else 1
            width = max(wide * len(heading) + 3, _WIDTHS.get(column.kind, 0))
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, for_excel(heading), self._header)
        return sheet

    def _put(self, sheet: Any, at: int, place: int, cell: Cell, kind: Kind) -> None:  # noqa: ANN401
        match cell:
            case None:
                pass
            case str():
                sheet.write_string(at, place, for_excel(cell))
            case datetime():
                sheet.write_datetime(at, place, cell.replace(tzinfo=None), self._formats[kind])
            case _:
                sheet.write_number(at, place, cell, self._formats[kind])

    def fields(self) -> None:
        """Write the sheet that explains the columns of all tables so far in both languages."""
        sheet = self._workbook.add_worksheet("字段说明 Fields")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 2, 26)
        sheet.set_column(3, 4, 60)
        titles = ("表 Sheet", "列 Column", "字段 Field", "说明", "Meaning")
        for place, title in enumerate(titles):
            sheet.write_string(0, place, title, self._header)
        explained = ((name, column) for name, columns in self._tables for column in columns)
        for at, (name, column) in enumerate(explained, 1):
            heading = column.heading(self._tongue)
            for place, text in enumerate((name, heading, column.key, column.zh, column.en)):
                sheet.write_string(at, place, for_excel(text))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Put the file together, or let go of everything after an error.

        Raises:
            OSError: the file or the temporary folder cannot be written.
        """
        try:
            failed = self._close() if kind is None else None
            if failed is not None:
                gc.collect()  # the half-written archive complains if its file is closed before it
                raise failed
        finally:
            for sheet in self._workbook.worksheets():
                sheet._opt_close()  # noqa: SLF001  (it has no public way to give up)
            self._rows.cleanup()

    def _close(self) -> OSError | None:
        """Put the file together; return why it could not be."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._workbook.close()
        except FileCreateError as error:  # the library's word for any OSError
            cause = error.args[0]
            return OSError(cause.errno, cause.strerror, cause.filename or self._rows.name)
        return None
