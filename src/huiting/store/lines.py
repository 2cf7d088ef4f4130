"""The first lines of given calls in which something is said, for lists that show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from huiting.core.types import Role, Span
from huiting.store._connect import Database
from huiting.store._index import index_for
from huiting.store._query import parse
from huiting.store.schema import RecordingRow, SegmentRow
from huiting.store.search import excerpt

_MOST_ROWS = 2_000
"""Lines that are read of all calls of a page together."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A line in which all that was searched for stands."""

    call: str
    """Id of the recording."""
    ordinal: int
    """Place in `Call.segments`."""
    role: Role
    span: Span
    snippet: str
    """Shortened around the first mark."""
    marks: tuple[tuple[int, int], ...]
    """Where the terms stand in it, as [start, end) offsets, in order and apart."""


@dataclass(frozen=True, slots=True)
class Sayings:
    """What is searched for in calls."""

    text: str
    sounds_like: bool = False
    said_by: Role | None = None


def lines(
    database: Database, ids: Sequence[str], sought: Sayings, most: int
) -> dict[str, list[SaidLine]]:
    """Return for each call its first `most` lines in which the text is said, in order.

    Args:
        database: where they are.
        ids: of recordings, as many as a page shows.
        sought: what is searched for.
        most: lines of a call.

    Raises:
        InputError: the text is nothing that can be searched for.
    """
    terms = parse(sought.text, sounds_like=sought.sounds_like)
    index = index_for(database.dialect)
    said = [
        or_(
            index.contains(SegmentRow.folded, term.text),
            *(index.contains(SegmentRow.sound, way) for way in term.sounds),
        )
        for term in terms
    ]
    chosen = (
        select(
            RecordingRow.id, SegmentRow.ordinal, SegmentRow.role, SegmentRow.start,
            SegmentRow.end, SegmentRow.text, SegmentRow.spoken,
        )
        .join(RecordingRow, RecordingRow.key == SegmentRow.recording)
        .where(RecordingRow.id.in_(ids), *said)
        .order_by(SegmentRow.recording, SegmentRow.ordinal)
        .limit(_MOST_ROWS)
    )  # fmt: skip
    if sought.said_by is not None:
        chosen = chosen.where(SegmentRow.role == sought.said_by.value)
    found: dict[str, list[SaidLine]] = {}
    with database.reading() as connection:
        rows = connection.execute(chosen).all()
    for call, ordinal, role, start, end, text, spoken in rows:
        own = found.setdefault(call, [])
        if len(own) < most:
            snippet, marks = excerpt([text] if spoken is None else [text, spoken], terms)
            own.append(SaidLine(call, ordinal, Role(role), Span(start, end), snippet, marks))
    return found
