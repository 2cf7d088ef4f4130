"""The first lines of given calls in which something is said, for lists that show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from huiting.core.types import Role, Span
from huiting.store._connect import Database
from huiting.store._index import index_for
from huiting.store._query import parse
from huiting.store.schema import RecordingRow, SegmentRow
from huiting.store.search import excerpt


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
    own = [RecordingRow.id.in_(ids), *said]
    if sought.said_by is not None:
        own.append(SegmentRow.role == sought.said_by.value)
    number = func.row_number().over(
        partition_by=SegmentRow.recording, order_by=SegmentRow.ordinal
    )  # fmt: skip
    numbered = (
        select(
            RecordingRow.id, SegmentRow.ordinal, SegmentRow.role, SegmentRow.start,
            SegmentRow.end, SegmentRow.text, SegmentRow.spoken, number.label("number"),
        )
        .join(RecordingRow, RecordingRow.key == SegmentRow.recording)
        .where(*own)
        .subquery()
    )  # fmt: skip
    shown = [
        numbered.c[name] for name in ("id", "ordinal", "role", "start", "end", "text", "spoken")
    ]
    chosen = select(*shown).where(numbered.c.number <= most)
    chosen = chosen.order_by(numbered.c.id, numbered.c.ordinal)
    found: dict[str, list[SaidLine]] = {}
    with database.reading() as connection:
        rows = connection.execute(chosen).all()
    for call, ordinal, role, start, end, text, spoken in rows:
        snippet, marks = excerpt([text] if spoken is None else [text, spoken], terms)
        line = SaidLine(call, ordinal, Role(role), Span(start, end), snippet, marks)
        found.setdefault(call, []).append(line)
    return found
