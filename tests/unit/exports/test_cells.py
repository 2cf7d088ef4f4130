from datetime import datetime

import pytest

from huiting.exports._cells import CUT, EXCEL_CELL, Cell, clean, for_csv, for_excel


@pytest.mark.parametrize(
    ("cell", "field"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param("您好", "您好", id="text"),
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("+cmd", "'+cmd", id="plus"),
        pytest.param("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0", id="minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="at"),
        pytest.param("  =1+1", "'  =1+1", id="after spaces"),
        pytest.param("\t=1+1", "'\t=1+1", id="after a tab"),
        pytest.param("\ttext", "'\ttext", id="a tab"),
        pytest.param("\r\n=1+1", "'=1+1", id="after a line break"),
        pytest.param("＝1+1", "'＝1+1", id="full-width, which some spreadsheets run"),
        pytest.param("-5.25", "-5.25", id="a number in text is no formula"),
        pytest.param("+8613800000000", "+8613800000000", id="a phone number"),
        pytest.param("-5+cmd", "'-5+cmd", id="only begins like a number"),
        pytest.param("a=b", "a=b", id="not at the start"),
        pytest.param(-5.25, "-5.25", id="a number stays one"),
        pytest.param(7, "7", id="an integer"),
        pytest.param("a\nb\r\n c", "a | b | c", id="one line"),
        pytest.param("a\u2028b", "a | b", id="a Unicode line break"),
        pytest.param("a\x00\x07b", "ab", id="control characters"),
        pytest.param(datetime(2025, 3, 12, 10, 15, 23), "2025-03-12 10:15:23", id="a time"),  # noqa: DTZ001
    ],
)
def test_csv_field(cell: Cell, field: str) -> None:
    assert for_csv(cell) == field


def test_a_broken_file_name_is_written_as_an_escape() -> None:
    assert clean("a\udc80.wav") == r"a\udc80.wav"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("字" * EXCEL_CELL, id="Chinese"),
        pytest.param("😀" * (EXCEL_CELL // 2), id="characters that count twice"),
    ],
)
def test_what_fits_in_a_cell_of_excel_is_whole(text: str) -> None:
    assert for_excel(text) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("字" * (EXCEL_CELL + 1), id="Chinese"),
        pytest.param("😀" * (EXCEL_CELL // 2 + 1), id="characters that count twice"),
        pytest.param("a" + "😀" * EXCEL_CELL, id="never half a character"),
    ],
)
def test_what_does_not_fit_is_cut_and_says_so(text: str) -> None:
    found = for_excel(text)

    assert EXCEL_CELL - 1 <= len(found.encode("utf-16-le")) // 2 <= EXCEL_CELL
    assert found.endswith(CUT)
    assert text.startswith(found.removesuffix(CUT))
