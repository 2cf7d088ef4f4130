"""Calls side by side: a column for each number, and for what calls have several of, a bag.

Rows are in the order of the calls, the latest first. Knows no report: those ask for columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import msgspec
import numpy as np
import numpy.typing as npt

from huiting.core.types import EmotionLabel
from huiting.insights.columns.facts import PLAIN, TALK, Facts, Shown, shown

Rows = npt.NDArray[np.bool_]
"""Which calls, one entry a call."""
Numbers = npt.NDArray[np.float64]
_UNKNOWN = -1
_LABELS = tuple(EmotionLabel)
_SMALL = 1 << 16


@dataclass(frozen=True)
class Bag:
    """What each call has some of: terms, fields with their values, verdicts."""

    table: Sequence[str]
    """Every entry, once."""
    starts: npt.NDArray[np.int64]
    """Where the entries of each call begin in `ids`; one more than there are calls."""
    ids: npt.NDArray[np.int64]
    """Places in `table`."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Place of each entry in the table."""
        return {entry: place for place, entry in enumerate(self.table)}

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """Of which call each of `ids` is."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def counts(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return of each entry how many of these calls have it."""
        return np.bincount(self.ids[rows[self.rows]], minlength=len(self.table))

    def within(self, rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the entries that these calls have, and of which call each is."""
        inside = rows[self.rows]
        return self.ids[inside], self.rows[inside]

    def beginning(self, *begins: str) -> Rows:
        """Return the calls that have an entry which begins so."""
        return self._with([n for n, entry in enumerate(self.table) if entry.startswith(begins)])

    def holding(self, entries: Iterable[str]) -> Rows:
        """Return the calls that have one of these entries."""
        return self._with([self.places[entry] for entry in entries if entry in self.places])

    def of(self, row: int) -> list[str]:
        """Return the entries of a call."""
        return [self.table[place] for place in self.ids[self.starts[row] : self.starts[row + 1]]]

    def _with(self, chosen: Sequence[int]) -> Rows:
        found = np.zeros(len(self.starts) - 1, dtype=bool)
        if chosen:
            found[self.rows[np.isin(self.ids, chosen)]] = True
        return found


@dataclass(frozen=True)
class Calls:
    """Calls in columns."""

    columns: dict[str, npt.NDArray[np.generic]]
    tables: dict[str, list[str]]
    told: list[bytes]
    """What may be shown of each call."""

    def __len__(self) -> int:
        """Return how many calls there are."""
        return len(self.told)

    @property
    def ids(self) -> list[str]:
        """Of the recordings."""
        return self.tables["call"]

    @property
    def everything(self) -> Rows:
        """All rows."""
        return np.ones(len(self), dtype=bool)

    def number(self, name: str) -> Numbers:
        """Return a measure of each call; not a number where it says nothing."""
        return self.columns[name]  # type: ignore[return-value]  # a column of numbers by its name

    def whole(self, name: str) -> npt.NDArray[np.int64]:
        """Return whole numbers: `key`, `clock`, `day`, `hour`, `unsure`…; -1 where unknown."""
        return self.columns[name]  # type: ignore[return-value]

    def bag(self, name: str) -> Bag:
        """Return `fields`, `verdicts`, `traits`, `shared`, `terms`, `cards` or `answers`."""
        return self._bags[name]

    def flag(self, name: str) -> Rows:
        """Return `judged`, or of each score whether it is `fatal` or `uncertain`."""
        return self.columns[name]  # type: ignore[return-value]

    def owned(self, wanted: Iterable[int]) -> Rows:
        """Return the calls that have one of these entries, as `facts.owners` writes them."""
        found = np.zeros(len(self), dtype=bool)
        rows = np.repeat(np.arange(len(self)), np.diff(self.columns["owners/starts"]))
        chosen = np.array(sorted(wanted), dtype=np.uint64)
        found[rows[np.isin(self.columns["owners"], chosen)]] = True
        return found

    def shown(self, row: int) -> Shown:
        """Return what may be shown of a call."""
        return shown(self.told[row])

    @cached_property
    def _bags(self) -> dict[str, Bag]:
        return {
            name: Bag(self.tables[name], self.whole(f"{name}/starts"), self.whole(name))
            for name in _BAGS
        }


_BAGS = ("fields", "verdicts", "traits", "shared", "terms", "cards", "answers")


def pack(rows: Sequence[tuple[int, int, Facts]]) -> Calls:
    """Put calls into columns, the latest first.

    Args:
        rows: key, clock and facts of each call.
    """
    rows = sorted(rows, key=lambda row: -row[1])
    facts = [row[2] for row in rows]
    columns: dict[str, npt.NDArray[np.generic]] = {
        "key": np.array([row[0] for row in rows], dtype=np.int64),
        "clock": np.array([row[1] for row in rows], dtype=np.int64),
        "day": _whole([f.day for f in facts]),
        "hour": _whole([f.hour for f in facts]),
        "unsure": _whole([f.unsure for f in facts]),
        "judged": np.array([f.judged for f in facts], dtype=bool),
        "trials": np.array([f.trials for f in facts], dtype=np.int64).reshape(-1, 4),
        "gravity": _numbers([f.gravity for f in facts]),
        "untarnished": np.array([bool(f.worth and f.worth[0]) for f in facts], dtype=bool),
        "worth": _numbers([f.worth[1] if f.worth else None for f in facts]),
        "mark": np.array([mark_of(f.call) for f in facts], dtype=np.uint64),
        "feelings": np.array(
            [[f.feelings.get(label, 0) for label in _LABELS] for f in facts], dtype=np.int64
        ).reshape(-1, len(_LABELS)),
    }
    for place, name in enumerate((*PLAIN, *TALK)):
        columns[name] = _numbers([f.numbers[place] for f in facts])
    columns["owners/starts"] = _starts([len(f.owners) for f in facts])
    columns["owners"] = np.array([n for f in facts for n in f.owners], dtype=np.uint64)
    tables = {"call": [f.call for f in facts]}
    for name in ("fields", "verdicts", "traits", "shared", "terms"):
        _fill(columns, tables, name, [getattr(f, name) for f in facts])
    _fill(columns, tables, "cards", [[s.scorecard for s in f.scores] for f in facts])
    _fill(columns, tables, "answers", [[u.answer for u in f.upsets] for f in facts])
    scores = [s for f in facts for s in f.scores]
    columns["points"] = _numbers([s.points for s in scores])
    columns["most"] = _numbers([s.most for s in scores])
    columns["lost"] = np.array([s.fatal for s in scores], dtype=bool)
    columns["open"] = np.array([s.uncertain for s in scores], dtype=bool)
    upsets = [u for f in facts for u in f.upsets]
    columns["softened"] = _numbers([u.softened for u in upsets])
    columns["delay"] = _numbers([u.delay for u in upsets])
    return Calls(columns, tables, [f.shown for f in facts])


def mark_of(call: str) -> int:
    """Return a number that orders calls by chance, and always the same way."""
    return int.from_bytes(blake2b(call.encode(), digest_size=8).digest(), "big")


def _whole(values: Sequence[int | None]) -> npt.NDArray[np.int64]:
    return np.array([_UNKNOWN if v is None else v for v in values], dtype=np.int64)


def _numbers(values: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _starts(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def _fill(
    columns: dict[str, npt.NDArray[np.generic]],
    tables: dict[str, list[str]],
    name: str,
    entries: Sequence[Sequence[str]],
) -> None:
    places: dict[str, int] = {}
    ids = [places.setdefault(entry, len(places)) for own in entries for entry in own]
    kind = np.uint16 if len(places) < _SMALL else np.int64
    columns[name] = np.array(ids, dtype=kind)
    columns[f"{name}/starts"] = _starts([len(own) for own in entries])
    tables[name] = list(places)


class _Body(msgspec.Struct, array_like=True):
    columns: dict[str, tuple[str, int, bytes]]
    tables: dict[str, list[str]]
    told: list[bytes]


_decoder = msgspec.msgpack.Decoder(_Body)


def encode(calls: Calls) -> bytes:
    """Return the bytes of calls in columns."""
    columns = {
        name: (column.dtype.str, column.shape[1] if column.ndim > 1 else 0, column.tobytes())
        for name, column in calls.columns.items()
    }
    return msgspec.msgpack.encode(_Body(columns, calls.tables, calls.told))


def decode(body: bytes) -> Calls:
    """Return the calls that `encode` wrote."""
    found = _decoder.decode(body)
    columns = {
        name: np.frombuffer(data, dtype=kind).reshape(-1, width)
        if width
        else np.frombuffer(data, dtype=kind)
        for name, (kind, width, data) in found.columns.items()
    }
    return Calls(columns, found.tables, found.told)
