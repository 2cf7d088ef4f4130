"""What Typer says: its help, and its refusals."""

import subprocess
import sys

import pytest

RUN = "import sys; sys.argv[0] = 'huiting'; from huiting.app.cli import main; main()"


def typed(*words: str, language: str = "zh") -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own: what it changes in Typer stays there."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env={"HUITING_LANG": language, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


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
def test_what_was_typed_wrongly_is_said_in_chinese(words: tuple[str, ...], said: str) -> None:
    done = typed(*words)

    assert done.returncode == 2
    assert said in done.stderr
    assert "错误" in done.stderr


def test_help_is_chinese_throughout() -> None:
    done = typed("clip", "--help")

    assert done.returncode == 0
    for word in ("用法：", "参数", "选项", "[必填]", "[默认：0.3]", "显示帮助"):
        assert word in done.stdout
    for word in ("Usage", "Options", "Arguments", "required", "default", "Show this"):
        assert word not in done.stdout


def test_without_a_command_the_commands_are_listed() -> None:
    done = typed()

    assert (done.returncode, "命令" in done.stdout, done.stderr) == (2, True, "")


def test_a_command_ends_as_in_english() -> None:
    assert typed("version").returncode == 0
    assert "Usage: huiting clip" in typed("clip", "x", language="en").stderr
