import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from huiting.app.display import Name, middle, printable, without_password
from huiting.core.types import clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(0, "0:00", id="nothing"),
        pytest.param(59.6, "0:59", id="a second not yet over"),
        pytest.param(3599, "59:59", id="under an hour"),
        pytest.param(36_061, "10:01:01", id="hours"),
    ],
)
def test_a_length_of_time_is_written_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_name_stays_on_one_line_and_moves_no_cursor() -> None:
    assert printable("a\nb\x1b[31m\udcff退.wav") == "a�b�[31m�退.wav"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        pytest.param("8001.wav", 8, "8001.wav", id="fits"),
        pytest.param("8001_20250312_in.wav", 11, "8001_…n.wav", id="too long"),
        pytest.param("退货退货退货.wav", 11, "退货退….wav", id="wide characters"),
        pytest.param("退货退货退货", 6, "退…货", id="a wide one that would be cut in half"),
        pytest.param("abc", 1, "…", id="no room"),
    ],
)
def test_what_is_too_long_is_left_out_of_the_middle(text: str, width: int, shown: str) -> None:
    assert middle(text, width) == shown
    assert cell_len(shown) <= width


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_name_in_a_table_gives_way_to_figures(width: int) -> None:
    table = Table("call", "length")
    table.columns[1].no_wrap = True
    table.add_row(Name("8001_20250312101523_15455550101_a_very_long_name_indeed_in.wav"), "0:34")
    console = Console(width=width, legacy_windows=False)

    with console.capture() as shown:
        console.print(table)

    lines = shown.get().splitlines()
    assert len(lines) == 5
    assert all(cell_len(line) <= width for line in lines)
    assert "0:34" in lines[3]
    assert "_in.wav" in lines[3] or "n.wav" in lines[3]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("sqlite:////a/b:c.db", "sqlite:////a/b:c.db", id="a file has none"),
        pytest.param("postgresql://me@h/x", "postgresql://me@h/x", id="none given"),
        pytest.param("postgresql://me:p@ss@h:1/x", "postgresql://me:***@h:1/x", id="in the user"),
        pytest.param(
            "postgresql:///x?password=p&a=b", "postgresql:///x?password=***&a=b", id="option"
        ),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
