"""A call as a language model reads it, and its quotes found again in what was said."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from huiting.core.errors import EngineError
from huiting.core.meaning import Quote
from huiting.core.types import Role, Span

LONGEST = 24_000
"""Characters of a call that are shown: within the context of the small models that teams
run themselves. Of a longer call the middle is left out, and the model is told so."""
SHORTEST_QUOTE = 2
"""Characters that show anything."""
MOST_QUOTES = 10
LEFT_OUT = "[…]"
_NAMES = {Role.AGENT: "客服 agent", Role.CUSTOMER: "客户 customer", Role.SYSTEM: "系统 system"}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a call, whatever it was taken from."""

    segment: int
    role: Role
    span: Span
    text: str


def shown(lines: Iterable[Said], longest: int = LONGEST) -> str:
    """Return the call with a number before each line; its middle is left out when it is long."""
    rows = [f"{line.segment} {_NAMES.get(line.role, '?')}: {_flat(line.text)}" for line in lines]
    if sum(map(len, rows)) + len(rows) <= longest:
        return "\n".join(rows)
    head: list[str] = []
    tail: list[str] = []
    left = longest - len(LEFT_OUT)
    # A call's purpose stands at its beginning, its outcome at its end: taken by turns.
    first, last = 0, len(rows) - 1
    while first <= last:
        row = rows[first] if len(head) <= len(tail) else rows[last]
        if len(row) + 1 > left:
            break
        left -= len(row) + 1
        if len(head) <= len(tail):
            head.append(row)
            first += 1
        else:
            tail.append(row)
            last -= 1
    return "\n".join([*head, LEFT_OUT, *reversed(tail)])


def _flat(text: str) -> str:
    """Return the text on one line: a line break would let speech pass for a line of ours."""
    return " ".join(text.split())


def object_in(answer: str, model: str) -> dict[str, Any]:
    """Return the JSON object of an answer; models like to wrap it in words.

    Raises:
        EngineError: there is none.
    """
    start, end = answer.find("{"), answer.rfind("}")
    try:
        found = json.loads(answer[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):  # nested a thousand deep
        found = None
    if not isinstance(found, dict):
        raise EngineError(model, "the answer is no JSON object", "try another model")
    return found


def words_of(value: object) -> str:
    """Return a text of an answer, on one line and of bounded length; empty for anything else."""
    return _flat(value)[:2000] if isinstance(value, str) else ""


def quotes_in(value: object, lines: Sequence[Said]) -> tuple[Quote, ...]:
    """Return those quotes of an answer that were said; the others are dropped.

    Each is looked for in the line it names, then in all others. Width, case, spaces and
    punctuation make no difference; a changed word does.
    """
    listed = value if isinstance(value, list) else []
    found: dict[tuple[int, str], Quote] = {}
    for item in listed[:MOST_QUOTES]:
        text = item.get("text") if isinstance(item, dict) else item
        number = item.get("line") if isinstance(item, dict) else None
        wanted = _bare(text) if isinstance(text, str) else ""
        if len(wanted) < SHORTEST_QUOTE:
            continue
        likely = sorted(lines, key=lambda line, number=number: line.segment != number)  # type: ignore[misc]
        line = next((line for line in likely if wanted in _bare(line.text)), None)
        if line is not None:
            quote = Quote(line.segment, line.role, line.span, words_of(text))
            found.setdefault((line.segment, wanted), quote)
    return tuple(sorted(found.values(), key=lambda q: (q.segment, q.span)))


_SILENT = re.compile(r"[\W_]+")


def _bare(text: str) -> str:
    return _SILENT.sub("", unicodedata.normalize("NFKC", text).casefold())
