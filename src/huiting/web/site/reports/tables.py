"""Tables of a report: cells with what they rest on, sorted by what is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from huiting.insights.rates import Interval, Mean, Rate
from huiting.insights.trends import ENOUGH, Estimate
from huiting.web.site.formats import number, percent
from huiting.web.site.words import words

Key = float | str | None
MOST = 200
"""Rows of a table that are shown."""
_BELOW = 0.0095
"""A q-value below this is told as such."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell."""

    text: str
    key: Key = None
    """What rows are sorted by; None goes last."""
    note: str = ""
    """What it rests on."""
    url: str | None = None
    few: bool = False
    """Whether too few calls stand behind it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    key: str
    title: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with columns; the first cell of a row names it."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sort: str = ""
    """Key of the column by which rows are sorted; empty for the order they came in."""
    descending: bool = False
    more: int = 0
    """Rows that are not shown."""

    def turned(self, column: Column) -> bool:
        """Tell whether a press on a heading is to sort by it from the greatest on."""
        return not self.descending if column.key == self.sort else column.numeric

    def direction(self, column: Column) -> str | None:
        """Return how rows are sorted by a column, as `aria-sort` says it."""
        if column.key != self.sort:
            return None
        return "descending" if self.descending else "ascending"

    def sorted(self, sort: str, order: str) -> "Table":
        """Return it sorted by a column, cut to what is shown; as it is if there is none such."""
        keys = [column.key for column in self.columns]
        rows, descending = self.rows, order == "desc"
        if sort in keys:
            rows = _sorted(rows, keys.index(sort), descending=descending)
        else:
            sort = ""
        more = max(0, len(rows) - MOST)
        return replace(self, rows=rows[:MOST], sort=sort, descending=descending, more=more)


def _sorted(
    rows: Sequence[Sequence[Cell]], place: int, *, descending: bool
) -> list[Sequence[Cell]]:
    known = [row for row in rows if row[place].key is not None]
    unknown = [row for row in rows if row[place].key is None]
    numbers = all(isinstance(row[place].key, int | float) for row in known)

    def key(row: Sequence[Cell]) -> tuple[float, str]:
        found = row[place].key
        return (float(found), "") if numbers and found is not None else (0.0, str(found))

    return [*sorted(known, key=key, reverse=descending), *unknown]


@dataclass(frozen=True, slots=True)
class Cells:
    """Makes cells for a reader."""

    language: str

    def text(self, text: str, url: str | None = None) -> Cell:
        """Return words."""
        return Cell(text, text, url=url)

    def count(self, value: int, url: str | None = None) -> Cell:
        """Return a number of things."""
        return Cell(number(value, self.language), value, url=url if value else None)

    def number(self, value: float | None, digits: int = 1) -> Cell:
        """Return a number that rests on all that was counted."""
        return Cell(number(None if value is None else value + 0.0, self.language, digits), value)

    def share(self, value: float | None) -> Cell:
        """Return a share of time."""
        return Cell(percent(value, self.language), value)

    def rate(self, rate: Rate | None, url: str | None = None) -> Cell:
        """Return a share as `12.3% (10.1–14.8)` and how many of how many."""
        if rate is None or not rate.of:
            return self.nothing()
        found = Estimate(rate.share, rate.of, rate.interval)
        note = f"{number(rate.count, self.language)}/{number(rate.of, self.language)}"
        return self._reach(found, note, share=True, url=url if rate.count else None)

    def mean(self, mean: Mean | None, url: str | None = None) -> Cell:
        """Return a mean with its interval and how many values it rests on."""
        if mean is None:
            return self.nothing()
        found = Estimate(mean.value, mean.of, mean.interval)
        return self._reach(found, self.resting(mean.of), share=False, url=url)

    def estimate(self, found: Estimate, *, share: bool, url: str | None = None) -> Cell:
        """Return a point of a trend."""
        if found.value is None:
            return self.nothing()
        return self._reach(found, self.resting(found.of), share=share, url=url)

    def nothing(self) -> Cell:
        """Return what stands where nothing is known."""
        return Cell("–")

    def resting(self, of: int) -> str:
        """Return on how many calls something rests."""
        return f"n = {number(of, self.language)}"

    def sure(self, q: float) -> Cell:
        """Return whether a finding holds among all that were tested, in words."""
        say = words(self.language).gettext
        holds = say("holds after correction") if q <= 0.05 else say("may be chance")  # noqa: PLR2004
        shown = "q < 0.01" if q < _BELOW else f"q = {q:.2f}"
        return Cell(holds, q, shown)

    def _reach(self, found: Estimate, note: str, *, share: bool, url: str | None) -> Cell:
        """Return a value with its interval; of too few calls without it, and said so."""
        value = percent(found.value, self.language, 1) if share else self._plain(found.value)
        if found.of < ENOUGH:
            say = words(self.language).gettext
            return Cell(value, found.value, f"{note} · {say('too few')}", url, few=True)
        if found.interval is None:
            return Cell(value, found.value, note, url)
        return Cell(
            f"{value} ({self.between(found.interval, share=share)})", found.value, note, url
        )

    def between(self, ends: Interval, *, share: bool) -> str:
        """Return from where to where something may lie."""
        low, high = (self._plain(100 * end if share else end) for end in (ends.low, ends.high))
        return f"{low} … {high}" if ends.low < 0 else f"{low}–{high}"

    def _plain(self, value: float | None) -> str:
        # Adding 0 makes 0 of the -0 that is left of a small negative number.
        return number(None if value is None else round(value, 1) + 0.0, self.language, 1)
