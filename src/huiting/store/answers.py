"""Keep what was answered to requests that carry a key, so that a repeated one gets the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from huiting.store._fold import storable
from huiting.store.schema import AnswerRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a request with a key."""

    digest: str
    """Of what was asked."""
    at: datetime
    status: int | None
    """None while it is being worked on."""
    location: str | None
    body: bytes | None


def find(connection: Connection, owner: str, token: str) -> Kept | None:
    """Return what is known of a key of somebody's; None when it is new."""
    row = connection.execute(
        select(
            AnswerRow.digest, AnswerRow.at, AnswerRow.status, AnswerRow.location, AnswerRow.body
        ).where(AnswerRow.owner == owner, AnswerRow.token == storable(token))
    ).first()
    return None if row is None else Kept(*row)


def begin(connection: Connection, owner: str, token: str, digest: str, at: datetime) -> None:
    """Write that a request is being worked on; what was known of its key is forgotten."""
    forget(connection, owner, token)
    connection.execute(
        insert(AnswerRow).values(owner=owner, token=storable(token), digest=digest, at=at)
    )


def finish(
    connection: Connection, owner: str, token: str, status: int, location: str | None, body: bytes
) -> None:
    """Write what was answered."""
    own = update(AnswerRow).where(AnswerRow.owner == owner, AnswerRow.token == storable(token))
    connection.execute(own.values(status=status, location=location, body=body))


def forget(connection: Connection, owner: str, token: str) -> None:
    """Forget a key of somebody's."""
    connection.execute(
        delete(AnswerRow).where(AnswerRow.owner == owner, AnswerRow.token == storable(token))
    )


def prune(connection: Connection, now: datetime, age: timedelta) -> None:
    """Forget what was answered longer ago than `age`."""
    connection.execute(delete(AnswerRow).where(AnswerRow.at < now - age))
