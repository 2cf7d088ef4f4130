"""A hundred thousand calls in minutes: rows of calls that were saved, written again as others.

`multiply` reads every row that the store wrote for some calls and writes them again, under
the keys, ids, starts and fields of other calls, into every table that refers to recordings and
into the search index. Copies are what `Stock.keep` would write for a call in which the same is
said: tests/unit/store/test_copies.py compares them. What an analysis says after the recording
is not compressed anew; so its bytes differ, and not its size. Rows of other tables (jobs, files,
audit) are not made; PostgreSQL's index of segments is made anew when all are there.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import PurePath
from typing import Any, Protocol

import sqlalchemy as sa

from huiting.core.types import Channel, Recording
from huiting.store import Store
from huiting.store._clock import CALL_BITS, ORDINAL_BITS, second
from huiting.store._index import _tokens
from huiting.store.schema import Base
from stock import Stock

CHUNK = 500
"""Calls in a transaction."""
_PLAIN = Recording("", "", 0, 0.0, 0, "", (Channel(0),))
_INDEX = "segment_index"
_LEVELS = {"analysis": -1, "dialogue": 1, "judgement": 1}
"""Of zlib, by table: as the store compresses their bodies."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Original:
    """All rows of one call."""

    recording: Recording
    rows: dict[str, list[Row]]
    """By table, in the order of its columns; of `_INDEX` only what each segment is filed under."""
    bodies: dict[str, list[bytes]]
    """By table: what its rows hold, not compressed; of the analysis only what stands before the
    segments."""
    rest: bytes
    """Of the analysis: its text from the segments on."""
    packed: bytes
    """That, compressed by itself (RFC 1951)."""


class _Writer(Protocol):
    """Reads and writes rows of one kind of database as they are stored."""

    def columns(self, table: str) -> list[str]: ...
    def rows(self, table: str, column: str, value: object) -> list[Row]: ...
    def greatest(self, table: str, column: str = "key") -> int: ...
    def set_clock(self, now: int) -> None: ...
    def time(self, time: datetime) -> str: ...
    def write(self, rows: dict[str, list[Row]]) -> None: ...


def multiply(
    store: Store, stock: Stock, originals: Sequence[int], copies: Iterable[tuple[int, int]]
) -> None:
    """Write copies of calls.

    Args:
        store: holds the originals, each analyzed once.
        stock: that made them.
        originals: their numbers.
        copies: numbers of new calls, the earliest first, each with that of its original.
    """
    made = iter(copies)
    with _writer(store) as writer, ThreadPoolExecutor(2) as threads:
        copier = _Copier(writer)
        known = {n: copier.read(stock.recording(n, _PLAIN)) for n in originals}
        while chunk := list(islice(made, CHUNK)):
            pairs = [(known[of], stock.recording(number, _PLAIN)) for number, of in chunk]
            bodies = threads.map(lambda pair: _bodies(*pair), pairs)
            for (original, new), packed in zip(pairs, bodies, strict=True):
                copier.copy(original, new, packed)
            writer.write(copier.taken())


class _Copier:
    """Makes rows of copies."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        names = [
            table.name for table in Base.metadata.sorted_tables
            if any(key.target_fullname == "recording.key" for key in table.foreign_keys)
        ]  # fmt: skip
        self._columns = {name: writer.columns(name) for name in ("recording", *names)}
        self._next = {name: writer.greatest(name) for name in ("recording", "analysis")}
        self._next["total_clock"] = writer.greatest("total_clock", "now")
        self._rows: dict[str, list[Row]] = {}

    def read(self, recording: Recording) -> _Original:
        """Return a call that is in the store."""
        [row] = self._writer.rows("recording", "id", recording.id)
        key = row[self._columns["recording"].index("key")]
        rows = {
            name: self._writer.rows(name, "recording", key) for name in self._columns
            if name != "recording"
        }  # fmt: skip
        bodies = {}
        for name in _LEVELS:
            at = self._columns[name].index("body")
            bodies[name] = [_unpacked(name, found[at]) for found in rows[name]]
        folded, sound = map(self._columns["segment"].index, ("folded", "sound"))
        filed = [(_tokens(row[folded], row[sound]),) for row in rows["segment"]]
        [analysis] = bodies["analysis"]
        head, mark, tail = analysis.partition(b'\n  "segments": ')
        bodies["analysis"], rest = [head], mark + tail
        packed = _deflated(rest, zlib.Z_FINISH)
        return _Original(
            recording, {"recording": [row], **rows, _INDEX: filed}, bodies, rest, packed
        )

    def copy(self, original: _Original, new: Recording, bodies: dict[str, list[bytes]]) -> None:
        """Make the rows of a copy; each keeps what is not named here."""
        assert new.started_at is not None
        key, clock = self._number("recording"), second(new.started_at) << CALL_BITS
        first = clock << ORDINAL_BITS
        for name, columns in self._columns.items():
            for place, row in enumerate(original.rows[name]):
                values = dict(zip(columns, row, strict=True))
                if name == "recording":
                    values |= self._recording(new, key, clock)
                else:
                    values["recording"] = key
                if name == "analysis":
                    values["key"] = self._number(name)
                elif name == "total_mark":
                    values["began"] = self._writer.time(new.started_at)
                    self._number("total_clock")  # saved, then judged
                    values["stamp"] = self._number("total_clock")
                elif name == "segment":
                    values["id"] = first + int(values["ordinal"])
                elif name == "recording_name":
                    path = PurePath(new.path)
                    values |= {"path": new.path, "name": path.name, "stem": path.stem}
                elif name == "recording_field":
                    values["value"] = new.metadata[values["name"]]
                if name in bodies:
                    values["body"] = bodies[name][place]
                self._add(name, tuple(values.values()))
        at = self._columns["segment"].index("ordinal")
        pairs = zip(original.rows["segment"], original.rows[_INDEX], strict=True)
        for segment, (filed,) in pairs:
            self._add(_INDEX, (first + int(segment[at]), filed))

    def taken(self) -> dict[str, list[Row]]:
        """Return the rows made since it was last asked."""
        taken, self._rows = self._rows, {}
        self._writer.set_clock(self._next["total_clock"])
        return taken

    def _recording(self, new: Recording, key: int, clock: int) -> dict[str, Any]:
        assert new.started_at is not None
        return {
            "key": key, "id": new.id, "clock": clock, "name": PurePath(new.path).name,
            "path": new.path, "began": self._writer.time(new.started_at),
            "started_at": new.started_at.isoformat(), "metadata": json.dumps(new.metadata),
        }  # fmt: skip

    def _number(self, table: str) -> int:
        self._next[table] += 1
        return self._next[table]

    def _add(self, table: str, row: Row) -> None:
        self._rows.setdefault(table, []).append(row)


def _unpacked(table: str, body: bytes) -> bytes:
    return zlib.decompress(body[1:] if table == "dialogue" else body)


def _bodies(original: _Original, new: Recording) -> dict[str, list[bytes]]:
    """Return what a copy's rows hold; works in threads, since zlib does."""
    old = original.recording
    said, packed = _changes(old, new), _packed_changes(old, new)
    found = {}
    for table, texts in original.bodies.items():
        made = []
        for text in texts:
            changed = text
            for before, after in packed if table == "dialogue" else said:
                changed = changed.replace(before, after)
            if table == "analysis":
                made.append(_joined(changed, original))
                continue
            body = zlib.compress(changed, _LEVELS[table])
            head = original.rows[table][0]  # the byte of the version, before what is compressed
            [start] = [v[:1] for v in head if isinstance(v, bytes)]
            made.append(start + body if table == "dialogue" else body)
        found[table] = made
    return found


def _joined(head: bytes, original: _Original) -> bytes:
    """Return an analysis compressed, of which only the head is new (RFC 1950)."""
    check = zlib.adler32(original.rest, zlib.adler32(head))
    front = _deflated(head, zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + front + original.packed + check.to_bytes(4, "big")


def _deflated(text: bytes, end: int) -> bytes:
    machine = zlib.compressobj(_LEVELS["analysis"], zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(text) + machine.flush(end)


def _changes(old: Recording, new: Recording) -> list[tuple[bytes, bytes]]:
    """Return what differs in JSON."""
    assert old.started_at is not None
    assert new.started_at is not None
    times = [time.isoformat().replace("+00:00", "Z") for time in (old.started_at, new.started_at)]
    pairs = [(old.id, new.id), (old.path, new.path), (times[0], times[1])]
    pairs += [
        (f'"{name}": "{value}"', f'"{name}": "{new.metadata[name]}"')
        for name, value in old.metadata.items()
    ]
    return [(before.encode(), after.encode()) for before, after in pairs]


def _packed_changes(old: Recording, new: Recording) -> list[tuple[bytes, bytes]]:
    """Return what differs in msgpack; texts of the same length have the same head."""
    assert old.started_at is not None
    assert new.started_at is not None
    times = (old.started_at.isoformat(), new.started_at.isoformat())
    names = (PurePath(old.path).name, PurePath(new.path).name)
    pairs = [(old.id, new.id), times, names]
    pairs += [(_packed(n, old.metadata[n]), _packed(n, new.metadata[n])) for n in old.metadata]
    assert all(len(before) == len(after) for before, after in pairs)
    return [(before.encode("latin-1"), after.encode("latin-1")) for before, after in pairs]


def _packed(name: str, value: str) -> str:
    return "".join(chr(0xA0 | len(text)) + text for text in (name, value))


@contextmanager
def _writer(store: Store) -> Iterator[_Writer]:
    if store.database.dialect == "sqlite":
        with store.database.bare() as connection:
            assert isinstance(connection, sqlite3.Connection)
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -1000000")
            _gather(connection, 1 << 27)
            yield _Sqlite(connection)
            _gather(connection, 1 << 20)
            connection.execute("PRAGMA cache_size = -2000")
            connection.execute("PRAGMA synchronous = FULL")
        return
    with store.database.engine.connect() as connection:
        index = "ix_segment_keys"
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
        connection.commit()
        yield _Postgres(connection)
        connection.exec_driver_sql(f"CREATE INDEX {index} ON segment USING gin (keys)")
        for table in ("recording", "analysis"):
            connection.exec_driver_sql(
                f"SELECT setval('{table}_key_seq', (SELECT max(key) FROM {table}))"
            )
        connection.commit()


def _gather(connection: sqlite3.Connection, size: int) -> None:
    """Have the index gather so many bytes before it writes a part of itself; 1 MB by default."""
    setting = f"INSERT INTO {_INDEX}({_INDEX}, rank) VALUES ('hashsize', ?)"
    connection.execute(setting, [size])


class _Sqlite:
    """A `_Writer`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]

    def rows(self, table: str, column: str, value: object) -> list[Row]:
        found = self._connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", [value])
        return list(found)

    def greatest(self, table: str, column: str = "key") -> int:
        [found] = self._connection.execute(f"SELECT max({column}) FROM {table}").fetchone()
        return int(found)

    def set_clock(self, now: int) -> None:
        self._connection.execute("UPDATE total_clock SET now = ?", [now])

    def time(self, time: datetime) -> str:
        return f"{time:%Y-%m-%d %H:%M:%S.%f}"

    def write(self, rows: dict[str, list[Row]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for table, those in rows.items():
            marks = ", ".join("?" * len(those[0]))
            columns = "(rowid, keys)" if table == _INDEX else ""
            self._connection.executemany(f"INSERT INTO {table}{columns} VALUES ({marks})", those)
        self._connection.execute("COMMIT")


class _Postgres:
    """A `_Writer`. Every value but bytes is text, as COPY takes it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._shown: dict[str, str] = {}

    def columns(self, table: str) -> list[str]:
        found = sa.inspect(self._connection).get_columns(table)
        self._shown[table] = ", ".join(
            f'"{c["name"]}"' if isinstance(c["type"], sa.LargeBinary) else f'"{c["name"]}"::text'
            for c in found
        )
        return [column["name"] for column in found]

    def rows(self, table: str, column: str, value: object) -> list[Row]:
        chosen = f"SELECT {self._shown[table]} FROM {table} WHERE {column} = %s"
        given = value if column == "id" else int(str(value))
        return [tuple(row) for row in self._connection.exec_driver_sql(chosen, (given,))]

    def greatest(self, table: str, column: str = "key") -> int:
        chosen = f"SELECT max({column}) FROM {table}"
        return int(self._connection.exec_driver_sql(chosen).scalar_one())

    def set_clock(self, now: int) -> None:
        self._connection.exec_driver_sql("UPDATE total_clock SET now = %s", (now,))

    def time(self, time: datetime) -> str:
        return f"{time:%Y-%m-%d %H:%M:%S}"

    def write(self, rows: dict[str, list[Row]]) -> None:
        driver = self._connection.connection.driver_connection
        assert driver is not None
        with closing(driver.cursor()) as cursor:
            for table, those in rows.items():
                if table == _INDEX:  # its rows are columns of the segments
                    continue
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in those:
                        copy.write_row(row)
        self._connection.commit()
