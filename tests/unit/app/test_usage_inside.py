"""How commands run and end, and refusals in Chinese; what is changed in Typer is put back."""

import sys
from collections.abc import Iterator

import pytest
import typer
from typer import rich_utils
from typer._click import Context, HelpFormatter

from huiting.app import cli, usage

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
below = typer.Typer(no_args_is_help=True)
app.add_typer(below, name="below")


@app.command()
def count(number: int = 3) -> None:
    """Count; may end otherwise."""
    if number == 13:
        raise typer.Abort
    if number > 3:
        raise typer.Exit(7)
    typer.echo(f"{number}")


@below.command()
def one() -> None:
    """Do one thing."""


@pytest.fixture
def typer_as_it_was() -> Iterator[None]:
    before = {name: getattr(rich_utils, name) for name in (*usage.TITLES, usage.COLUMNS)}
    yield
    for name, text in before.items():
        setattr(rich_utils, name, text)
    Context.formatter_class = HelpFormatter


@pytest.mark.usefixtures("typer_as_it_was")
@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["count"], 0, "3"),
        (["count", "--number", "4"], 7, ""),
        (["count", "--number", "13"], 1, "已中止"),
        (["count", "--number", "x"], 2, "'--number' 的取值有误：应为整数"),
        (["count", "--help"], 0, "[默认：3]"),
        (["below"], 2, "用法："),
        (["below", "two"], 2, "没有命令 'two'"),
    ],
)
def test_a_command_runs_and_ends(
    words: list[str],
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")
    monkeypatch.setattr(sys, "argv", ["huiting", *words])
    with pytest.raises(SystemExit) as ended:
        usage.run(app)

    shown = capsys.readouterr()
    assert ended.value.code == status
    assert said in shown.out + shown.err


def test_in_english_typer_speaks_for_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUITING_LANG", "en")
    monkeypatch.setattr(sys, "argv", ["huiting", "count", "--help"])
    with pytest.raises(SystemExit):
        usage.run(app)

    assert "Usage:" in capsys.readouterr().out


@pytest.mark.usefixtures("typer_as_it_was")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clip", "x"), "缺少选项 '--from'"),
        (("search",), "缺少参数 'query'"),
        (("searhc", "x"), "没有命令 'searhc'。是否指 'search'？"),
        (("calls", "--limit", "0"), "不能小于 1"),
        (("calls", "--limit", "many"), "应为整数"),
        (("calls", "--limt", "3"), "没有选项：--limt"),
        (("calls", "--limit"), "选项 '--limit' 需要一个值"),
        (("search", "x", "--role", "boss"), "'boss' 不在可选之列"),
        (("version", "more"), "多出了参数"),
    ],
)
def test_what_was_typed_wrongly_is_said_in_chinese(
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HUITING_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "argv", ["huiting", *words])
    with pytest.raises(SystemExit) as ended:
        usage.run(cli.app)

    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert said in shown.err
    assert "错误" in shown.err
