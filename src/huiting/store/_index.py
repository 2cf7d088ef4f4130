"""The segments and the index that says which of them may contain what is searched for.

On SQLite the index is an FTS5 table that keeps for each key the list of segments, on
PostgreSQL an array of keys in the segment's row under a GIN index. Neither needs an
extension. This module is the only one that knows the difference; whether a segment
really contains the text is decided by `contains`, so both give the same hits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    String,
    and_,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from huiting.store._grams import keys
from huiting.store.schema import SegmentRow

LINE = "\n"
"""Stands between the written and the spoken form; folded text holds none."""

Wanted = Sequence[Sequence[frozenset[int]]]
"""All of: any of: all of these keys."""


class SegmentIndex(Protocol):
    """Segments and their index in one kind of database."""

    @property
    def rows(self) -> FromClause:
        """What to select segments from; has the columns of `SegmentRow`."""
        ...

    @property
    def id(self) -> ColumnElement[int]:
        """The segment's id, by which the index is in order."""
        ...

    @property
    def in_order(self) -> bool:
        """It gives segments in the order of their ids: who wants the first ones reads no others."""
        ...

    def add(self, connection: Connection, segments: Sequence[Mapping[str, Any]], /) -> None:
        """Insert and file segments, given as rows of their table."""
        ...

    def remove(self, connection: Connection, recording: int, /) -> None:
        """Delete the segments of the recording with this key."""
        ...

    def matches(self, wanted: Wanted, /) -> ColumnElement[bool]:
        """Say that a segment is filed under the wanted keys."""
        ...

    def contains(self, text: InstrumentedAttribute[str], part: str, /) -> ColumnElement[bool]:
        """Say that a text contains `part`, character for character."""
        ...


class SqliteIndex:
    """A `SegmentIndex` with an FTS5 table beside the segments."""

    def __init__(self) -> None:
        # FTS5 has a hidden column named like the table: matched against, and given commands.
        names = (column("segment_index", String), column("keys", String))
        self._index = table("segment_index", column("rowid", BigInteger), *names)
        self.id: ColumnElement[int] = self._index.c.rowid
        self.in_order = True
        self.rows: FromClause = self._index.join(
            SegmentRow.__table__, SegmentRow.id == self._index.c.rowid
        )

    def add(self, connection: Connection, segments: Sequence[Mapping[str, Any]]) -> None:
        """Insert and file segments, given as rows of their table."""
        connection.execute(insert(SegmentRow), segments)
        filed = [
            {"rowid": row["id"], "keys": _tokens(row["folded"], row["sound"])} for row in segments
        ]
        connection.execute(insert(self._index), filed)

    def remove(self, connection: Connection, recording: int) -> None:
        """Delete segments, telling FTS5 how they were filed, since it keeps no copy."""
        own = SegmentRow.recording == recording
        rows = connection.execute(
            select(SegmentRow.id, SegmentRow.folded, SegmentRow.sound).where(own)
        )
        filed = [
            {"segment_index": "delete", "rowid": key, "keys": _tokens(folded, sound)}
            for key, folded, sound in rows
        ]
        if filed:
            connection.execute(insert(self._index), filed)
            connection.execute(delete(SegmentRow).where(own))

    def matches(self, wanted: Wanted) -> ColumnElement[bool]:
        """Say it in the query language of FTS5; it holds no character that a user wrote."""
        said = _joined(
            "AND",
            (_joined("OR", (_joined("AND", map(_quoted, sorted(a))) for a in any_of))
             for any_of in wanted),
        )  # fmt: skip
        return self._index.c.segment_index.op("MATCH", is_comparison=True)(said)

    def contains(self, text: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
        """Compare code points; LIKE would take % for a wildcard and fold case."""
        return func.instr(text, part) > 0


class PostgresIndex:
    """A `SegmentIndex` in a column of the segments."""

    def __init__(self) -> None:
        self._array = ARRAY(Integer)
        # The mapped table has no such column, since SQLite's has none.
        self._filed = table("segment", *(column(c.name, c.type) for c in SegmentRow.__table__.c),
                            column("keys", self._array))  # fmt: skip
        self.id: ColumnElement[int] = SegmentRow.__table__.c.id
        self.in_order = False
        self.rows: FromClause = SegmentRow.__table__

    def add(self, connection: Connection, segments: Sequence[Mapping[str, Any]]) -> None:
        """Insert and file segments, given as rows of their table."""
        rows = [{**row, "keys": _keys(row["folded"], row["sound"])} for row in segments]
        connection.execute(insert(self._filed), rows)

    def remove(self, connection: Connection, recording: int) -> None:
        """Delete the segments of the recording with this key."""
        connection.execute(delete(SegmentRow).where(SegmentRow.recording == recording))

    def matches(self, wanted: Wanted) -> ColumnElement[bool]:
        """Say that the array includes the keys.

        The keys come as what a query gives: a planner that sees them takes them for independent
        of each other, so that of a phrase it expects no row at all, and reads every one there is.
        """
        filed = column("keys", self._array)

        def includes(all_of: frozenset[int]) -> ColumnElement[bool]:
            given = select(literal(sorted(all_of), self._array)).scalar_subquery()
            return filed.op("@>", is_comparison=True)(given)

        plain = [any_of[0] for any_of in wanted if len(any_of) == 1]
        others = [or_(*map(includes, any_of)) for any_of in wanted if len(any_of) > 1]
        return and_(*([includes(frozenset().union(*plain))] if plain else []), *others)

    def contains(self, text: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
        """Compare code points; LIKE would take % for a wildcard."""
        return func.strpos(text, part) > 0


def index_for(dialect: str) -> SegmentIndex:
    """Return the index of the database whose SQLAlchemy dialect this is."""
    return PostgresIndex() if dialect == "postgresql" else SqliteIndex()


def _keys(folded: str, sound: str) -> list[int]:
    """Return what a segment is filed under; always the same for the same texts."""
    return sorted(keys([*folded.split(LINE), *sound.split(LINE)]))


def _tokens(folded: str, sound: str) -> str:
    return " ".join(f"{key:x}" for key in _keys(folded, sound))


def _quoted(key: int) -> str:
    return f'"{key:x}"'


def _joined(word: str, parts: Iterable[str]) -> str:
    return "(" + f" {word} ".join(parts) + ")"
