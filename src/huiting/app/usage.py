"""How the command line explains itself in Chinese: help screens, and what was typed wrongly.

Typer has its own sentences, in English only. Its titles are set, and its refusals are
translated as other errors are (see `translate`); a sentence that is not known stays
English. Chinese has no spaces to break lines at, so texts are folded, where Rich would cut
them off. In English nothing is touched.
"""

import sys
from collections.abc import Iterable, Iterator

import typer
from rich.columns import Columns
from rich.console import RenderableType
from rich.text import Text
from typer._click import Command, Context, HelpFormatter
from typer._click.exceptions import ClickException, UsageError
from typer.core import TyperGroup
from typer.main import get_command

from huiting.app.tongue import chinese
from huiting.app.translate import in_tongue

TITLES = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "ABORTED_TEXT": "已中止。",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "RICH_HELP": "帮助：[blue]{command_path} {help_option}[/]",
}

COLUMNS = "Columns"
"""What it calls the class that puts the texts of an option beside each other."""


class _Folded(Columns):
    """Texts beside each other, none of which is cut off."""

    def __init__(self, items: Iterable[RenderableType]) -> None:
        whole = list(items)
        for item in whole:
            if isinstance(item, Text):
                item.overflow = "fold"
        super().__init__(whole)


class _Usage(HelpFormatter):
    """Writes a usage line."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is typed."""
        super().write_usage(prog, args, prefix or "用法：")


def run(app: typer.Typer) -> None:
    """Run the command that was typed; ends the program where it was typed wrongly."""
    if not chinese():
        app()
        return
    from typer import rich_utils  # loads what draws boxes

    for name, own in {**TITLES, COLUMNS: _Folded}.items():
        setattr(rich_utils, name, own)
    Context.formatter_class = _Usage
    command = get_command(app)
    for each in _with_all_below(command):
        option = each.get_help_option(Context(each))
        if option is not None:
            option.help = "显示帮助。"
    try:
        status = command(standalone_mode=False)
    except ClickException as error:
        if error.__class__.__name__ != "NoArgsIsHelpError":  # the help was shown already
            told = UsageError(in_tongue(error.format_message()), getattr(error, "ctx", None))
            rich_utils.rich_format_error(told)
        sys.exit(error.exit_code)
    except typer.Abort:
        rich_utils.rich_abort_error()
        sys.exit(1)
    sys.exit(status or 0)


def _with_all_below(command: Command) -> Iterator[Command]:
    yield command
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            yield from _with_all_below(each)
