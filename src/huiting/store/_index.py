"""The search index: which segments may contain what is searched for.

One table `segment_index` with a row a segment, made by the first migration: on
SQLite an FTS5 table that keeps for each key the list of segments, on PostgreSQL an
array of keys under a GIN index. Neither needs an extension. This module is the only
one that knows the difference; whether a segment really contains the text is decided
by `contains`, so both give the same hits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    String,
    and_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    table,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute

from huiting.store._grams import keys

LINE = "\n"
"""Stands between the written and the spoken form; folded text holds none."""

Wanted = Sequence[Sequence[frozenset[int]]]
"""All of: any of: all of these keys."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A segment as the index knows it."""

    id: int
    folded: str
    sound: str

    @property
    def keys(self) -> list[int]:
        """What it is filed under; always the same for the same texts."""
        return sorted(keys([*self.folded.split(LINE), *self.sound.split(LINE)]))


class GramIndex(Protocol):
    """The index in one kind of database."""

    @property
    def rows(self) -> FromClause:
        """What to select from."""
        ...

    @property
    def id(self) -> ColumnElement[int]:
        """The segment's id in `rows`."""
        ...

    def add(self, connection: Connection, segments: Iterable[Filed], /) -> None:
        """File segments that are not filed yet."""
        ...

    def remove(self, connection: Connection, segments: Iterable[Filed], /) -> None:
        """Take segments out; they must be given as they were filed."""
        ...

    def matches(self, wanted: Wanted, /) -> ColumnElement[bool]:
        """Say that a segment is filed under the wanted keys."""
        ...

    def contains(self, text: InstrumentedAttribute[str], part: str, /) -> ColumnElement[bool]:
        """Say that a text contains `part`, character for character."""
        ...


class SqliteIndex:
    """A `GramIndex` in an FTS5 table."""

    # FTS5 has a hidden column named like the table: matched against, and given commands.
    rows = table("segment_index", column("rowid", BigInteger), column("segment_index", String),
                 column("keys", String))  # fmt: skip
    id: ColumnElement[int] = rows.c.rowid

    def add(self, connection: Connection, segments: Iterable[Filed]) -> None:
        """File segments that are not filed yet."""
        found = [{"rowid": s.id, "keys": _tokens(s.keys)} for s in segments]
        if found:
            connection.execute(insert(self.rows), found)

    def remove(self, connection: Connection, segments: Iterable[Filed]) -> None:
        """Tell FTS5 what was filed, since it keeps no copy to look it up in."""
        found = [
            {"segment_index": "delete", "rowid": s.id, "keys": _tokens(s.keys)} for s in segments
        ]
        if found:
            connection.execute(insert(self.rows), found)

    def matches(self, wanted: Wanted) -> ColumnElement[bool]:
        """Say it in the query language of FTS5; it holds no character that a user wrote."""
        said = " AND ".join(
            "(" + " OR ".join("(" + " AND ".join(map(_quoted, sorted(all_of))) + ")"
                              for all_of in any_of) + ")"
            for any_of in wanted
        )  # fmt: skip
        return self.rows.c.segment_index.op("MATCH", is_comparison=True)(said)

    def contains(self, text: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
        """Compare code points; LIKE would take % for a wildcard and fold case."""
        return func.instr(text, part) > 0


class PostgresIndex:
    """A `GramIndex` in an array column."""

    rows = table(
        "segment_index", column("id", BigInteger), column("keys", postgresql.ARRAY(BigInteger))
    )
    id: ColumnElement[int] = rows.c.id

    def add(self, connection: Connection, segments: Iterable[Filed]) -> None:
        """File segments that are not filed yet."""
        found = [{"id": s.id, "keys": s.keys} for s in segments]
        if found:
            connection.execute(insert(self.rows), found)

    def remove(self, connection: Connection, segments: Iterable[Filed]) -> None:
        """Delete their rows."""
        found = [{"segment": s.id} for s in segments]
        if found:
            connection.execute(delete(self.rows).where(self.id == bindparam("segment")), found)

    def matches(self, wanted: Wanted) -> ColumnElement[bool]:
        """Say that the array includes the keys."""
        array = ARRAY(BigInteger)
        return and_(
            *(
                or_(*(
                    self.rows.c["keys"].op("@>", is_comparison=True)(literal(sorted(all_of), array))
                    for all_of in any_of
                ))
                for any_of in wanted
            )
        )  # fmt: skip

    def contains(self, text: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
        """Compare code points; LIKE would take % for a wildcard."""
        return func.strpos(text, part) > 0


def index_for(dialect: str) -> GramIndex:
    """Return the index of the database whose SQLAlchemy dialect this is."""
    return PostgresIndex() if dialect == "postgresql" else SqliteIndex()


def _tokens(found: Iterable[int]) -> str:
    return " ".join(f"{key:x}" for key in found)


def _quoted(key: int) -> str:
    return f'"{key:x}"'
