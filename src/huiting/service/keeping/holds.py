"""Legal holds: who said that what must stay, why and when, and who let it go again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from huiting.access.principal import Actor
from huiting.core.errors import InputError
from huiting.store import Store, keeping
from huiting.store.audit import Audit, Entry
from huiting.store.keeping import Hold

HELD, RELEASED = "held", "hold-released"
"""What the audit log calls it."""


@dataclass(frozen=True, slots=True)
class Covers:
    """What is to stay; everything that is said must fit a call."""

    recording: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A hold, and how many calls it covers."""

    hold: Hold
    calls: int


@dataclass(frozen=True, slots=True)
class Holds:
    """All holds. May be used from several threads."""

    store: Store
    audit: Audit
    now: Callable[[], datetime]

    def add(self, covers: Covers, reason: str, by: Actor) -> Held:
        """Hold calls from now on, also those that are still to come.

        Raises:
            InputError: no reason is given.
        """
        if not reason.strip():
            raise InputError("hold", "no reason is given", "say why it must be kept")
        wanted = Hold(
            reason.strip(), by.id, self.now(), covers.recording, dict(covers.metadata),
            covers.since, covers.until,
        )  # fmt: skip
        with self.store.database.writing() as connection:
            made = keeping.add_hold(connection, wanted)
            self.audit.note(connection, _entry(by, HELD, made))
            return Held(made, keeping.covered(connection, made))

    def release(self, key: int, by: Actor) -> Hold:
        """Let a hold go.

        Raises:
            Unknown: there is no such hold.
        """
        with self.store.database.writing() as connection:
            made = keeping.release_hold(connection, key, by.id, self.now())
            self.audit.note(connection, _entry(by, RELEASED, made))
            return made

    def page(self, *, over: bool, after: int | None, limit: int) -> Sequence[Held]:
        """Return holds, the newest first; those that are over too if wanted."""
        with self.store.database.reading() as connection:
            found = keeping.holds(connection, over=over, after=after, limit=limit)
            return [Held(hold, keeping.covered(connection, hold)) for hold in found]


def _entry(by: Actor, action: str, hold: Hold) -> Entry:
    return Entry(by.id, by.name, action, f"hold:{hold.key}", by.address)
