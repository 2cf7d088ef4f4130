"""The items of the queue: added, taken, looked at, put back.

Functions take the connection of a transaction. Writers queue, so two people never take the
same item: what one has taken is no longer there for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from huiting.core.errors import Conflict, Unknown
from huiting.store import calls
from huiting.store.calls import ALL, Allowed
from huiting.store.schema import RecordingRow, ReviewItemRow, ReviewPlanRow, ReviewRow

HELD = timedelta(hours=1)
"""How long what somebody took from the common queue stays theirs."""
_OTHER = aliased(ReviewItemRow)


@dataclass(frozen=True, slots=True)
class New:
    """An item to be added."""

    recording: int
    """Key of the row."""
    why: str
    rule: str = ""
    version: int = 0
    reader: int = 1
    drawn: bool = False
    agent: str = ""
    week: str = ""
    reviewer: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A call, or the verdict of a rule on one, that one person is to look at."""

    key: int
    call: str
    """Id of the recording."""
    rule: str
    """Empty for the whole call."""
    why: str
    """`fatal`, `random`, `uncertain`, `failed`, `picked`."""
    drawn: bool
    agent: str
    week: str
    """Monday of it, ISO 8601; empty where it was not drawn."""
    plan: int | None
    reviewer: str | None
    decided: datetime | None = None
    by: str | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a call, not one verdict."""
        return not self.rule


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much there is to do, and what was done."""

    mine: int
    """Assigned to who asks, or taken by them."""
    common: int
    """For whoever comes, as far as they may see it."""
    done: int
    """By who asks, since a time."""
    seconds: float | None
    """Mean of those that were measured; None of nothing."""
    measured: int


_COLUMNS = (
    ReviewItemRow.key, RecordingRow.id, ReviewItemRow.rule, ReviewItemRow.why,
    ReviewItemRow.drawn, ReviewItemRow.agent, ReviewItemRow.week, ReviewItemRow.plan,
    ReviewItemRow.reviewer, ReviewItemRow.decided, ReviewItemRow.by,
)  # fmt: skip


def add(connection: Connection, items: Sequence[New], plan: int | None, at: datetime) -> int:
    """Add items; return how many."""
    rows = [
        {
            "plan": plan, "recording": one.recording, "rule": one.rule, "version": one.version,
            "reader": one.reader, "why": one.why, "drawn": one.drawn, "agent": one.agent,
            "week": one.week, "reviewer": one.reviewer, "at": at,
        }
        for one in items
    ]  # fmt: skip
    if rows:
        connection.execute(insert(ReviewItemRow), rows)
    return len(rows)


def draw(connection: Connection, key: int, agent: str, week: str) -> None:
    """Note of an item that is there that it was drawn by chance too."""
    values = {"drawn": True, "agent": agent, "week": week}
    connection.execute(update(ReviewItemRow).where(ReviewItemRow.key == key).values(values))


def weigh(connection: Connection, rule: str, agent: str, week: str, calls: int) -> None:
    """Give what was drawn of a stratum the weight that it has: calls for each that was drawn.

    Args:
        connection: of a transaction.
        rule: that the items are about; empty for whole calls.
        agent: of the stratum.
        week: Monday of it.
        calls: that there are in the stratum.
    """
    row = ReviewItemRow
    mine = and_(
        row.week == week, row.agent == agent, row.drawn, row.rule == rule, row.reader == 1
    )  # fmt: skip
    count = connection.scalar(select(func.count()).where(mine)) or 1
    connection.execute(update(row).where(mine).values(weight=max(calls, count) / count))


def find(connection: Connection, key: int, allowed: Allowed = ALL) -> Item:
    """Return an item.

    Raises:
        Unknown: there is none with this key that may be seen.
    """
    chosen = _chosen().where(ReviewItemRow.key == key, calls.present(), *calls.seen(allowed))
    found = connection.execute(chosen).first()
    if found is None:
        raise Unknown("item", "there is none with this number", "take the next one")
    return Item(*found)


def next_of(
    connection: Connection, person: str, allowed: Allowed, now: datetime, without: Sequence[int]
) -> Item | None:
    """Return what somebody is to look at next: their own first, then what is for all."""
    row = ReviewItemRow
    chosen = (
        _chosen()
        .where(*_open(person, allowed, now), row.key.not_in(without))
        .order_by(
            (row.reviewer == person).desc().nulls_last(), row.skipped.nulls_first(), row.key
        )
        .limit(1)
    )  # fmt: skip
    found = connection.execute(chosen).first()
    return None if found is None else Item(*found)


def take(connection: Connection, key: int, person: str, now: datetime) -> None:
    """Give an item that is for all to somebody, for `HELD`; nothing for one that is theirs."""
    own = (ReviewItemRow.key == key) & (
        ReviewItemRow.reviewer.is_(None) | ReviewItemRow.taken.is_not(None)
    )
    connection.execute(update(ReviewItemRow).where(own).values(reviewer=person, taken=now))


def skip(connection: Connection, key: int, person: str, now: datetime) -> None:
    """Put an item behind all others; one that is for all is there for others again.

    Raises:
        Conflict: it is not theirs.
    """
    row = ReviewItemRow
    mine = and_(row.key == key, row.reviewer == person, row.decided.is_(None))
    if not connection.execute(update(row).where(mine).values(skipped=now)).rowcount:
        raise _gone()
    common = and_(row.key == key, row.taken.is_not(None))
    connection.execute(update(row).where(common).values(reviewer=None, taken=None))


def decide(
    connection: Connection, key: int, person: str, now: datetime, seconds: float | None
) -> None:
    """Note that somebody has decided.

    Raises:
        Conflict: the item is not theirs, or was decided before.
    """
    row = ReviewItemRow
    mine = and_(row.key == key, row.reviewer == person, row.decided.is_(None))
    values = {"by": person, "decided": now, "seconds": seconds}
    if not connection.execute(update(row).where(mine).values(values)).rowcount:
        raise _gone()


def last(connection: Connection, person: str, since: datetime, allowed: Allowed) -> Item | None:
    """Return what somebody decided last."""
    row = ReviewItemRow
    chosen = (
        _chosen()
        .where(row.by == person, row.decided >= since, calls.present(), *calls.seen(allowed))
        .order_by(row.decided.desc(), row.key.desc())
        .limit(1)
    )
    found = connection.execute(chosen).first()
    return None if found is None else Item(*found)


def reopen(connection: Connection, key: int, now: datetime) -> int:
    """Take back what was decided of an item; return how many decisions are gone."""
    values = {"by": None, "decided": None, "seconds": None}
    row = ReviewItemRow
    connection.execute(update(row).where(row.key == key).values(values))
    held = and_(row.key == key, row.taken.is_not(None))
    connection.execute(update(row).where(held).values(taken=now))
    return connection.execute(delete(ReviewRow).where(ReviewRow.item == key)).rowcount


def release(connection: Connection, plan: int) -> int:
    """Give what is open of a plan to whoever comes; return how many items."""
    row = ReviewItemRow
    mine = and_(row.plan == plan, row.decided.is_(None), row.reviewer.is_not(None))
    return connection.execute(
        update(row).where(mine).values(reviewer=None, taken=None)
    ).rowcount  # fmt: skip


def waiting(
    connection: Connection, person: str, allowed: Allowed, now: datetime, since: datetime
) -> Waiting:
    """Return how much there is to do for somebody, and what they did since a time."""
    row = ReviewItemRow
    mine = func.count().filter(row.reviewer == person)
    chosen = select(mine, func.count()).select_from(row)
    chosen = chosen.join(RecordingRow, RecordingRow.key == row.recording)
    chosen = chosen.outerjoin(ReviewPlanRow, ReviewPlanRow.key == row.plan)
    own, both = connection.execute(chosen.where(*_open(person, allowed, now))).one()
    done = select(func.count(), func.avg(row.seconds), func.count(row.seconds))
    count, mean, measured = connection.execute(
        done.where(row.by == person, row.decided >= since)
    ).one()
    return Waiting(own, both - own, count, None if mean is None else float(mean), measured)


def _open(person: str, allowed: Allowed, now: datetime) -> list[ColumnElement[bool]]:
    """Return what an item must be for somebody to look at it."""
    row = ReviewItemRow
    lapsed = and_(row.taken.is_not(None), row.taken < now - HELD)
    same = and_(
        _OTHER.recording == row.recording, _OTHER.rule == row.rule, _OTHER.version == row.version,
        _OTHER.key != row.key, or_(_OTHER.by == person, _OTHER.reviewer == person),
    )  # fmt: skip
    return [
        row.decided.is_(None),
        or_(row.reviewer == person, row.reviewer.is_(None), lapsed),
        or_(row.plan.is_(None), ReviewPlanRow.paused.is_(False)),
        or_(row.reviewer == person, ~select(_OTHER.key).where(same).exists()),
        calls.present(),
        *calls.seen(allowed),
    ]


def _chosen() -> Any:  # noqa: ANN401  (a select of many columns)
    return (
        select(*_COLUMNS)
        .join(RecordingRow, RecordingRow.key == ReviewItemRow.recording)
        .outerjoin(ReviewPlanRow, ReviewPlanRow.key == ReviewItemRow.plan)
    )


def _gone() -> Conflict:
    return Conflict("item", "it is decided, or somebody else has it", "take the next one")
