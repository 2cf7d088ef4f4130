"""How models are shown: as a table for people, as JSON for scripts."""

from collections.abc import Collection, Sequence
from typing import Any

from rich import box
from rich.table import Table

from huiting.app.tongue import say
from huiting.engines.catalogue import Hosted, Hub
from huiting.engines.hub.standing import Shelved, Standing

STANDINGS = {
    Standing.VERIFIED: ("verified", "已校验"),
    Standing.PARTIAL: ("partial", "未下完"),
    Standing.DAMAGED: ("damaged", "损坏"),
    Standing.ABSENT: ("–", "–"),
}
FEW = 5
"""Languages that are named; more are counted."""
WIDE = 132
"""Columns of a terminal that has room for memory and licence too."""
COLUMNS = (
    ("model", "模型"),
    ("state", "状态"),
    ("size", "大小"),
    ("engine", "引擎"),
    ("languages", "语种"),
)
FURTHER = (("memory", "内存"), ("licence", "许可证"))


LONG = ("state", "engine", "languages", "licence")
"""Columns that may take several lines."""


def size(count: int) -> str:
    """Write a number of bytes."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004


def table(shelved: Sequence[Shelved], used: Collection[str], *, wide: bool) -> Table:
    """Return models as a table.

    Args:
        shelved: the models.
        used: names of those that the settings use.
        wide: whether there is room for all columns.
    """
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for english, mandarin in (*COLUMNS, *(FURTHER if wide else ())):
        # Numbers and names are read whole; what is long by nature goes on in the next line.
        long = english in LONG
        found.add_column(
            say(english, mandarin),
            no_wrap=not long,
            overflow="fold" if long else "ignore",
            max_width=24 if long else None,
        )
    for one in shelved:
        style = "red" if one.standing is Standing.DAMAGED else ""
        cells = _cells(one, used=one.model.name in used)
        found.add_row(*cells[: None if wide else len(COLUMNS)], style=style)
    return found


def _cells(one: Shelved, *, used: bool) -> tuple[str, ...]:
    entry = one.model
    state = say(*STANDINGS[one.standing])
    if one.standing is Standing.PARTIAL and entry.size:
        state = f"{state} {one.here / entry.size:.0%}"
    if one.trusted:
        state = f"{state} {say('(trusted)', '（首次信任）')}"
    if used:
        state = f"{state}, {say('in use', '使用中')}"
    languages = " ".join(entry.covers) if len(entry.covers) <= FEW else str(len(entry.covers))
    published = size(entry.size) if entry.size else "?"
    memory = size(entry.memory) if entry.memory else f"≥ {published}"
    runs = f"{entry.engine} {entry.runtime}"
    return (entry.name, state, published, runs, languages, memory, entry.licence)


def as_json(one: Shelved, *, used: bool) -> dict[str, Any]:
    """Return a model for a script."""
    entry = one.model
    places = [p for f in entry.files if isinstance(f.source, Hosted) for p in f.source.places]
    archive = entry.archive.place if entry.archive else None
    sources = dict.fromkeys(
        [f"{Hub.INDEX} {wheel.project}" for wheel in entry.wheels]
        + [f"{p.hub} {p.repo}" for p in [*places, *([archive] if archive else [])]]
    )
    return {
        "name": entry.name,
        "state": one.standing,
        "verified": one.verified and one.verified.isoformat(timespec="seconds"),
        "in_use": used,
        "engine": entry.engine,
        "runtime": entry.runtime,
        "task": entry.task,
        "origin": entry.origin,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "languages": list(entry.covers),
        "size": entry.size or None,
        "here": one.here,
        "memory": entry.memory or None,
        "sources": list(sources),
        "files": [
            {
                "name": file.name,
                "size": file.size or None,
                "sha256": file.sha256 or None,
                "witnesses": file.witnesses,
            }
            for file in entry.files
        ],
        "trusted": list(one.trusted),
    }
