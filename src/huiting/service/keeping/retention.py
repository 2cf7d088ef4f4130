"""Retention: what is old enough goes by itself, by the policy; what is held stays.

Audio goes first and its call stays; later the whole call goes. Calls in the bin go when they
have lain there long enough, and so does what is kept and belongs to no call: audio that was
only transcribed, or measured, or was refused.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol

from sqlalchemy import Connection

from huiting.access.principal import Actor
from huiting.core.errors import Conflict
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.service.keeping.removal import Removal
from huiting.store import Store, bulk, keeping
from huiting.store.audit import Audit, Entry
from huiting.store.comparisons import Comparisons
from huiting.store.keeping import Due, Group
from huiting.store.live import LiveCalls
from huiting.store.speech import Speeches
from huiting.store.transcriptions import Transcriptions
from huiting.vault.place import Held

KIND = "retention"
"""Of the jobs."""
ORDER = Order(kind=KIND, subject="policy")
BY = Actor("system:retention", "retention")
GRACE = timedelta(days=1)
"""How long bytes may be kept of which nothing is known yet."""
_AT_ONCE = 500


class What(StrEnum):
    """What goes."""

    CALLS = "calls"
    """Whole: transcript, verdicts, audio."""
    AUDIO = "audio"
    """Of calls that stay."""
    FILES = "files"
    """Recordings that never became a call."""
    BIN = "bin"
    ORPHANS = "orphans"
    """Audio that belongs to no call: only transcribed, or refused."""
    TRANSCRIPTIONS = "transcriptions"
    """Text that is no call's."""
    SPEECH = "speech"
    """Measured to choose settings of the voice detector."""
    LIVE = "live"
    """What was told of calls while they ran whose recording is not kept."""
    COMPARISONS = "comparisons"
    """What several engines heard in the same calls."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long some calls are kept."""

    name: str
    group: Group = field(default_factory=Group)
    audio: int | None = None
    """Days; None for as long as the call."""
    transcripts: int | None = None
    """Days; None for ever."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long what is kept. Each call follows the first rule that fits it."""

    rules: Sequence[Rule] = ()
    bin: int = 30
    """Days that calls lie in the bin."""
    transcriptions: int = 30
    """Days that text is kept which is no call's, where speech was measured, and what engines heard to be compared."""


@dataclass(frozen=True, slots=True)
class Count:
    """How much goes, or has gone."""

    rule: str
    """Empty for what follows none."""
    what: What
    days: int
    count: int = 0
    size: int = 0
    """Bytes of audio."""
    held: int = 0
    """Would go, and are on legal hold."""


class Sounds(Protocol):
    """What was made to be played."""

    def sweep(self, before: float, /) -> int:
        """Remove what was not played since then, in POSIX seconds."""
        ...


class Vault(Protocol):
    """Where the bytes of recordings are kept."""

    def ids(self) -> Iterator[Held]:
        """Yield what is kept."""
        ...

    def discard(self, recording: str, before: float, /) -> bool:
        """Remove a recording unless it was taken in since then."""
        ...

    def sweep(self, before: float, /) -> int:
        """Remove what a crash left half written."""
        ...


@dataclass(frozen=True, slots=True)
class Retention:
    """Applies a policy. `run` is the handler of its jobs."""

    store: Store
    audit: Audit
    vault: Vault
    sounds: Sounds
    removal: Removal
    policy: Policy
    now: Callable[[], datetime]

    def preview(self) -> list[Count]:
        """Return what would go now; nothing is removed."""
        found = [_counted(step, self._due(step)) for step in self._steps()]
        orphans = [held.size for held in self._orphans()]
        found.append(Count("", What.ORPHANS, GRACE.days, len(orphans), sum(orphans)))
        return found

    def run(self, running: Running) -> None:
        """Remove what is due; the handler of jobs of this kind."""
        self.apply(running.advance)

    def apply(self, advance: Callable[[str, float], None]) -> list[Count]:
        """Remove what is due; return what has gone.

        Args:
            advance: is told stage and share, and may raise to end the work.
        """
        steps = list(self._steps())
        done = []
        for place, step in enumerate(steps):
            done.append(self._gone(step, lambda place=place: advance("remove", place / len(steps))))  # type: ignore[misc]
        advance("sweep", 0.0)
        done += [self._sweep_orphans(), *self._prune()]
        old = (self.now() - GRACE).timestamp()
        self.vault.sweep(old)
        self.sounds.sweep(old)
        advance("scrub", 0.0)
        if any(count.count for count in done):
            self.removal.finish()
        self._note(done)
        return done

    def _steps(self) -> Iterator["_Step"]:
        yield _Step("", What.BIN, self.policy.bin, _of_bin)
        earlier: list[Group] = []
        for rule in self.policy.rules:
            group = Group(rule.group.metadata, rule.group.language, tuple(earlier))
            earlier.append(rule.group)
            if rule.transcripts is not None:
                yield _Step(rule.name, What.CALLS, rule.transcripts, _of(keeping.calls_due, group))
            longest = [days for days in (rule.audio, rule.transcripts) if days is not None]
            if rule.audio is not None:
                yield _Step(rule.name, What.AUDIO, rule.audio, _of(keeping.audio_due, group))
            if longest:
                yield _Step(rule.name, What.FILES, min(longest), _of(keeping.files_due, group))

    def _due(self, step: "_Step") -> Iterator[Due]:
        """Yield what is due, a page a transaction; what goes meanwhile is no trouble."""
        before, after = self.now() - timedelta(days=step.days), ""
        while True:
            with self.store.database.reading() as connection:
                found = step.due(connection, before, after)
            yield from found
            if not found:
                return
            after = found[-1].recording

    def _gone(self, step: "_Step", alive: Callable[[], None]) -> Count:
        gone, size, held = 0, 0, 0
        for due in self._due(step):
            alive()
            if due.held:
                held += 1
                continue
            try:
                if step.what is What.AUDIO:
                    self.removal.remove_audio(due.recording, BY)
                else:
                    self.removal.remove(due.recording, BY)
            except Conflict:  # held since it was listed
                held += 1
            else:
                gone, size = gone + 1, size + due.size
        return Count(step.rule, step.what, step.days, gone, size, held)

    def _orphans(self) -> Iterator[Held]:
        """Yield what is kept of which nothing is known, and that is not just being taken in."""
        old = (self.now() - GRACE).timestamp()
        kept = (held for held in self.vault.ids() if held.touched < old)
        while some := list(islice(kept, _AT_ONCE)):
            with self.store.database.reading() as connection:
                wanted = keeping.wanted(connection, [held.id for held in some])
            yield from (held for held in some if held.id not in wanted)

    def _sweep_orphans(self) -> Count:
        old = (self.now() - GRACE).timestamp()
        gone, size = 0, 0
        for held in self._orphans():
            if self.vault.discard(held.id, old):
                gone, size = gone + 1, size + held.size
        return Count("", What.ORPHANS, GRACE.days, gone, size)

    def _prune(self) -> Iterator[Count]:
        days = self.policy.transcriptions
        before, database = self.now() - timedelta(days=days), self.store.database
        yield Count("", What.TRANSCRIPTIONS, days, Transcriptions(database).prune(before))
        yield Count("", What.SPEECH, days, Speeches(database).prune(before))
        yield Count("", What.LIVE, days, LiveCalls(database).prune(before))
        yield Count("", What.COMPARISONS, days, Comparisons(database).prune(before))
        with database.writing() as connection:  # what was searched for may be a name
            bulk.prune(connection, self.now() - bulk.KEPT)

    def _note(self, done: Sequence[Count]) -> None:
        for count in done:
            if count.count or count.held:
                entry = Entry(
                    BY.id, BY.name, "retention-applied", f"retention:{count.rule}",
                    detail={"kind": count.what.value, "count": count.count, "size": count.size},
                )  # fmt: skip
                self.audit.note(None, entry)


@dataclass(frozen=True, slots=True)
class _Step:
    """One kind of thing that goes."""

    rule: str
    what: What
    days: int
    due: Callable[[Connection, datetime, str], list[Due]]


def _of_bin(connection: Connection, before: datetime, after: str) -> list[Due]:
    return keeping.bin_due(connection, before, after)


def _of(
    due: Callable[[Connection, Group, datetime, str], list[Due]], group: Group
) -> Callable[[Connection, datetime, str], list[Due]]:
    return lambda connection, before, after: due(connection, group, before, after)


def _counted(step: _Step, due: Iterator[Due]) -> Count:
    count = size = held = 0
    for one in due:
        held += one.held
        count += not one.held
        size += 0 if one.held else one.size
    return Count(step.rule, step.what, step.days, count, size, held)
