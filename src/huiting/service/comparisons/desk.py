"""Ask for engines to be compared on calls, and see what came of it: of calls one may see.

Without the right to personal data, lines in which any was said are not shown at all: another
engine may have heard a number otherwise, and what it made of it is looked for nowhere.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from huiting.access.permissions import Permission
from huiting.access.principal import Actor, Principal
from huiting.core.errors import Forbidden, InputError, UnknownCall
from huiting.core.types import Role, Segment, Span
from huiting.jobs.job import Job, State
from huiting.jobs.queue import Queue
from huiting.service.bulk.few import checked
from huiting.service.comparing import Example
from huiting.service.comparisons.job import KIND, order_of
from huiting.service.comparisons.outcome import Outcome, unpacked
from huiting.service.reading import Reading
from huiting.service.recordings import check_engine
from huiting.service.veiled import veiled
from huiting.service.views import View
from huiting.store import StoredCall
from huiting.store.audit import Action, Audit, Entry
from huiting.store.comparisons import Asked, Comparisons, add
from huiting.store.remarks import Remarks
from huiting.text.redaction.redact import covers_in

MOST = 200
"""Calls of a comparison."""
MOST_ENGINES = 10


class Vault(Protocol):
    """Where recordings are kept."""

    def has(self, recording: str, /) -> bool:
        """Tell whether a recording is there."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a comparison is."""

    asked: Asked
    job: Job | None
    """That does it; None when it is forgotten."""
    mine: bool
    """Whoever looks asked for it, or may remove those of others."""

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.asked.ended_at is not None:
            return State.DONE
        return State.FAILED if self.job is None else self.job.state


@dataclass(frozen=True, slots=True)
class Differing:
    """A line that engines heard differently, as it may be seen."""

    call: str
    name: str
    span: Span
    channel: int | None
    role: Role
    said: str | None
    """None without a correction, and where `hidden`."""
    heard: Mapping[str, str]
    """By engine; empty where `hidden`."""
    edits: int
    hidden: bool = False
    """Personal data was said in it, which whoever looks may not see."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A call that an engine could not hear."""

    engine: str
    call: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a comparison, as somebody may see it."""

    outcome: Outcome
    lines: Sequence[Differing]
    more: int
    """Lines that follow."""
    unheard: Sequence[Unheard]


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares engines. May be used from several threads."""

    reading: Reading
    queue: Queue
    vault: Vault
    engines: tuple[str, ...]
    """Names of those that may be compared."""
    audit: Audit
    now: Callable[[], datetime]

    @property
    def _kept(self) -> Comparisons:
        return Comparisons(self.reading.store.database)

    def ask(
        self, calls: Sequence[str], engines: Sequence[str], principal: Principal, by: Actor
    ) -> Standing:
        """Have engines compared on calls; calls that cannot be heard are left out, and counted.

        Args:
            calls: ids, or beginnings of ids.
            engines: names.
            principal: who asks.
            by: the same, for the audit log.

        Raises:
            InputError: nothing is left to be heard, or too much, or there is no such engine.
        """
        wanted = tuple(dict.fromkeys(engines))
        if not 1 <= len(wanted) <= MOST_ENGINES:
            raise InputError("engines", "none, or too many", f"choose 1 to {MOST_ENGINES}")
        for engine in wanted:
            check_engine(engine, self.engines)
        found = checked(calls, MOST)
        heard = tuple(dict.fromkeys(self._audible(found, principal)))
        if not heard:
            raise InputError(
                "calls", "of none the recording is kept", "choose calls that can be played"
            )
        asked = Asked(
            secrets.token_hex(8), principal.id, wanted, heard, len(found) - len(heard), self.now()
        )
        with self.reading.store.database.writing() as connection:
            add(connection, asked)
            job, _ = self.queue.put(connection, order_of(asked.id, principal.id))
            self.audit.note(connection, _entry(by, Action.ADDED, asked))
        return Standing(asked, job, mine=True)

    def latest(self, principal: Principal) -> Sequence[Standing]:
        """Return the comparisons that somebody may see, the latest first."""
        return [self._standing(asked, principal) for asked in self._kept.latest(principal.only)]

    def find(self, comparison: str, principal: Principal) -> Standing:
        """Return how far a comparison is.

        Raises:
            Unknown: there is none that may be seen.
        """
        return self._standing(self._kept.find(comparison, principal.only), principal)

    def shown(self, standing: Standing, view: View, begin: int, limit: int) -> Shown | None:
        """Return what came of a comparison; None until it is done.

        Args:
            standing: of the comparison.
            view: who looks.
            begin: line from which on they are shown, from 0.
            limit: most lines.
        """
        found = self._kept.found(standing.asked.id)
        if found is None:
            return None
        outcome = unpacked(found)
        names = {
            call.id: call
            for call in self.reading.browser.known(list(outcome.of_calls), view.principal.only)
        }
        examples = sorted(
            (one for call, own in outcome.of_calls.items() if call in names for one in own.examples),
            key=lambda one: (-one.edits, one.call, one.span.start),
        )  # fmt: skip
        lines = self._lines(examples[begin : begin + limit], names, view)
        unheard = [
            Unheard(engine, call, self.reading.named(names[call], view), reason)
            for call, own in outcome.of_calls.items()
            if call in names
            for engine, reason in own.failures.items()
        ]
        left = max(0, len(examples) - begin - limit)
        return Shown(
            outcome, lines, left, sorted(unheard, key=lambda u: (u.engine, u.name, u.call))
        )

    def corrected(self, principal: Principal, limit: int = MOST) -> Sequence[str]:
        """Return calls that people corrected and that can be heard, the latest corrected first."""
        found = Remarks(self.reading.store.database).corrected(principal.only, MOST)
        return [call for call in found if self.vault.has(call)][:limit]

    def stop(self, comparison: str, principal: Principal) -> Standing:
        """Call a comparison off; of one that is done nothing changes.

        Raises:
            Unknown: there is none that may be seen.
            Forbidden: it is somebody else's.
        """
        standing = self._own(comparison, principal)
        if standing.job is not None:
            self.queue.cancel(standing.job.id)
        return self.find(comparison, principal)

    def remove(self, comparison: str, principal: Principal, by: Actor) -> None:
        """Remove a comparison; one that is not done is called off.

        Raises:
            Unknown: there is none that may be seen.
            Forbidden: it is somebody else's.
        """
        standing = self.stop(comparison, principal)
        with self.reading.store.database.writing() as connection:
            self._kept.remove(connection, comparison)
            self.audit.note(connection, _entry(by, Action.DELETED, standing.asked))

    def _own(self, comparison: str, principal: Principal) -> Standing:
        standing = self.find(comparison, principal)
        if not standing.mine:
            raise Forbidden(principal.name, "somebody else asked for it", "ask them to remove it")
        return standing

    def _audible(self, calls: Sequence[str], principal: Principal) -> Iterator[str]:
        """Yield those of the calls that may be seen and whose recording is kept."""
        for call in calls:
            try:
                found = self.reading.store.find(call, allowed=principal.only).id
            except (UnknownCall, InputError):
                continue
            if self.vault.has(found):
                yield found

    def _standing(self, asked: Asked, principal: Principal) -> Standing:
        job = None if asked.ended_at else self.queue.find(KIND, asked.id)
        mine = asked.owner == principal.id or principal.may(Permission.CALLS_DELETE)
        return Standing(asked, job, mine)

    def _lines(
        self, examples: Sequence[Example], names: Mapping[str, StoredCall], view: View
    ) -> Sequence[Differing]:
        """Return lines as they may be seen; a call is read once for all of its lines."""
        found: dict[int, Differing] = {}
        for call in dict.fromkeys(one.call for one in examples):
            own = [(place, one) for place, one in enumerate(examples) if one.call == call]
            name = self.reading.named(names[call], view)
            seen = self._seen(call, [one for _, one in own], name, view)
            found |= dict(zip((place for place, _ in own), seen, strict=True))
        return [found[place] for place in sorted(found)]

    def _seen(
        self, call: str, examples: Sequence[Example], name: str, view: View
    ) -> Iterator[Differing]:
        reading = self.reading
        original = reading.original(call, view.principal)
        covers = {} if view.unredacted else covers_in(original, reading.policy).by_segment
        private = [s for place, s in enumerate(original.call.segments) if covers.get(place)]
        for one in examples:
            role = next((s.role for s in _within(original.call.segments, one)), Role.UNKNOWN)
            hidden = any(_within(private, one))
            texts = ["" if one.said is None else one.said, *one.heard.values()]
            if hidden:
                yield Differing(
                    call, name, one.span, one.channel, role, None, {}, one.edits, hidden=True
                )
                continue
            if not view.unredacted:
                texts = veiled(texts, original, reading.find, reading.policy)
            heard = dict(zip(one.heard, texts[1:], strict=True))
            said = None if one.said is None else texts[0]
            yield Differing(call, name, one.span, one.channel, role, said, heard, one.edits)


def _within(segments: Iterable[Segment], line: Example) -> Iterator[Segment]:
    """Yield those segments of which anything is said in a line."""
    for segment in segments:
        same = line.channel in (None, segment.channel)
        if same and segment.span.overlap(line.span) > 0:
            yield segment


def _entry(by: Actor, action: Action, asked: Asked) -> Entry:
    detail: dict[str, str | int | float | bool | None] = {
        "kind": "comparison",
        "count": len(asked.calls),
    }
    return Entry(by.id, by.name, action, f"comparison:{asked.id}", by.address, detail=detail)
