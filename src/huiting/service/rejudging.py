"""The handler of jobs of kind `rejudge`: history judged by the team's current rules.

Goes from the latest call to the oldest, a stretch a transaction. Run again after it was cut
short, it passes over what it has judged: those calls have verdicts of these rules already.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import ConfigError
from huiting.core.judgement import Judgement
from huiting.jobs.job import Job, Order
from huiting.jobs.running import Running
from huiting.service.analysis import Judges
from huiting.store import Kept, Store, Which

KIND = "rejudge"
STAGE = "rules"


def order_of(
    rules: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    language: str | None = None,
    owner: str | None = None,
    among: Sequence[str] | None = None,
) -> Order:
    """Return the order for judging calls again.

    Args:
        rules: digest of the rules that are current, so that other rules are another job.
        since: calls that began then or later.
        until: calls that began before.
        language: the calls'.
        owner: who asks.
        among: ids of the calls; None for all.
    """
    chosen = {
        "since": None if since is None else since.isoformat(),
        "until": None if until is None else until.isoformat(),
        "language": language,
    }
    if among is not None:
        chosen["among"] = " ".join(sorted(among))
    said = [value or "" for name, value in chosen.items() if name != "among"]
    subject = ":".join([rules, *said, *(() if among is None else [_digest(chosen["among"])])])
    return Order(kind=KIND, subject=subject, payload=chosen, owner=owner)


def which_of(job: Job) -> Which:
    """Return the calls that a job is about."""
    payload = job.order.payload
    names = ("since", "until", "language", "among")
    since, until, language, among = (payload.get(name) for name in names)
    return Which(
        None if since is None else datetime.fromisoformat(str(since)),
        None if until is None else datetime.fromisoformat(str(until)),
        None if language is None else str(language),
        among=None if among is None else tuple(str(among).split()),
    )


def _digest(text: str | None) -> str:
    return sha256((text or "").encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rejudging:
    """A handler."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    """Makes of an analysis what rules read, where that is not kept yet."""
    judges: Callable[[], Judges | None]
    """The team's current rules; None when there are none."""
    now: Callable[[], datetime]
    stretch: int = 200
    """Calls judged in a transaction."""

    def __call__(self, running: Running) -> None:
        """Do the job.

        Raises:
            ConfigError: there are no rules.
            HuitingError: the rules cannot be read, or the work is to stop; what was judged
                before stays judged.
        """
        judges = self.judges()
        if judges is None:
            raise ConfigError("rules", "there are none", "add rules, then judge again")
        parts = self.store.slices(which_of(running.job), self.stretch)
        for number, part in enumerate(parts):
            running.advance(STAGE, number / len(parts))
            for batch in self.store.history(self.flat, part):
                judgements = list(self._judged(batch, judges, running, number / len(parts)))
                running.persist(lambda made=judgements: self.store.judge(made, at=self.now()))  # type: ignore[misc]

    def _judged(
        self, batch: Sequence[Kept], judges: Judges, running: Running, done: float
    ) -> Iterator[Judgement]:
        for kept in batch:
            if kept.rules != judges.digest:
                running.advance(STAGE, done)
                yield judges.judge(kept.dialogue)
