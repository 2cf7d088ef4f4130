"""Markdown: text that shows as it is, tables, links."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from huiting.core.meaning import Quote
from huiting.core.types import clock
from huiting.exports._cells import clean

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_UNSAFE = re.compile(r"[\s<>\\]")


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table; cells are shown as they are."""
    lines = [heads, ["---"] * len(heads), *([escaped(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def said(quotes: Sequence[Quote], most: int = 3) -> str:
    """Return quotes with their times: `“我要退货” 0:04`; escaped."""
    return ", ".join(f"“{escaped(q.text)}” {clock(q.span.start)}" for q in quotes[:most])


def link(title: str, address: str) -> str:
    """Return a link to the web; of anything else its title and what it says."""
    shown = escaped(title)
    if urlsplit(address).scheme in {"http", "https"} and not _UNSAFE.search(address):
        return f"[{shown}](<{address}>)"
    return f"{shown} ({escaped(address)})"
