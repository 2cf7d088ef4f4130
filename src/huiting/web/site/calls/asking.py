"""What the address of the table asks for, and addresses that ask for something else.

The names are those of `GET /api/v1/calls`. Forms add some that people fill in more easily
(days, a field and its value, a measure and its bounds); addresses that we write have only the
former. What cannot be understood is left out and named, so that a page is always shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError

from huiting.store.browse import Order, Sort, Sought
from huiting.store.features import Measure
from huiting.web.api.shapes.calls import CallFilter
from huiting.web.site.spans import begin, end

MOST = 100
"""Parameters of an address."""
LONGEST = 2_300
"""Characters of one."""
SHARES = frozenset({Measure.SILENCE, Measure.OVERLAP, Measure.AGENT_SHARE})
"""Measures that people write in per cent."""
_MANY = ("metadata", "measure")
_FILTER = tuple(name for name in CallFilter.model_fields if name not in _MANY)
_ONLY_WITH = {"sounds_like": "q", "said_by": "q", "role": "emotion"}
Pairs = Sequence[tuple[str, str]]


class Period(StrEnum):
    """Days by their distance from today: what a kept search means by `yesterday` goes on."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7-days"
    MONTH = "30-days"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    given: Pairs = ()
    """What is looked for: names and values, as they stand in the address."""
    filter: CallFilter = field(default_factory=lambda: CallFilter.model_validate({}))
    sort: Sort = Sort.STARTED
    descending: bool = True
    unredacted: bool = False
    cursor: str | None = None
    back: bool = False
    search: int | None = None
    """Number of the kept search that is shown."""
    mistakes: tuple[str, ...] = ()
    """Names of what could not be understood."""

    @property
    def order(self) -> Order:
        """How calls are sorted."""
        return Order(self.sort, self.descending)

    def sought(self, zone: tzinfo | None) -> Sought:
        """Return which calls are looked for."""
        return self.filter.sought(zone)

    def one(self, name: str) -> str:
        """Return what is given for a name; nothing where it is not."""
        return next((value for key, value in self.given if key == name), "")

    @property
    def first_day(self) -> str:
        """The first day that is asked for, for a form; nothing where that is not one day."""
        given = "period" not in dict(self.given) and self.filter.since
        return given.date().isoformat() if given else ""

    @property
    def last_day(self) -> str:
        """The last day, likewise."""
        given = "period" not in dict(self.given) and self.filter.until
        return (given - timedelta(microseconds=1)).date().isoformat() if given else ""

    @property
    def query(self) -> str:
        """What is looked for and how it is sorted, as an address says it; without the page."""
        return urlencode([*self.given, *self._looks()])

    def without(self, name: str, value: str) -> str:
        """Return the address that asks for all but this."""
        left = [pair for pair in self.given if pair != (name, value)]
        kept = [pair for pair in left if _ONLY_WITH.get(pair[0]) != name]
        return urlencode([*kept, *self._looks()])

    def other(self, **changes: str | None) -> str:
        """Return the address that says something else of this; None for nothing."""
        said = [pair for pair in (*self.given, *self._looks()) if pair[0] not in changes]
        return urlencode([*said, *((k, v) for k, v in changes.items() if v is not None)])

    @property
    def here(self) -> str:
        """The address of this very page."""
        return self.page(self.cursor, back=self.back)

    def page(self, cursor: str | None, *, back: bool = False) -> str:
        """Return the address of another page; of the first or the last one without a cursor."""
        turn = {"cursor": cursor, "back": "1" if back else None, "search": self.number}
        return self.other(**turn)

    @property
    def number(self) -> str | None:
        """Number of the kept search, as an address says it."""
        return None if self.search is None else str(self.search)

    def _looks(self) -> Iterable[tuple[str, str]]:
        if self.sort is not Sort.STARTED or not self.descending:
            yield "sort", self.sort.value
            yield "order", "desc" if self.descending else "asc"
        if self.unredacted:
            yield "unredacted", "true"


def read(items: Iterable[tuple[str, str]], now: datetime, zone: tzinfo | None) -> Asked:
    """Return what the parameters of an address, or of a form, ask for.

    Args:
        items: names and values; empty values ask for nothing.
        now: the time.
        zone: whose days are meant.
    """
    pairs = [(k, v.strip()) for k, v in items if v.strip() and len(v) <= LONGEST][:MOST]
    said = dict(pairs)
    mistakes: list[str] = []
    given = _given(pairs, said, mistakes)
    found, wrong = _understood(given, now, zone)
    given = [pair for pair in given if pair not in wrong]
    mistakes += [name for name, _ in wrong]
    sort = said.get("sort", "")
    return Asked(
        tuple(given),
        found,
        Sort(sort) if sort in set(Sort) else Sort.STARTED,
        said.get("order") != "asc",
        said.get("unredacted") == "true",
        said.get("cursor"),
        said.get("back") == "1",
        int(said["search"]) if said.get("search", "").isdecimal() else None,
        tuple(dict.fromkeys(mistakes)),
    )


def read_text(query: str, now: datetime, zone: tzinfo | None) -> Asked:
    """Return what an address asks for; it has been written by `Asked`."""
    return read(parse_qsl(query, max_num_fields=MOST), now, zone)


def _given(pairs: Pairs, said: Mapping[str, str], mistakes: list[str]) -> list[tuple[str, str]]:
    """Return what is looked for, in one order, each once, in the names of the API."""
    found = [(name, said[name]) for name in _FILTER if name in said]
    if "period" in said and not {"from", "to"} & said.keys():
        found = [pair for pair in found if pair[0] not in ("since", "until")]
        found.append(("period", said["period"]))
    else:
        found += _days(said, mistakes)
    if said.get("name_of") and said.get("value_of"):
        found.append(("metadata", f"{said['name_of']}:{said['value_of']}"))
    if said.get("number_of"):
        found.append(("measure", _bounds(said, mistakes)))
    found += [pair for pair in pairs if pair[0] in _MANY]
    given = {name for name, _ in found}
    kept = [p for p in found if p[1] and _ONLY_WITH.get(p[0], p[0]) in given]
    usual = {("sounds_like", "false"), ("fatal", "false"), ("role", "customer")}
    return [pair for pair in dict.fromkeys(kept) if pair not in usual]


def _days(said: Mapping[str, str], mistakes: list[str]) -> Iterable[tuple[str, str]]:
    """Yield the days of a form as points in time that belong to them wholly."""
    for name, into, later in (("from", "since", 0), ("to", "until", 1)):
        if name not in said or into in said:
            continue
        try:
            day = date.fromisoformat(said[name]) + timedelta(days=later)
        except (ValueError, OverflowError):
            mistakes.append(name)
        else:
            yield into, day.isoformat()


def _bounds(said: Mapping[str, str], mistakes: list[str]) -> str:
    """Return a measure and its bounds as the API writes them; nothing for what is no number."""
    name = said["number_of"]
    scale = 100 if name in SHARES else 1
    try:
        ends = [
            "" if not said.get(end) else f"{float(said[end]) / scale:.6f}".rstrip("0").rstrip(".")
            for end in ("number_least", "number_most")
        ]
    except (ValueError, OverflowError):
        mistakes.append(name)
        return ""
    return f"{name}:{ends[0]}:{ends[1]}" if any(ends) else ""


def _understood(
    given: Pairs, now: datetime, zone: tzinfo | None
) -> tuple[CallFilter, list[tuple[str, str]]]:
    """Return the filter, and those of the pairs that were left out of it."""
    wrong: list[tuple[str, str]] = []
    while True:
        left = [pair for pair in given if pair not in wrong]
        try:
            return CallFilter.model_validate(_values(left, now, zone)), wrong
        except ValidationError as error:
            names = {str(problem["loc"][0]) for problem in error.errors()}
            wrong += [pair for pair in left if pair[0] in names]
        except _NoPeriod:
            wrong += [pair for pair in left if pair[0] == "period"]


class _NoPeriod(Exception):
    """The period is none of ours."""


def _values(given: Pairs, now: datetime, zone: tzinfo | None) -> dict[str, Any]:
    values: dict[str, Any] = {name: value for name, value in given if name not in _MANY}
    for name in _MANY:
        values[name] = [value for key, value in given if key == name]
    period = values.pop("period", None)
    if period is not None:
        values["since"], values["until"] = _span(period, now, zone)
    return values


def _span(period: str, now: datetime, zone: tzinfo | None) -> tuple[datetime, datetime]:
    today = now.astimezone(zone).date()
    first, last = {
        Period.TODAY.value: (0, 0),
        Period.YESTERDAY.value: (1, 1),
        Period.WEEK.value: (6, 0),
        Period.MONTH.value: (29, 0),
    }.get(period, (-1, -1))
    if first < 0:
        raise _NoPeriod
    since = begin(today - timedelta(days=first), zone)
    until = end(today - timedelta(days=last), zone)
    assert since is not None
    assert until is not None
    return since, until
