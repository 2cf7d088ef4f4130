"""How names, times and settings are written for people."""

import re
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text


def printable(text: str) -> str:
    """Return a name that stays on one line and carries no control character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def middle(text: str, width: int) -> str:
    """Return `text` in at most `width` columns; what is left out is left out of its middle.

    Recordings of one day begin alike, and end alike: a name cut at one end tells nothing.
    """
    if cell_len(text) <= width:
        return text
    tail, room = "", (width - 1) // 2
    for character in reversed(text):
        if cell_len(character + tail) > room:
            break
        tail = character + tail
    head = set_cell_size(text, width - 1 - cell_len(tail)).rstrip()
    return f"{head}…{tail}"


@dataclass(frozen=True, slots=True)
class Name:
    """A file name in a table, as wide as there is room for and never on two lines."""

    text: str
    least: int = 12

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the name, without its middle where it is too long."""
        yield Text(middle(printable(self.text), options.max_width), no_wrap=True)

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        """Tell between which widths it may be."""
        width = cell_len(printable(self.text))
        return Measurement(min(width, self.least), width).with_maximum(options.max_width)


def without_password(url: str) -> str:
    """Return a database's URL as it may be shown: its password is left out."""
    return re.sub(r"(password=)[^&]*", r"\1***", re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url))
