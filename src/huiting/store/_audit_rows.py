"""What the audit log holds: entries, and how they are read from its rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from huiting.store._chain import BEGINNING, Value
from huiting.store.schema import AuditRow, AuditSealRow

PAGE = 1_000
"""Entries read at a time."""


class Action(StrEnum):
    """What was done. Others may be noted; these are what the service notes by itself."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    REFUSED = "refused"
    SAW = "saw"
    """A call's transcript, verdicts or scores."""
    SEARCHED = "searched"
    """Never with what for: a query may be a customer's name."""
    PLAYED = "played"
    EXPORTED = "exported"
    ADDED = "added"
    CHANGED = "changed"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    DELETED = "deleted"
    RESTORED = "restored"
    PURGED = "purged"
    USER_ADDED = "user-added"
    USER_CHANGED = "user-changed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  (a name)
    PASSWORD_RESET = "password-reset"  # noqa: S105  (a name)
    TOKEN_MADE = "token-made"  # noqa: S105  (a name)
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  (a name)
    AUDIT_SEALED = "audit-sealed"
    AUDIT_PRUNED = "audit-pruned"
    AUDIT_EXPORTED = "audit-exported"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to note."""

    who: str
    """`Principal.id`; empty for nobody known."""
    name: str
    action: str
    subject: str = ""
    """Such as `call:` and its id, `user:12`."""
    address: str = ""
    result: str = "ok"
    """Or the code of the error."""
    detail: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry as it is kept."""

    number: int
    at: datetime
    entry: Entry
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold."""

    number: int
    """Of the entry."""
    reason: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking through the log has shown."""

    checked: int
    """Entries."""
    pruned: int
    """Number of the last entry that was deleted after its time; 0 for none."""
    head: str
    """`NUMBER:DIGEST` of the last entry: keep it elsewhere, and verify against it later."""
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are wanted."""

    since: datetime | None = None
    until: datetime | None = None
    who: str | None = None
    action: str | None = None
    subject: str | None = None


EVERYTHING = Wanted()


COLUMNS = (
    AuditRow.number, AuditRow.at, AuditRow.who, AuditRow.name, AuditRow.action, AuditRow.subject,
    AuditRow.address, AuditRow.result, AuditRow.detail, AuditRow.previous, AuditRow.digest,
)  # fmt: skip


def conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Yield what an entry must be."""
    if wanted.since is not None:
        yield AuditRow.at >= wanted.since
    if wanted.until is not None:
        yield AuditRow.at < wanted.until
    if wanted.who is not None:
        yield AuditRow.who == wanted.who
    if wanted.action is not None:
        yield AuditRow.action == wanted.action
    if wanted.subject is not None:
        yield AuditRow.subject == wanted.subject


def noted(row: Row[*tuple[Any, ...]]) -> Noted:
    """Return the entry of a row of `COLUMNS`."""
    number, at, who, name, action, subject, address, result, detail, previous, digest = row
    entry = Entry(who, name, action, subject, address, result, json.loads(detail))
    return Noted(number, at, entry, previous, digest)


def head(connection: Connection) -> tuple[int, str]:
    """Return number and digest of the last entry, though it may have been pruned."""
    for number, digest in ((AuditRow.number, AuditRow.digest),
                           (AuditSealRow.last, AuditSealRow.digest)):  # fmt: skip
        found = connection.execute(select(number, digest).order_by(number.desc()).limit(1)).first()
        if found is not None:
            return found[0], found[1]
    return 0, BEGINNING
