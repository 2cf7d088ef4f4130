"""Look through the audit log, and name the first place where it was changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from huiting.core.errors import InputError
from huiting.store._audit_rows import COLUMNS, PAGE, head
from huiting.store._chain import BEGINNING, link
from huiting.store.schema import AuditRow, AuditSealRow


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


def verify(connection: Connection, key: bytes, expected: str | None) -> Verified:
    """Look through the whole log.

    Args:
        connection: that sees one state of the database.
        key: of the chain.
        expected: a `Verified.head` from before.

    Raises:
        InputError: `expected` is none.
    """
    seals = connection.execute(
        select(
            AuditSealRow.last, AuditSealRow.digest, AuditSealRow.until, AuditSealRow.at,
            AuditSealRow.mark,
        ).order_by(AuditSealRow.last)
    ).all()  # fmt: skip
    at, digest = head(connection)
    kept = _expected(expected)
    points = {seal.last: seal.digest for seal in seals}
    pruned, checked, broken = _walk(connection, key, points, kept)
    broken = broken or _broken_seal(seals, key) or _cut_off(at, points, kept)
    return Verified(checked, pruned, f"{at}:{digest}", broken)


def _walk(
    connection: Connection, key: bytes, seals: Mapping[int, str], kept: tuple[int, str] | None
) -> tuple[int, int, Broken | None]:
    """Return the last entry pruned, how many there are, and the first that is broken."""
    known = seals if kept is None else {**dict([kept]), **seals}
    pruned, checked, last, previous = 0, 0, 0, BEGINNING
    for number, *content, before, digest in _rows(connection):
        if not checked and number - 1 in seals:  # all before was sealed, and then pruned
            pruned = last = number - 1
            previous = seals[pruned]
        checked += 1
        reason = None
        if number != last + 1:
            return pruned, checked, Broken(last + 1, "is missing")
        if before != previous:
            reason = "does not follow the entry before"
        elif link(previous, [number, *content], key) != digest:
            reason = "was changed"
        elif known.get(number, digest) != digest:
            reason = "is not the one that was there before"
        if reason is not None:
            return pruned, checked, Broken(number, reason)
        last, previous = number, digest
    return pruned if checked else max(seals, default=0), checked, None


def _rows(connection: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    after = 0
    while True:
        page = connection.execute(
            select(*COLUMNS).where(AuditRow.number > after).order_by(AuditRow.number).limit(PAGE)
        ).all()
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]


def _broken_seal(seals: Sequence[Row[*tuple[Any, ...]]], key: bytes) -> Broken | None:
    before = BEGINNING
    for last, digest, until, at, mark in seals:
        if link(before, [last, digest, until, at], key) != mark:
            return Broken(last, "its seal was changed")
        before = mark
    return None


def _cut_off(last: int, seals: Mapping[int, str], kept: tuple[int, str] | None) -> Broken | None:
    """Find entries that are missing at the end, and a head whose entry was pruned."""
    number, digest = kept or (0, BEGINNING)
    newest = max(number, *seals, 0)
    if newest > last:
        return Broken(last + 1, "is missing" if newest == last + 1 else f"to {newest} are missing")
    if seals.get(number, digest) != digest:
        return Broken(number, "is not the one that was there before")
    return None


def _expected(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != len(BEGINNING):
        raise InputError("head", f"{text!r} is none", "give NUMBER:DIGEST as verify printed it")
    return int(number), digest
