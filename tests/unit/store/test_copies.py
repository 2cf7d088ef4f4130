"""Copies that benchmarks make of calls are what the store would have written."""

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from copies import multiply
from huiting.store import Store
from huiting.store.schema import Base
from stock import Stock

ORIGINALS, COPIES = range(3), range(3, 8)


def test_copies_are_written_as_if_they_had_been_saved(target: str, tmp_path: Path) -> None:
    stock = Stock(segments=6, daily=1_000)
    pairs = [(number, number % len(ORIGINALS)) for number in reversed(COPIES)]
    with Store.open(target) as store, Store.open(str(tmp_path / "expected.db")) as expected:
        for number in ORIGINALS:
            stock.keep(store, stock.analysis(number))
            stock.keep(expected, stock.analysis(number))
        multiply(store, stock, ORIGINALS, pairs)
        for number, of in pairs:
            made = stock.analysis(of)
            recording = stock.recording(number, made.call.recording)
            stock.keep(expected, replace(made, call=replace(made.call, recording=recording)))

        assert _rows(store) == _rows(expected)
        assert _found(store) == _found(expected)


def _rows(store: Store) -> dict[str, list[Any]]:
    with store.database.reading() as connection:
        return {
            table.name: sorted(
                repr([_plain(value) for value in row])
                for row in connection.execute(sa.select(table))
            )
            for table in Base.metadata.sorted_tables
        }


def _plain(value: object) -> object:
    """Return what is compressed as it was before; nearly the same size when it is long."""
    if not isinstance(value, bytes):
        return value
    try:
        return zlib.decompress(value)
    except zlib.error:  # a dialogue has another byte before it
        return value


def _found(store: Store) -> list[Any]:
    return [store.search(word, limit=1000) for word in ("您好", "的", "退货", "投诉")]
