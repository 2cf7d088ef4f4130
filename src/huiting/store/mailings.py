"""Reports that are sent by mail again and again: of what, when, to whom; in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from huiting.core.errors import Unknown
from huiting.store._fold import storable
from huiting.store.schema import ReportScheduleRow as Row


class Period(StrEnum):
    """A stretch of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody wants sent."""

    of: Period
    """The last that is over is told of."""
    every: Period
    """Each day, each Monday, each first of a month."""
    hour: int
    """By the clock of the service, 0 to 23."""
    to: tuple[str, ...]
    """Addresses."""
    team: str = ""
    """Whose calls; empty for all that the owner sees."""
    language: str = "zh"
    """`zh` or `en`."""
    attached: bool = True
    """The report goes with the mail as files, too."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """Terms that are kept."""

    key: int
    owner: int
    """Number of the user."""
    terms: Terms
    paused: bool
    put_for: datetime
    """The last due time that was seen to, or when it was made or went on."""


def add(connection: Connection, owner: int, terms: Terms, at: datetime) -> Mailing:
    """Keep terms."""
    row = {
        "owner": owner, "of": terms.of.value, "every": terms.every.value, "hour": terms.hour,
        "recipients": [storable(one) for one in terms.to], "team": storable(terms.team),
        "language": terms.language, "attached": terms.attached, "paused": False, "put_for": at,
    }  # fmt: skip
    made = insert(Row).values(row).returning(Row.key)
    return Mailing(connection.execute(made).scalar_one(), owner, terms, paused=False, put_for=at)


def count(connection: Connection, owner: int) -> int:
    """Return how many somebody has."""
    return connection.scalar(select(func.count()).where(Row.owner == owner)) or 0


def of(connection: Connection, owner: int) -> Sequence[Mailing]:
    """Return somebody's, the oldest first."""
    return _read(connection, Row.owner == owner)


def running(connection: Connection) -> Sequence[Mailing]:
    """Return everybody's that are not paused."""
    return _read(connection, Row.paused.is_(False))


def find(connection: Connection, key: int, owner: int | None = None) -> Mailing:
    """Return one; one of this owner, if an owner is given.

    Raises:
        Unknown: there is none.
    """
    mine = () if owner is None else (Row.owner == owner,)
    for found in _read(connection, Row.key == key, *mine):
        return found
    raise Unknown(f"schedule {key}", "no such schedule", "look at the list of schedules")


def remove(connection: Connection, key: int) -> None:
    """Forget one."""
    connection.execute(delete(Row).where(Row.key == key))


def pause(connection: Connection, key: int, at: datetime, *, paused: bool) -> None:
    """Pause one, or let it go on: what was due meanwhile is not made up for."""
    changed = update(Row).where(Row.key == key)
    connection.execute(changed.values(paused=paused, put_for=at))


def take(connection: Connection, mailing: Mailing, due: datetime) -> bool:
    """Say that a due time is seen to; tell whether nobody else did so before."""
    taken = update(Row).where(
        Row.key == mailing.key, Row.put_for == mailing.put_for, Row.paused.is_(False)
    )
    return connection.execute(taken.values(put_for=due)).rowcount == 1


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> list[Mailing]:
    chosen = select(
        Row.key, Row.owner, Row.of, Row.every, Row.hour, Row.recipients, Row.team, Row.language,
        Row.attached, Row.paused, Row.put_for,
    ).where(*conditions).order_by(Row.key)  # fmt: skip
    return [
        Mailing(
            key, owner,
            Terms(Period(of), Period(every), hour, tuple(recipients), team, language, attached),
            paused, put_for,
        )
        for key, owner, of, every, hour, recipients, team, language, attached, paused, put_for
        in connection.execute(chosen)
    ]  # fmt: skip
