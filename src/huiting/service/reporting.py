"""Answers over many calls, for somebody: only of those they may see, and without personal data.

They are counted from the columns of days (see `days`). Only a measure of what is said reads
the calls themselves, while somebody waits: their number is bounded.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar, cast

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.insights.agents import AgentReport, AgentTally
from huiting.insights.case import Case
from huiting.insights.causes import Causes, CauseTally
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.columns.measured import counted, kept_by
from huiting.insights.day import Day, DayTally
from huiting.insights.fields import Filter, parse
from huiting.insights.measures import measure
from huiting.insights.trends import Step, Trend, TrendTally
from huiting.insights.words import Words, WordTally
from huiting.quality.calming import calm_downs
from huiting.reports.day import page
from huiting.reports.tables import Table, tables, write_tables
from huiting.service.days import Days
from huiting.service.hidden import Hiding
from huiting.service.recent import Recent
from huiting.service.troubles import TooLarge
from huiting.service.views import View
from huiting.store import Store, Which

BEFORE = 28
"""Days that a day is compared with: four weeks, so that weekdays are alike."""
TOLD = 32
"""Answers that are given again while no call changes."""
ANGRY = "angry"
"""The focus on calls with an angry customer."""


class Takes(Protocol):
    """Takes calls, one by one or many at once."""

    def add(self, case: Case, /) -> None:
        """Take one more call."""
        ...

    def add_all(self, calls: Calls, rows: Rows, /) -> None:
        """Take more calls at once."""
        ...


Taker = TypeVar("Taker", bound=Takes)
Answer = TypeVar("Answer", bound="Result")
Result = Causes | Words | Trend | Day | tuple[AgentReport, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days by the service's clock, and which of their calls."""

    since: date | None = None
    until: date | None = None
    """The last day."""
    where: str = "all"
    """As `insights.fields.parse` reads it."""
    soon: bool = False
    """Whether calls that changed a moment ago may be left out, so that nobody waits; of both
    days given only. `Reporting.waiting` says how many."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Counts calls. May be used from several threads."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    hiding: Hiding
    now: Callable[[], datetime]
    zone: tzinfo | None = None
    most: int = 20_000
    """Calls that are read while somebody waits; those that are counted already do not matter."""
    days: Days = field(init=False, repr=False)
    """Of calls without what is private in them."""
    _open: Days = field(init=False, repr=False)
    _told: Recent[Hashable, Result] = field(
        default_factory=lambda: Recent(TOLD), init=False, repr=False
    )

    def __post_init__(self) -> None:
        """Make what counts."""
        for name, hiding in (("days", self.hiding), ("_open", None)):
            made = Days(self.store, self.flat, hiding, self.zone, self.most)
            object.__setattr__(self, name, made)

    def day(self, stretch: Stretch, view: View, before: int = BEFORE) -> Day:
        """Return a stretch of days at a glance, beside the days before it.

        Raises:
            InputError: the last day is before the first.
            TooLarge: these are too many calls.
        """
        tally = DayTally(calm_downs)
        for calls, rows in self.counted(stretch, view):
            tally.add_all(calls, rows)
        if stretch.since is not None and before:
            first = stretch.since - timedelta(before)
            past = replace(stretch, since=first, until=stretch.since - timedelta(1))
            for calls, rows in self.counted(past, view):
                tally.add_all_before(calls, rows)
        return tally.result()

    def page(self, stretch: Stretch, view: View, language: str, title: str) -> str:
        """Return a day as HTML to print; see `day`."""
        return self.printed(dated(self.day(stretch, view), stretch), language, title)

    def printed(self, day: Day, language: str, title: str) -> str:
        """Return a day that was counted as HTML to print: one file, with all that it shows."""
        return page(day, language, self.now().astimezone(self.zone), title)

    def causes(self, stretch: Stretch, view: View, target: str) -> Causes:
        """Return what occurs together with a target such as `angry` or `rule:ID`.

        Raises:
            InputError: there is no such measure.
            TooLarge: these are too many calls.
        """
        tally = CauseTally(measure(target))
        return self._taken(tally, stretch, view, columns=counted(measure(target))).result()

    def words(self, stretch: Stretch, view: View, focus: str) -> Words:
        """Return frequent, rising and falling words of some calls against the others.

        Args:
            stretch: which calls.
            view: who asks.
            focus: the calls asked about, as `insights.fields.parse` reads it, or `ANGRY`.

        Raises:
            InputError: the focus is no filter.
            TooLarge: these are too many calls.
        """
        if focus == ANGRY:
            return self.angry_words(stretch, view)
        wanted = parse(focus)
        tally = WordTally()
        for calls, rows in self.counted(stretch, view):
            asked = kept_by(wanted, calls)
            tally.add_all(calls, rows & asked, focus=True)
            tally.add_all(calls, rows & ~asked, focus=False)
        return tally.result()

    def angry_words(self, stretch: Stretch, view: View) -> Words:
        """Return the words of calls with an angry customer against the others.

        Raises:
            TooLarge: these are too many calls.
        """
        tally = WordTally()
        for calls, rows in self.counted(stretch, view):
            angry = calls.number("angry") > 0
            tally.add_all(calls, rows & angry, focus=True)
            tally.add_all(calls, rows & ~angry, focus=False)
        return tally.result()

    def trend(self, stretch: Stretch, view: View, name: str, step: Step, by: str | None) -> Trend:
        """Return a measure over time, and by the values of a field.

        Raises:
            InputError: there is no such measure.
            TooLarge: these are too many calls.
        """
        wanted = measure(name)
        tally = TrendTally(wanted, step, by)
        return self._taken(tally, stretch, view, columns=counted(wanted)).result()

    def agents(self, stretch: Stretch, view: View) -> tuple[AgentReport, ...]:
        """Return every agent beside the team.

        Raises:
            TooLarge: these are too many calls.
        """
        return self._taken(AgentTally(calm_downs), stretch, view, columns=True).result()

    def tables(self, result: Result) -> list[Table]:
        """Return a result as tables."""
        return tables(result, AgentReport)

    def workbook(self, result: Result) -> bytes:
        """Return a result as XLSX."""
        with TemporaryDirectory(prefix="huiting-") as folder:
            path = Path(folder) / "report.xlsx"
            write_tables(path, result, AgentReport)
            return path.read_bytes()

    def counted(self, stretch: Stretch, view: View) -> Iterator[tuple[Calls, Rows]]:
        """Yield the calls of each day in columns, and which of them are meant; the latest first.

        Raises:
            InputError: the last day is before the first, or the filter is none.
            TooLarge: too many calls changed and are to be told anew first.
        """
        _check(stretch)
        wanted = parse(stretch.where)
        days = self._open if view.unredacted else self.days
        if stretch.soon and stretch.since and stretch.until:
            for calls, seen in days.look(stretch.since, stretch.until, view.principal).parts:
                yield calls, seen & kept_by(wanted, calls)
            return
        for calls in days.within(stretch.since, stretch.until):
            yield calls, days.seen(calls, view.principal) & kept_by(wanted, calls)

    def again(
        self, stretch: Stretch, view: View, asked: Hashable, make: Callable[[], Answer]
    ) -> Answer:
        """Return an answer about calls that are to be had `soon`, made before if none changed.

        Args:
            stretch: which calls.
            view: who asks.
            asked: what is asked of them; with the calls it says which answer it is.
            make: answers.
        """
        if not (stretch.soon and stretch.since and stretch.until):
            return make()
        state = self.days.state(stretch.since - timedelta(BEFORE), stretch.until)
        only = tuple(sorted((k, tuple(sorted(v))) for k, v in view.principal.only.items()))
        key = (state, stretch, only, view.unredacted, asked)
        return cast("Answer", self._told.get(key, make))

    def waiting(self, stretch: Stretch, view: View) -> int:
        """Return how many calls that somebody may see are not counted yet of a `soon` stretch."""
        if stretch.since is None or stretch.until is None:
            return 0
        return self.days.waiting(stretch.since, stretch.until, view.principal)

    def cases(self, stretch: Stretch, view: View) -> Iterator[Case]:
        """Yield the calls of a stretch, the latest first.

        Raises:
            InputError: the last day is before the first, or the filter is none.
            TooLarge: these are too many calls.
        """
        _check(stretch)
        after = stretch.until + timedelta(1) if stretch.until else None
        which = Which(
            self._midnight(stretch.since), self._midnight(after), allowed=view.principal.only
        )
        return self._read(which, parse(stretch.where), view)

    def _taken(self, tally: Taker, stretch: Stretch, view: View, *, columns: bool) -> Taker:
        """Have a tally take the calls of a stretch, in columns or one by one; return it."""
        if columns:
            for calls, rows in self.counted(stretch, view):
                tally.add_all(calls, rows)
        else:
            for case in self.cases(stretch, view):
                tally.add(case)
        return tally

    def _read(self, which: Which, wanted: Filter, view: View) -> Iterator[Case]:
        count = 0
        for batch in self.store.history(self.flat, which):
            count += len(batch)
            if count > self.most:
                raise TooLarge(
                    "report", f"more than {self.most} calls", "choose fewer days, or one site"
                )
            for kept in batch:
                case = Case(kept.dialogue, kept.judgement)
                shown = case if view.unredacted else self.hiding.hidden(case)
                if wanted.keeps(shown):
                    yield shown

    def _midnight(self, of: date | None) -> datetime | None:
        return self.days.midnight(of) if of else None


def dated(day: Day, stretch: Stretch) -> Day:
    """Return a day that says which it is, though it may be without calls."""
    return replace(day, since=day.since or stretch.since, until=day.until or stretch.until)


def _check(stretch: Stretch) -> None:
    if stretch.since and stretch.until and stretch.until < stretch.since:
        raise InputError(
            f"{stretch.since} to {stretch.until}", "ends before it begins", "exchange the days"
        )
