"""Answers over many calls, for somebody: only of those they may see, and without personal data.

Each is counted while somebody waits, so the number of calls is bounded; longer stretches
are for `huiting report`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from pathlib import Path
from tempfile import TemporaryDirectory

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.insights.agents import AgentReport, agents
from huiting.insights.case import Case
from huiting.insights.causes import Causes, causes
from huiting.insights.day import Day, day
from huiting.insights.fields import Filter, parse
from huiting.insights.measures import measure
from huiting.insights.trends import Step, Trend, trend
from huiting.insights.words import Words, words
from huiting.quality.calming import calm_downs
from huiting.reports.day import page
from huiting.reports.tables import Table, tables, write_tables
from huiting.service.hidden import Hiding
from huiting.service.troubles import TooLarge
from huiting.service.views import View
from huiting.store import Store, Which

BEFORE = 28
"""Days that a day is compared with: four weeks, so that weekdays are alike."""
Result = Causes | Words | Trend | Day | tuple[AgentReport, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days by the service's clock, and which of their calls."""

    since: date | None = None
    until: date | None = None
    """The last day."""
    where: str = "all"
    """As `insights.fields.parse` reads it."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """Counts calls. May be used from several threads."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    hiding: Hiding
    now: Callable[[], datetime]
    zone: tzinfo | None = None
    most: int = 20_000
    """Calls of one report."""

    def day(self, stretch: Stretch, view: View, before: int = BEFORE) -> Day:
        """Return a stretch of days at a glance, beside the days before it.

        Raises:
            InputError: the last day is before the first.
            TooLarge: these are too many calls.
        """
        earlier: Iterator[Case] = iter(())
        if stretch.since is not None and before:
            first = stretch.since - timedelta(before)
            past = Stretch(first, stretch.since - timedelta(1), stretch.where)
            earlier = self.cases(past, view)
        return day(self.cases(stretch, view), earlier, calm_downs)

    def page(self, stretch: Stretch, view: View, language: str, title: str) -> str:
        """Return a day as HTML to print; see `day`."""
        made_at = self.now().astimezone(self.zone)
        return page(self.day(stretch, view), language, made_at, title)

    def causes(self, stretch: Stretch, view: View, target: str) -> Causes:
        """Return what occurs together with a target such as `angry` or `rule:ID`.

        Raises:
            InputError: there is no such measure.
            TooLarge: these are too many calls.
        """
        wanted = measure(target)
        return causes(self.cases(stretch, view), wanted)

    def words(self, stretch: Stretch, view: View, focus: str) -> Words:
        """Return frequent, rising and falling words of some calls against the others.

        Raises:
            InputError: the focus is no filter.
            TooLarge: these are too many calls.
        """
        wanted = parse(focus)
        return words(self.cases(stretch, view), wanted)

    def trend(self, stretch: Stretch, view: View, name: str, step: Step, by: str | None) -> Trend:
        """Return a measure over time, and by the values of a field.

        Raises:
            InputError: there is no such measure.
            TooLarge: these are too many calls.
        """
        wanted = measure(name)
        return trend(self.cases(stretch, view), wanted, step, by)

    def agents(self, stretch: Stretch, view: View) -> tuple[AgentReport, ...]:
        """Return every agent beside the team.

        Raises:
            TooLarge: these are too many calls.
        """
        return agents(self.cases(stretch, view), calm_downs)

    def tables(self, result: Result) -> list[Table]:
        """Return a result as tables."""
        return tables(result, AgentReport)

    def workbook(self, result: Result) -> bytes:
        """Return a result as XLSX."""
        with TemporaryDirectory(prefix="huiting-") as folder:
            path = Path(folder) / "report.xlsx"
            write_tables(path, result, AgentReport)
            return path.read_bytes()

    def cases(self, stretch: Stretch, view: View) -> Iterator[Case]:
        """Yield the calls of a stretch, the latest first.

        Raises:
            InputError: the last day is before the first, or the filter is none.
            TooLarge: these are too many calls.
        """
        if stretch.since and stretch.until and stretch.until < stretch.since:
            raise InputError(
                f"{stretch.since} to {stretch.until}", "ends before it begins", "exchange the days"
            )
        after = stretch.until + timedelta(1) if stretch.until else None
        which = Which(
            self._midnight(stretch.since), self._midnight(after), allowed=view.principal.only
        )
        return self._counted(which, parse(stretch.where), view)

    def _counted(self, which: Which, wanted: Filter, view: View) -> Iterator[Case]:
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
        if of is None:
            return None
        when = datetime.combine(of, clock_time())
        return when.replace(tzinfo=self.zone) if self.zone else when.astimezone()
