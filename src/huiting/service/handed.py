"""The history of what was handed in, as somebody may see it: to look through, to take along."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, Unknown
from huiting.core.types import Channel, Recording
from huiting.service.batches import owner_of
from huiting.service.reading import Part
from huiting.service.views import View
from huiting.store import Store
from huiting.store.calls import visible
from huiting.store.handed import Handed, Wanted, handed_in
from huiting.store.received import analyzed, newest_job
from huiting.text.redaction.policy import Policy
from huiting.text.redaction.redact import redacted_recording

MOST = 10_000
"""Lines that can be taken along at once."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class History:
    """What was handed in. May be used from several threads."""

    store: Store
    policy: Policy

    def page(self, wanted: Wanted, before: int | None, limit: int, view: View) -> Part[Handed, int]:
        """Return the next things that were handed in, the latest first.

        Names are without personal data unless that is asked for; they can be searched only by
        those who may see it, since who looks for a number learns whether it is there.

        Raises:
            Forbidden: a name is looked for by somebody who may not see personal data.
        """
        if wanted.name and not view.principal.may(Permission.CALLS_UNREDACTED):
            raise Forbidden(
                view.principal.name, "file names hold personal data", "ask an administrator"
            )
        own = owner_of(view.principal)
        with self.store.database.reading() as connection:
            mine = wanted if own is None else replace(wanted, owner=own)
            raw = handed_in(connection, mine, before, limit + 1)
        found = raw[:limit]
        end = found[-1].key if len(raw) > limit else None
        if view.unredacted:
            return Part(found, end)
        return Part([replace(one, name=self.shown(one.name, one.recording)) for one in found], end)

    def all(self, wanted: Wanted, view: View) -> Iterator[Sequence[Handed]]:
        """Yield what was handed in, at most `MOST`, a page at a time."""
        before, left = None, MOST
        while left > 0:
            part = self.page(wanted, before, min(_AT_ONCE, left), view)
            yield part.entries
            left -= len(part.entries)
            before = part.end
            if before is None:
                return

    def check(self, recording: str, principal: Principal) -> None:
        """Refuse to have something heard again that somebody may not see.

        What they handed in themselves they may try again, as long as it has not become a call;
        what lies in the bin comes back from there and not by this way.

        Raises:
            Unknown: there is nothing of theirs.
        """
        own = owner_of(principal)
        with self.store.database.reading() as connection:
            there = visible(connection, recording, principal.only)
            hidden = not there and analyzed(connection, recording)
            handed = newest_job(connection, recording, own) is not None
        if hidden or not (there or handed):
            raise Unknown("recording", "no such recording", "hand it in first")

    def told(self, name: str, recording: str | None, owner: str, principal: Principal) -> str:
        """Return what stands for a file name: the name itself for who handed it in.

        Args:
            name: of the file.
            recording: its id; None for what was not taken.
            owner: who handed it in.
            principal: who reads.
        """
        return name if owner == principal.id else self.shown(name, recording)

    def shown(self, name: str, recording: str | None) -> str:
        """Return what stands for a file name, which may say who called.

        Args:
            name: of the file.
            recording: its id; None for what was not taken.
        """
        known = Recording(recording or "…", name, 0, 0.0, 0, "", (Channel(0),))
        return redacted_recording(known, self.policy).path
