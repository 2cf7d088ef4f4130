"""What Typer says in Chinese, in a process that speaks it from its beginning."""

import json
import re
import subprocess
import sys

HAN = re.compile("[\u4e00-\u9fff]")
RUN = "import sys; sys.argv[0] = 'huiting'; from huiting.app.cli import main; main()"


def typed(
    *words: str, language: str = "zh", columns: int = 100
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own: what it changes in Typer stays there."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        env={"HUITING_LANG": language, "COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_is_chinese_throughout() -> None:
    done = typed("clip", "--help")

    assert done.returncode == 0
    for word in ("用法：", "参数", "选项", "[必填]", "[默认：0.3]", "显示帮助"):
        assert word in done.stdout
    for word in ("Usage", "Options", "Arguments", "required", "default", "Show this"):
        assert word not in done.stdout


def test_no_help_is_cut_off_on_a_narrow_terminal() -> None:
    told = typed("models", "pull", "--help", columns=80).stdout
    column = "".join(line.strip("│ ").split("  ")[-1].strip() for line in told.splitlines())

    assert "接受未公布SHA-256的文件，并以首次下载为准" in column.replace(" ", "")
    assert "…" not in told


def test_without_a_command_the_commands_are_listed() -> None:
    done = typed()

    assert (done.returncode, "命令" in done.stdout, done.stderr) == (2, True, "")


def test_a_command_ends_as_in_english() -> None:
    assert typed("version").returncode == 0
    assert "Usage: huiting clip" in typed("clip", "x", language="en").stderr


TEXTS = """
import json
from typer.main import get_command
from huiting.app.cli import app

def texts(command, path):
    yield path, command.help
    for parameter in command.params:
        yield f"{path} {parameter.name}", parameter.help
    for name, below in getattr(command, "commands", {}).items():
        yield from texts(below, f"{path} {name}")

print(json.dumps(list(texts(get_command(app), "huiting"))))
"""


def test_every_text_of_the_help_is_chinese() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TEXTS],
        env={"HUITING_LANG": "zh"},
        capture_output=True,
        text=True,
        check=True,
    )
    english = [where for where, told in json.loads(done.stdout) if not HAN.search(told or "")]

    assert not english
