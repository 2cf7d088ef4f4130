"""What may stand in a cell: text made safe for CSV readers, for Excel and for XML.

A spreadsheet runs a cell that begins like a formula, and call transcripts and file
names are written by strangers. In XLSX and Parquet every cell has its type and text is
never run; in CSV only the reader's guess counts, so there a quote goes before it.

Source:
    OWASP, "CSV Injection"; Excel specifications and limits (32,767 characters a cell);
    XML 1.0 section 2.2 (characters that may occur).
"""

import re
from datetime import datetime

Cell = str | int | float | datetime | None

EXCEL_CELL = 32_767
"""UTF-16 code units that fit in a cell of Excel."""
CUT = "…[cut here: a cell of Excel holds no more]"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_BREAKS = re.compile(r"\s*[\r\n\u0085\u2028\u2029]+\s*")
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]|\t")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def clean(text: str) -> str:
    """Drop control characters; write what is no character (of a broken file name) as an escape."""
    if text.isprintable():  # nearly all cells: no break, no control character, no surrogate
        return text
    return _FORBIDDEN.sub("", text.encode(errors="backslashreplace").decode())


def for_csv(cell: Cell) -> str:
    """Return a cell as a CSV field, not yet quoted: one line, and no formula.

    Power BI's Power Query with `QuoteStyle.None` takes a line break even in a quoted field
    for the end of the row, so breaks become ` | `. Times are wall-clock time, in a form that spreadsheets know.
    """
    match cell:
        case None:
            return ""
        case str():
            text = cell if cell.isprintable() else _BREAKS.sub(" | ", clean(cell).strip("\r\n"))
            runs = _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text)
            return f"'{text}" if runs else text
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M:%S}"
        case _:
            return str(cell)


def for_excel(text: str) -> str:
    """Return text that fits in a cell of Excel; what is cut says so at its end."""
    text = clean(text)
    if len(text) * 2 <= EXCEL_CELL or len(text.encode("utf-16-le")) <= EXCEL_CELL * 2:
        return text
    kept = text.encode("utf-16-le")[: (EXCEL_CELL - len(CUT)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + CUT
