"""The columns of the table: which there are, and which somebody wants to see.

What is wanted stays with the browser, in a cookie, as language and look do: it says nothing
of calls, and costs no row for each person. A kept search has columns of its own, which hold
while it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from huiting.core.errors import InputError
from huiting.store.browse import Sort

COOKIE = "huiting-columns"
MOST = 30
LONGEST = 3_500
"""Characters of the cookie; browsers keep 4,096 with its name."""
_FIELD = "field:"


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    id: str
    title: str
    """In English; templates translate it. Of a metadata entry, its name."""
    sort: Sort | None = None
    """What its head sorts by."""
    number: bool = False
    """Its values stand at the end of the cell."""
    field: str | None = None
    """Name of the metadata entry that it shows."""


def _(text: str) -> str:
    """Mark a sentence as one that is translated where it is shown."""
    return text


COLUMNS = (
    Column("started", _("Began"), Sort.STARTED),
    Column("name", _("Recording")),
    Column("agent", _("Agent"), field="agent"),
    Column("team", _("Team"), field="team"),
    Column("duration", _("Length"), Sort.DURATION, number=True),
    Column("intents", _("Reason")),
    Column("outcome", _("Outcome")),
    Column("score", _("Score"), Sort.SCORE, number=True),
    Column("verdicts", _("Verdicts")),
    Column("emotion", _("Customer sounds")),
    Column("silence", _("Silence"), number=True),
    Column("overlap", _("Overlap"), number=True),
    Column("rate", _("Agent's rate"), number=True),
    Column("language", _("Language")),
    Column("analyzed", _("Recognised")),
)
USUAL = (
    "started", "name", "agent", "team", "duration", "intents", "outcome", "score", "verdicts",
    "emotion",
)  # fmt: skip
_KNOWN = {column.id: column for column in COLUMNS}


def there_are(fields: Sequence[str]) -> tuple[Column, ...]:
    """Return all columns: ours, then one for each metadata entry that calls have."""
    shown = {column.field for column in COLUMNS}
    own = (Column(_FIELD + name, name, field=name) for name in fields if name not in shown)
    return (*COLUMNS, *own)


def wanted(ids: Sequence[str], fields: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of these ids, in the order of all columns; the usual ones for none."""
    chosen = set(ids[:MOST]) or set(USUAL)
    found = tuple(column for column in there_are(fields) if column.id in chosen)
    return found or wanted((), fields)


def read(text: str | None) -> tuple[str, ...]:
    """Return the ids that a cookie names."""
    return tuple(unquote(part) for part in (text or "")[:LONGEST].split(".") if part)


def written(ids: Sequence[str]) -> str:
    """Return ids as a cookie names them: in ASCII, whatever metadata entries are called.

    Raises:
        InputError: their names are longer than a cookie may be.
    """
    text = ".".join(quote(one, safe=":").replace(".", "%2E") for one in ids)
    if len(text) > LONGEST:
        raise InputError("columns", "their names are too long together", "choose fewer")
    return text
