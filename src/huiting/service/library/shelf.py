"""The documents of a team: write, look through, publish, roll back, withdraw."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huiting.access.principal import Actor
from huiting.core.errors import InputError
from huiting.service.library.kinds import ALONE, Kind, Mistake, mistakes
from huiting.store.audit import Action, Audit, Entry
from huiting.store.library import Entry as Document
from huiting.store.library import Library, Version

_NAME = re.compile(r"[\w][\w .()-]{0,63}")
LONGEST_NAME = 200
"""Bytes; file systems take 255 with the suffix."""
LONGEST_NOTE = 500
Together = Callable[[Sequence[Version]], None]
"""Refuses, with InputError, documents that do not fit each other."""


class Wrong(InputError):
    """A document cannot be used; says everything that is wrong with it."""

    code = "wrong-document"

    def __init__(
        self, subject: str, reason: str, remedy: str, mistakes: tuple[Mistake, ...] = ()
    ) -> None:
        super().__init__(subject, reason, remedy)
        self.mistakes = mistakes

    def __reduce__(self) -> tuple[type["Wrong"], tuple[object, ...]]:
        """Survive a trip between processes with the mistakes."""
        return type(self), (self.subject, self.reason, self.remedy, self.mistakes)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is done with documents. May be used from several threads."""

    library: Library
    audit: Audit
    together: Together
    now: Callable[[], datetime]

    def entries(self, kind: Kind | None = None) -> list[Document]:
        """Return the documents, by kind and name."""
        return self.library.entries(kind)

    def write(
        self,
        kind: Kind,
        name: str,
        body: str,
        by: Actor,
        *,
        note: str = "",
        seen: int | None = None,
    ) -> Version:
        """Keep a new version of a document; it is not in force yet.

        Args:
            kind: of the document.
            name: of the document; letters, digits, spaces, dots, hyphens and brackets.
            body: its text.
            by: who writes.
            note: why.
            seen: version that the writer saw last, 0 for none; None for any.

        Raises:
            Wrong: the text has mistakes; nothing was kept.
            InputError: the name or the note is none.
            Conflict: somebody else has written since.
        """
        if not _NAME.fullmatch(name) or name != name.strip():
            raise InputError("name", "not a name", "use letters, digits, spaces, . - ( )")
        if len(name.encode()) > LONGEST_NAME:
            raise InputError("name", f"more than {LONGEST_NAME} bytes", "shorten it")
        if len(note) > LONGEST_NOTE:
            raise InputError("note", f"more than {LONGEST_NOTE} characters", "shorten it")
        found = mistakes(kind, name, body)
        if found:
            raise Wrong(
                f"{kind} {name}", f"{len(found)} mistakes; the first: {found[0].reason}",
                found[0].remedy, tuple(found),
            )  # fmt: skip
        written = Version(kind, name, 0, body, note, by.id, self.now())
        with self.library.database.writing() as connection:
            made = self.library.write(connection, written, seen)
            entry = self._entry(Action.CHANGED, made, by)
            self.audit.note(connection, entry)
        return made

    def publish(self, kind: Kind, name: str, version: int, by: Actor) -> None:
        """Put a version in force, an older one to roll back; it holds from the next call on.

        Raises:
            Unknown: there is no such version.
            InputError: it does not fit what else is in force.
        """
        document = self.library.read(kind, name, version)
        others = [
            other
            for other in self.library.published()
            if (other.kind, other.name) != (kind, document.name)
        ]
        if kind in ALONE and (held := next((o for o in others if o.kind == kind), None)):
            raise InputError(
                f"{kind} {name}", f"{held.name} is in force", "withdraw that one first"
            )
        self.together([*others, document])
        with self.library.database.writing() as connection:
            self.library.publish(connection, kind, name, version, by.id, self.now())
            self.audit.note(connection, self._entry(Action.PUBLISHED, document, by))

    def withdraw(self, kind: Kind, name: str, by: Actor) -> None:
        """Put a document out of force; its versions stay.

        Raises:
            Unknown: there is no such document.
            InputError: what else is in force rests on it.
        """
        document = self.library.read(kind, name)
        published = self.library.published()
        self.together([d for d in published if (d.kind, d.name) != (kind, document.name)])
        with self.library.database.writing() as connection:
            if self.library.withdraw(connection, kind, name):
                none = replace(document, version=0)
                self.audit.note(connection, self._entry(Action.PUBLISHED, none, by))

    @staticmethod
    def _entry(action: Action, document: Version, by: Actor) -> Entry:
        return Entry(
            by.id, by.name, action, f"{document.kind}:{document.name}", by.address,
            detail={"version": document.version},
        )  # fmt: skip
