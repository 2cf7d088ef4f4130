"""Remarks: what people say about a call, or about a moment of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from huiting.access.permissions import Permission
from huiting.access.principal import Actor, Principal
from huiting.core.errors import InputError
from huiting.service.reading import Reading
from huiting.service.veiled import veiled
from huiting.service.views import View
from huiting.store import Store
from huiting.store.audit import Action, Audit, Entry
from huiting.store.remarks import Author, Remark, Remarks

LONGEST = 4_000
"""Characters of a remark."""


@dataclass(frozen=True, slots=True)
class Remarking:
    """Takes remarks. May be used from several threads."""

    store: Store
    reading: Reading
    audit: Audit
    now: Callable[[], datetime]

    @property
    def _kept(self) -> Remarks:
        return Remarks(self.store.database)

    def add(
        self, call: str, text: str, moment: float | None, principal: Principal, by: Actor
    ) -> Remark:
        """Keep a remark.

        Args:
            call: its id.
            text: what is said.
            moment: second of the call; None for all of it.
            principal: who says it.
            by: the same, for the audit log.

        Raises:
            UnknownCall: there is no such call, or it may not be seen.
            InputError: it says nothing, or too much, or the call is over by then.
        """
        plain = text.strip()
        if not plain or len(plain) > LONGEST:
            raise InputError("remark", "empty, or too long", f"write at most {LONGEST} characters")
        found = self.store.find(call, allowed=principal.only)
        if moment is not None and not 0 <= moment <= found.duration:
            raise InputError("moment", "outside the call", "give a second of the call")
        remark = Remark(found.id, plain, Author(by.id, by.name), self.now(), moment)
        with self.store.database.writing() as connection:
            kept = self._kept.add(connection, remark)
            self.audit.note(connection, _entry(by, Action.ADDED, found.id))
        return kept

    def page(self, call: str, view: View) -> list[Remark]:
        """Return what was said about a call, the oldest first; without personal data by default.

        Raises:
            UnknownCall: there is no such call, or it may not be seen.
        """
        found = self.store.find(call, allowed=view.principal.only)
        remarks = self._kept.remarks(found.id, view.principal.only)
        if view.unredacted or not remarks:
            return remarks
        original = self.reading.original(found.id, view.principal)
        texts = veiled([r.text for r in remarks], original, self.reading.find, self.reading.policy)
        return [replace(r, text=text) for r, text in zip(remarks, texts, strict=True)]

    def remove(self, call: str, key: int, principal: Principal, by: Actor) -> None:
        """Remove a remark of one's own; of anybody's, for who may delete calls.

        Raises:
            UnknownCall: there is no such call, or it may not be seen.
            Unknown: there is no such remark.
        """
        found = self.store.find(call, allowed=principal.only)
        own = None if principal.may(Permission.CALLS_DELETE) else principal.id
        with self.store.database.writing() as connection:
            self._kept.remove(connection, found.id, key, own)
            self.audit.note(connection, _entry(by, Action.DELETED, found.id))


def _entry(by: Actor, action: Action, call: str) -> Entry:
    return Entry(by.id, by.name, action, f"call:{call}", by.address, detail={"kind": "remark"})
