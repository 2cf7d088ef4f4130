"""Calls of days in columns, so that many of them are counted at once.

The columns of a day are kept in the store. A call that changed since is told anew before its
day is counted; how many are told while somebody waits is bounded.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from hashlib import blake2b

import numpy as np

from huiting.access.principal import Principal
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.insights.case import Case
from huiting.insights.columns import calls as packing
from huiting.insights.columns import facts as telling
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.columns.facts import Facts
from huiting.insights.columns.telling import facts_of
from huiting.quality.calming import calm_downs
from huiting.service.hidden import Hiding
from huiting.service.troubles import TooLarge
from huiting.store import Store, Which
from huiting.store.totals import Member, Stretch, Total, Totals, entries

HELD = 60_000
"""Calls in columns that are held in memory."""
FRESH = 10
"""Changed calls that are told anew for a look that must not take long."""
_CHANGED = 500
"""Changed calls that such a look asks for."""
_FEW = 50
"""Calls that are read one by one; of more their whole stretch is read."""
_STEP = 500
"""Calls told before their facts are kept."""


@dataclass(frozen=True, slots=True)
class Look:
    """Calls as they stand now, or almost."""

    parts: Sequence[tuple[Calls, Rows]]
    """The latest day first."""
    waiting: int
    """Calls that changed and are not counted yet as they are now."""
    state: Hashable = ()
    """What the calls are told from: of the same state, all looks show the same."""


@dataclass(frozen=True)
class Days:
    """Tells the facts of calls and keeps them. May be used from several threads."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    hiding: Hiding | None
    """None to count calls with all that is private in them."""
    zone: tzinfo | None = None
    """Whose days are meant; None for the machine's."""
    most: int = 20_000
    """Calls that are told while somebody waits."""
    _held: "_Held" = field(default_factory=lambda: _Held(HELD), init=False, repr=False)

    @property
    def totals(self) -> Totals:
        """Where facts and totals are kept."""
        kind = "open:" if self.hiding is None else f"hidden:{_digest(self.hiding)}."
        return Totals(self.store.database, f"{kind}{telling.VERSION}")

    def within(self, since: date | None, until: date | None) -> Iterator[Calls]:
        """Yield the calls of each day as they are now, the latest day first.

        Args:
            since: first day; None for that of the first call.
            until: last day; None for that of the last call.

        Raises:
            TooLarge: too many calls are to be told anew first.
        """
        stretch = self._stretch(since, until)
        if stretch is None:
            return
        kept = self._kept(stretch)
        late = set(self._late(stretch, kept))
        count = 0
        for day in late:
            count += self.totals.count(day)
            if count > self.most:
                raise TooLarge(
                    "report",
                    f"more than {self.most} calls are to be counted first",
                    "choose fewer days, or come back when the service has counted them",
                )
        done = {(total.since, total.until): total for total in kept}
        for day in sorted({*late, *done}, reverse=True):
            yield self.add_up(day) if day in late else self._read(done[day]) or self.add_up(day)
        if late:
            self.totals.advance()

    def look(self, since: date, until: date, principal: Principal) -> Look:
        """Return what somebody may see of some days, but for calls that changed lately.

        Of these only a few are told anew; the others are counted as they were, unless it is
        not certain that they may still be seen.
        """
        stretch = self._stretch(since, until)
        if stretch is None:
            return Look((), 0)
        clock = self.totals.now()
        kept = self._kept(stretch)
        only = principal.only
        waiting = sum(self.totals.count(day, only) for day in self._absent(stretch, kept))
        changed = [call.key for call in self.totals.changed(stretch, _CHANGED)]
        told = self._told(self.totals.of(stretch, changed)) if changed else []
        if changed:
            waiting += self.totals.behind(stretch, only)
        gone = [*self.totals.binned(stretch), *(row[0] for row in told)]
        if only and changed:
            gone += [call.key for call in self.totals.changed(stretch)]
        parts = [packing.pack(told)] if told else []
        waiting -= sum(int(self.seen(calls, principal).sum()) for calls in parts)
        rows = [calls.everything for calls in parts]
        for total in sorted(kept, key=lambda total: total.since, reverse=True):
            if calls := self._read(total):
                parts.append(calls)
                rows.append(~np.isin(calls.whole("key"), gone))
        seen = (self.seen(calls, principal) for calls in parts)
        shown = [(c, r & s) for c, r, s in zip(parts, rows, seen, strict=True)]
        return Look(shown, waiting, (clock, tuple(kept)))

    def state(self, since: date, until: date) -> Hashable:
        """Return what some days are told from: of the same state, all looks show the same."""
        stretch = self._stretch(since, until)
        if stretch is None:
            return ()
        return (self.totals.now(), tuple(self._kept(stretch)))

    def waiting(self, since: date, until: date, principal: Principal) -> int:
        """Return how many calls of some days, of those seen, are not counted as they are now."""
        stretch = self._stretch(since, until)
        if stretch is None:
            return 0
        absent = self._absent(stretch, self._kept(stretch))
        only = principal.only
        late = sum(self.totals.count(day, only) for day in absent)
        return self.totals.behind(stretch, only) + late

    def catch_up(self, goes_on: Callable[[], bool]) -> None:
        """Add up what is behind, the latest day first, as long as there is time.

        Args:
            goes_on: asked after every few hundred calls that were told.
        """
        ends = self.totals.ends()
        if ends is None:
            return
        self.totals.forget_others()
        stretch = self._whole_days(*ends)
        late = sorted(self._late(stretch, self._kept(stretch)), reverse=True)
        for day in late:
            for _ in self._tell_all(self.totals.members(day)):
                if not goes_on():
                    return
            self.add_up(day)
        if late:
            self.totals.advance()

    def add_up(self, day: Stretch) -> Calls:
        """Tell the calls of a day that changed, keep and return all of its calls."""
        totals = self.totals
        made = totals.now()
        members = totals.members(day)
        facts = {m.key: telling.decode(m.facts) for m in members if m.facts is not None}
        for told in self._tell_all(members):
            facts |= told
        rows = [(m.key, m.clock, facts[m.key]) for m in members if m.key in facts]
        calls = packing.pack(rows)
        total = Total(*day, made)
        if totals.write(total, packing.encode(calls), [row[0] for row in rows]):
            self._held.put(total, calls)
        return calls

    def seen(self, calls: Calls, principal: Principal) -> Rows:
        """Return the calls that somebody may see."""
        found = calls.everything
        for name, values in entries(principal.only):
            wanted = [number for value in values for number in telling.owners({name: value})]
            found &= calls.owned(wanted)
        return found

    def midnight(self, of: date) -> datetime:
        """Return when a day begins."""
        when = datetime.combine(of, clock_time())
        local = when.replace(tzinfo=self.zone) if self.zone else when.astimezone()
        return local.astimezone(UTC)

    def day_of(self, when: datetime) -> date:
        """Return the day of a time."""
        return when.astimezone(self.zone).date()

    def _stretch(self, since: date | None, until: date | None) -> Stretch | None:
        ends = self.totals.ends()
        if ends is None:
            return None
        first, last = self._whole_days(*ends)
        first = max(first, self.midnight(since)) if since else first
        last = min(last, self.midnight(until + timedelta(1))) if until else last
        return (first, last) if first < last else None

    def _whole_days(self, first: datetime, last: datetime) -> Stretch:
        after = self.day_of(last) + timedelta(1)
        return self.midnight(self.day_of(first)), self.midnight(after)

    def _kept(self, stretch: Stretch) -> list[Total]:
        """Return the totals of days as this zone has them."""
        return [
            total
            for total in self.totals.kept(stretch)
            if (total.since, total.until) == self._day(self.day_of(total.since))
        ]

    def _day(self, day: date) -> Stretch:
        return self.midnight(day), self.midnight(day + timedelta(1))

    def _late(self, stretch: Stretch, kept: Sequence[Total]) -> list[Stretch]:
        """Return the days that are not added up, or not as they are now."""
        known = {(total.since, total.until) for total in kept}
        changed = {self.day_of(call.began) for call in self.totals.changed(stretch)}
        days = known.intersection(map(self._day, changed))
        return [*days, *self._absent(stretch, kept)]

    def _absent(self, stretch: Stretch, kept: Sequence[Total]) -> Iterator[Stretch]:
        """Yield the days with calls that are not added up."""
        known = {total.since: total.until for total in kept}
        begins, end = stretch
        for since in [*sorted(known), end]:
            at = begins
            while at < since and (call := self.totals.next((at, since))):
                day = self._day(self.day_of(call))
                at = day[1]
                yield day
            begins = known.get(since, end)

    def _read(self, total: Total) -> Calls | None:
        """Return the columns of a day; None when they are there no more."""
        held = self._held.get(total)
        if held is not None:
            return held
        body = self.totals.body(total)
        if body is None:
            return None
        calls = packing.decode(body)
        self._held.put(total, calls)
        return calls

    def _tell_all(self, members: Sequence[Member]) -> Iterator[dict[int, Facts]]:
        """Tell and keep what is missing, some calls at a time."""
        missing = [member for member in members if member.facts is None]
        for first in range(0, len(missing), _STEP):
            yield self._tell(missing[first : first + _STEP], keep=True)

    def _told(self, members: Sequence[Member]) -> list[tuple[int, int, Facts]]:
        """Return calls whose facts are kept, and a few more, told now."""
        known = {m.key: telling.decode(m.facts) for m in members if m.facts is not None}
        missing = [member for member in members if member.facts is None]
        missing.sort(key=lambda member: -member.stamp)
        known |= self._tell(missing[:FRESH], keep=False)
        return [(m.key, m.clock, known[m.key]) for m in members if m.key in known]

    def _tell(self, members: Sequence[Member], *, keep: bool) -> dict[int, Facts]:
        """Tell facts; of calls that are gone meanwhile none are returned."""
        metadata = self.totals.metadata([member.key for member in members])
        known = {member.id: member for member in members}
        found: dict[int, Facts] = {}
        for which in _stretches(members):
            for case in self._cases(which):
                member = known.get(case.call)
                if member is not None:
                    shown = self.hiding.hidden(case) if self.hiding else case
                    found[member.key] = facts_of(shown, metadata[member.key], calm_downs)
        if keep and found:
            stamps = {member.key: member.stamp for member in members}
            self.totals.keep({k: (stamps[k], telling.encode(f)) for k, f in found.items()})
        return found

    def _cases(self, which: Which) -> Iterator[Case]:
        for batch in self.store.history(self.flat, which):
            yield from (Case(kept.dialogue, kept.judgement) for kept in batch)


def _stretches(members: Sequence[Member]) -> Iterator[Which]:
    clocks = [member.clock for member in members]
    if len(clocks) > _FEW:
        yield Which(clocks=(min(clocks), max(clocks)))
    else:
        yield from (Which(clocks=(clock, clock)) for clock in clocks)


def _digest(hiding: Hiding) -> str:
    """Return what identifies how personal data are hidden."""
    policy = hiding.policy

    def listed(found: Mapping[str, str]) -> list[tuple[str, str]]:
        return sorted((name, str(value)) for name, value in found.items())

    made = (listed(policy.kinds), str(policy.default), listed(policy.metadata), listed(policy.tags))
    return blake2b(repr(made).encode(), key=policy.key[:64], digest_size=6).hexdigest()


class _Held:
    """Columns used last, held in memory: at most so many calls. May be used from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Total, Calls] = OrderedDict()

    def get(self, total: Total) -> Calls | None:
        with self._lock:
            if total in self._kept:
                self._kept.move_to_end(total)
            return self._kept.get(total)

    def put(self, total: Total, calls: Calls) -> None:
        with self._lock:
            self._kept[total] = calls
            while sum(map(len, self._kept.values())) > self._most and len(self._kept) > 1:
                self._kept.popitem(last=False)
