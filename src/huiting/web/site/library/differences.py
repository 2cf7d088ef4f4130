"""What changed between two versions of a document, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

AROUND = 3
"""Lines that stayed and are shown before and after each change."""
LONGEST = 20_000
"""Lines of a document that is compared; a longer one counts as new from there on."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison."""

    kind: Literal["same", "gone", "new", "gap"]
    """`gap`: lines that stayed are left out here."""
    text: str
    before: int | None = None
    """Number in the earlier version, from 1."""
    after: int | None = None
    """Number in the later one."""


def compared(before: str, after: str) -> list[Line]:
    """Return the changes with a few lines around each; nothing when all is the same."""
    old, new = before.splitlines()[:LONGEST], after.splitlines()[:LONGEST]
    matcher = SequenceMatcher(None, old, new, autojunk=True)
    found: list[Line] = []
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number:
            found.append(Line("gap", ""))
        for code in group:
            found.extend(_lines(code, old, new))
    return found


def _lines(code: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> Iterator[Line]:
    tag, i, i_end, j, j_end = code
    if tag == "equal":
        for step in range(i_end - i):
            yield Line("same", old[i + step], i + step + 1, j + step + 1)
        return
    for at in range(i, i_end):
        yield Line("gone", old[at], at + 1, None)
    for at in range(j, j_end):
        yield Line("new", new[at], None, at + 1)
