"""Keep what calls are counted as: facts of each call, and all of a day side by side.

Knows neither what facts are nor what is asked of them: bodies are bytes. Knows which of them
are out of date.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, insert, select, update

from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.calls import ALL, Allowed, Which, present, seen
from huiting.store.schema import (
    BinRow,
    ClockRow,
    FactsRow,
    FieldRow,
    MarkRow,
    RecordingRow,
    TotalRow,
)

Stretch = tuple[datetime, datetime]
"""From when, and before when."""


@dataclass(frozen=True, slots=True)
class Total:
    """That there is a total, without its body."""

    since: datetime
    until: datetime
    made: int
    """By the clock of changes: no later change is in it for certain."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A call that changed after its day was added up."""

    key: int
    began: datetime
    stamp: int


@dataclass(frozen=True, slots=True)
class Member:
    """A call of a day."""

    key: int
    clock: int
    id: str
    """Of the recording."""
    stamp: int
    facts: bytes | None
    """None when there are none, or they are out of date."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Keeps totals of one form in one database. May be used from several threads."""

    database: Database
    form: str
    """How facts are told; of another form nothing is read."""

    def now(self) -> int:
        """Return how many times calls have changed; to be read before what is added up."""
        with self.database.reading() as connection:
            return connection.scalar(select(ClockRow.now)) or 0

    def kept(self, stretch: Stretch) -> list[Total]:
        """Return the totals within a stretch, by their days."""
        chosen = select(TotalRow.since, TotalRow.until, TotalRow.made).where(*self._own(stretch))
        with self.database.reading() as connection:
            return [Total(*row) for row in connection.execute(chosen.order_by(TotalRow.since))]

    def body(self, total: Total) -> bytes | None:
        """Return the body of a total; None when it is there no more, or another."""
        chosen = select(TotalRow.body).where(
            *self._own((total.since, total.until)), TotalRow.made == total.made
        )
        with self.database.reading() as connection:
            return connection.scalar(chosen)

    def changed(self, stretch: Stretch, most: int | None = None) -> list[Changed]:
        """Return calls that changed after their day was added up, the latest change first."""
        chosen = self._changed(stretch, MarkRow.recording, MarkRow.began, MarkRow.stamp)
        chosen = chosen.order_by(MarkRow.stamp.desc()).limit(most)
        with self.database.reading() as connection:
            return [Changed(*row) for row in connection.execute(chosen)]

    def behind(self, stretch: Stretch, allowed: Allowed = ALL) -> int:
        """Return how many calls `changed` returns that are not in the bin and may be seen."""
        chosen = self._changed(stretch, func.count()).where(present(MarkRow.recording))
        if allowed:
            own = select(RecordingRow.key).where(*seen(allowed))
            chosen = chosen.where(MarkRow.recording.in_(own))
        with self.database.reading() as connection:
            return connection.scalar(chosen) or 0

    def binned(self, stretch: Stretch) -> list[int]:
        """Return the keys of the calls of a stretch that are in the bin."""
        chosen = (
            select(BinRow.recording)
            .join(RecordingRow, RecordingRow.key == BinRow.recording)
            .where(RecordingRow.began >= stretch[0], RecordingRow.began < stretch[1])
        )
        with self.database.reading() as connection:
            return list(connection.scalars(chosen))

    def next(self, stretch: Stretch) -> datetime | None:
        """Return when the first call of a stretch began; None when it has none."""
        since, until = stretch
        chosen = select(func.min(RecordingRow.began)).where(
            RecordingRow.began >= since, RecordingRow.began < until
        )
        with self.database.reading() as connection:
            found: datetime | None = connection.scalar(chosen)
            return found

    def ends(self) -> Stretch | None:
        """Return when the first and the last call began; None when there is none."""
        # Each by itself: SQLite looks both up in the index only if it is asked for one at a time.
        with self.database.reading() as connection:
            first: datetime | None = connection.scalar(select(func.min(RecordingRow.began)))
            last: datetime | None = connection.scalar(select(func.max(RecordingRow.began)))
        return None if first is None or last is None else (first, last)

    def count(self, stretch: Stretch, allowed: Allowed = ALL) -> int:
        """Return how many calls of a stretch are to be told anew: those without facts.

        Args:
            stretch: from when, and before when.
            allowed: counted are those that somebody may see who is limited so.
        """
        chosen = self._members(stretch, func.count()).where(FactsRow.body.is_(None), *seen(allowed))
        with self.database.reading() as connection:
            return connection.scalar(chosen) or 0

    def members(self, stretch: Stretch) -> list[Member]:
        """Return the calls of a stretch, the latest first, with the facts that are kept."""
        chosen = self._members(stretch, *_MEMBER).order_by(RecordingRow.clock.desc())
        with self.database.reading() as connection:
            return [Member(*row) for row in connection.execute(chosen)]

    def of(self, stretch: Stretch, keys: Sequence[int]) -> list[Member]:
        """Return some calls of a stretch, with the facts that are kept."""
        chosen = self._members(stretch, *_MEMBER).where(RecordingRow.key.in_(keys))
        with self.database.reading() as connection:
            return [Member(*row) for row in connection.execute(chosen)]

    def metadata(self, keys: Sequence[int]) -> dict[int, dict[str, str]]:
        """Return the metadata of calls, as they are compared when it is told who may see them."""
        chosen = select(FieldRow.recording, FieldRow.name, FieldRow.value).where(
            FieldRow.recording.in_(keys)
        )
        found: dict[int, dict[str, str]] = {key: {} for key in keys}
        with self.database.reading() as connection:
            for key, name, value in connection.execute(chosen):
                found[key][name] = value
        return found

    def keep(self, facts: Mapping[int, tuple[int, bytes]]) -> None:
        """Keep facts, each with its call's key and stamp; of calls that are gone nothing is kept."""
        with self.database.writing() as connection:
            known = connection.scalars(
                select(RecordingRow.key).where(RecordingRow.key.in_(list(facts)))
            )
            rows = [
                {"recording": k, "form": self.form, "stamp": facts[k][0], "body": facts[k][1]}
                for k in known
            ]
            own = and_(FactsRow.recording.in_(list(facts)), FactsRow.form == self.form)
            connection.execute(delete(FactsRow).where(own))
            if rows:
                connection.execute(insert(FactsRow), rows)

    def write(self, total: Total, body: bytes, keys: Sequence[int]) -> bool:
        """Keep the total of a day, unless a call in it is gone; tell whether it was kept."""
        with self.database.writing() as connection:
            there = set(
                connection.scalars(
                    select(RecordingRow.key).where(
                        RecordingRow.began >= total.since, RecordingRow.began < total.until
                    )
                )
            )
            if not there.issuperset(keys):
                return False
            own = and_(*self._own((total.since, total.until)))
            connection.execute(delete(TotalRow).where(own))
            row = {"form": self.form, "since": total.since, "until": total.until,
                   "upto": total.made, "made": total.made, "calls": len(keys), "body": body}  # fmt: skip
            connection.execute(insert(TotalRow).values(row))
            return True

    def advance(self) -> None:
        """Note of the days of which no call changed that they are as they were added up.

        So that whoever looks for changes does not go through those of other days.
        """
        now = self.now()
        later = exists().where(
            MarkRow.began >= TotalRow.since,
            MarkRow.began < TotalRow.until,
            MarkRow.stamp > TotalRow.upto,
            MarkRow.stamp <= now,
        )
        own = update(TotalRow).where(TotalRow.form == self.form, TotalRow.upto < now, ~later)
        with self.database.writing() as connection:
            connection.execute(own.values(upto=now))

    def forget_others(self) -> None:
        """Forget what was told in earlier forms: those that differ behind the colon."""
        kind = self.form.partition(":")[0]
        for row in (TotalRow, FactsRow):
            earlier = and_(row.form.startswith(f"{kind}:"), row.form != self.form)
            with self.database.reading() as connection:
                some = connection.execute(select(row.form).where(earlier).limit(1)).first()
            if some is not None:
                with self.database.writing() as connection:
                    connection.execute(delete(row).where(earlier))

    def _own(self, stretch: Stretch) -> Iterator[Any]:
        yield TotalRow.form == self.form
        yield TotalRow.since >= stretch[0]
        yield TotalRow.until <= stretch[1]

    def _changed(self, stretch: Stretch, *columns: Any) -> Select[Any]:  # noqa: ANN401
        since, until = stretch
        first = select(func.min(TotalRow.upto)).where(*self._own(stretch)).scalar_subquery()
        late = and_(
            MarkRow.began >= TotalRow.since,
            MarkRow.began < TotalRow.until,
            MarkRow.stamp > TotalRow.upto,
        )
        return (
            select(*columns)
            .select_from(MarkRow)
            .join(TotalRow, late)
            .where(MarkRow.stamp > first, MarkRow.began >= since, MarkRow.began < until)
            .where(*self._own(stretch))
        )

    def _members(self, stretch: Stretch, *columns: Any) -> Select[Any]:  # noqa: ANN401
        same = and_(
            FactsRow.recording == RecordingRow.key,
            FactsRow.form == self.form,
            FactsRow.stamp == _STAMP,
        )
        since, until = stretch
        return (
            select(*columns)
            .select_from(RecordingRow)
            .outerjoin(MarkRow, MarkRow.recording == RecordingRow.key)
            .outerjoin(FactsRow, same)
            .where(*Which(since, until).conditions())
        )


def entries(allowed: Allowed) -> Iterator[tuple[str, list[str]]]:
    """Yield the entries of metadata that a call must have, as `Totals.metadata` returns them."""
    for name, listed in allowed.items():
        yield storable(name), sorted(map(storable, listed))


_STAMP = func.coalesce(MarkRow.stamp, 0)
_MEMBER = (RecordingRow.key, RecordingRow.clock, RecordingRow.id, _STAMP, FactsRow.body)
