"""Keep searches of calls under names, for who made them and for those they are shared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from huiting.core.errors import Conflict, InputError, Unknown
from huiting.store._connect import Database
from huiting.store._fold import storable
from huiting.store.schema import KeptSearchRow

MOST = 200
"""Searches that somebody may keep."""
LONGEST_NAME = 100
LONGEST_QUERY = 8_000
UNDO = timedelta(days=1)
"""How long a removed search can come back."""
Scope = Mapping[str, frozenset[str]]
"""Metadata entries that calls must have to be seen; see `Principal.only`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to keep."""

    name: str
    query: str
    """What is looked for, as the address of the page says it."""
    columns: tuple[str, ...] = ()
    """That the table shows; empty for those of whoever looks."""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A search that is kept."""

    key: int
    owner: str
    draft: Draft
    at: datetime


@dataclass(frozen=True, slots=True)
class Searches:
    """All kept searches. May be used from several threads and processes.

    Every method may raise `StoreError`: the database cannot be used; nothing was changed.
    """

    database: Database

    def keep(self, draft: Draft, owner: str, scope: Scope, at: datetime) -> KeptSearch:
        """Keep a search; one of the same owner and name takes its place.

        Raises:
            InputError: it has no name, or is longer than any.
            Conflict: this owner keeps as many as may be.
        """
        checked = _checked(draft)
        with self.database.writing() as connection:
            connection.execute(delete(KeptSearchRow).where(KeptSearchRow.removed_at < at - UNDO))
            mine = (KeptSearchRow.owner == owner, KeptSearchRow.removed_at.is_(None))
            connection.execute(
                delete(KeptSearchRow).where(*mine, KeptSearchRow.name == checked.name)
            )
            count = connection.scalar(select(func.count()).select_from(KeptSearchRow).where(*mine))
            if (count or 0) >= MOST:
                raise Conflict(
                    "searches", f"you have {MOST} already", "remove some that nobody needs"
                )
            row = {
                "owner": owner, "name": checked.name, "query": checked.query,
                "columns": list(checked.columns), "shared": checked.shared,
                "scope": {name: sorted(values) for name, values in scope.items()}, "at": at,
                "removed_at": None,
            }  # fmt: skip
            made = insert(KeptSearchRow).values(row).returning(KeptSearchRow.key)
            return KeptSearch(connection.execute(made).scalar_one(), owner, checked, at)

    def list(self, owner: str, scope: Scope) -> Sequence[KeptSearch]:
        """Return one's own searches and those shared with one, by name; one's own first.

        A search is shared with those who see the same calls as its owner. That of an owner
        who sees all calls is shared with everybody, and who sees all calls sees all searches.
        """
        with self.database.reading() as connection:
            found = _read(connection, owner, scope)
        return sorted(found, key=lambda kept: (kept.owner != owner, kept.draft.name))

    def find(self, key: int, owner: str, scope: Scope) -> KeptSearch:
        """Return a search of one's own or that is shared with one.

        Raises:
            Unknown: there is none.
        """
        with self.database.reading() as connection:
            found = _read(connection, owner, scope, key)
        if not found:
            raise _unknown(key)
        return found[0]

    def remove(self, key: int, owner: str, at: datetime) -> None:
        """Remove a search of one's own; for a day it can come back.

        Raises:
            Unknown: there is none.
        """
        gone = update(KeptSearchRow).where(
            KeptSearchRow.key == key,
            KeptSearchRow.owner == owner,
            KeptSearchRow.removed_at.is_(None),
        )
        with self.database.writing() as connection:
            if not connection.execute(gone.values(removed_at=at)).rowcount:
                raise _unknown(key)

    def restore(self, key: int, owner: str) -> KeptSearch:
        """Bring a removed search back.

        Raises:
            Unknown: there is none of one's own, or it was removed too long ago.
            Conflict: there is another of its name by now.
        """
        own = (
            KeptSearchRow.key == key,
            KeptSearchRow.owner == owner,
            KeptSearchRow.removed_at.is_not(None),
        )
        with self.database.writing() as connection:
            name = connection.scalar(select(KeptSearchRow.name).where(*own))
            taken = select(KeptSearchRow.key).where(
                KeptSearchRow.owner == owner,
                KeptSearchRow.name == name,
                KeptSearchRow.key != key,
                KeptSearchRow.removed_at.is_(None),
            )
            if name is not None and connection.execute(taken).first():
                raise Conflict("search", f"there is another {name}", "give that another name")
            back = update(KeptSearchRow).where(*own).values(removed_at=None)
            if not connection.execute(back).rowcount:
                raise _unknown(key)
            return _read(connection, owner, {}, key)[0]


def _read(
    connection: Connection, owner: str, scope: Scope, key: int | None = None
) -> list[KeptSearch]:
    chosen = select(
        KeptSearchRow.key, KeptSearchRow.owner, KeptSearchRow.name, KeptSearchRow.query,
        KeptSearchRow.columns, KeptSearchRow.shared, KeptSearchRow.at, KeptSearchRow.scope,
    ).where(
        KeptSearchRow.removed_at.is_(None),
        or_(KeptSearchRow.owner == owner, KeptSearchRow.shared),
    )  # fmt: skip
    if key is not None:
        chosen = chosen.where(KeptSearchRow.key == key)
    wanted = {name: sorted(values) for name, values in scope.items()}
    return [
        KeptSearch(row.key, row.owner, Draft(row.name, row.query, tuple(row.columns), row.shared), row.at)
        for row in connection.execute(chosen)
        if row.owner == owner or not row.scope or not wanted or row.scope == wanted
    ]  # fmt: skip


def _checked(draft: Draft) -> Draft:
    name = " ".join(draft.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError("name", "not a name", f"give 1 to {LONGEST_NAME} characters")
    if len(draft.query) > LONGEST_QUERY:
        raise InputError("query", "longer than any search", "leave out what is not needed")
    return Draft(storable(name), storable(draft.query), draft.columns, draft.shared)


def _unknown(key: int) -> Unknown:
    return Unknown(f"search {key}", "no such search", "list the searches to see which there are")
