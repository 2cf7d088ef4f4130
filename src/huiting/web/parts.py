"""What the server is built from: one value, made by `app`, handed to every route."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Annotated

from fastapi import Depends, Request

from huiting.access.credentials import Doorkeeper
from huiting.jobs.queue import Queue
from huiting.observe.metrics import Metrics
from huiting.service.answers import Answers
from huiting.service.batches import Batches
from huiting.service.bulk.desk import Many
from huiting.service.bulk.few import Bulk
from huiting.service.comparisons.desk import Comparer
from huiting.service.correcting import Correcting
from huiting.service.dashboard import Dashboard
from huiting.service.digests import Plan
from huiting.service.exporting import Exports
from huiting.service.fetching import Storages
from huiting.service.handed import History
from huiting.service.handing import Desk
from huiting.service.hearing import Hearing
from huiting.service.keeping.desk import Keeping
from huiting.service.library.shelf import Shelf
from huiting.service.library.trial import Trials
from huiting.service.live.calls import Live
from huiting.service.looking import Looking
from huiting.service.mailing.desk import Mailings
from huiting.service.mailing.terms import Postal
from huiting.service.reading import Reading
from huiting.service.recordings import Recordings
from huiting.service.remarks import Remarking
from huiting.service.reporting import Reporting
from huiting.service.review.appeals import Appeals
from huiting.service.review.measuring import Measuring
from huiting.service.review.planning import Planning
from huiting.service.review.queue import Queue as ReviewQueue
from huiting.service.reviewing import Reviewing
from huiting.service.searching import Searching
from huiting.service.sheets import Sheets
from huiting.service.speech.desk import Listening
from huiting.service.state import State
from huiting.service.transcriber import Transcriber
from huiting.service.uploads import Uploads
from huiting.service.work import Work
from huiting.store import Store
from huiting.store.searches import Searches
from huiting.web.live.terms import Terms
from huiting.web.noting import Noting
from huiting.web.signing import Access


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask."""

    upload: int = 4 << 30
    """Bytes of one recording, or of one request that hands in several."""
    body: int = 1 << 20
    """Bytes of any other request."""
    files: int = 500
    """Recordings handed in with one request."""
    page: int = 500
    """Entries of a page."""
    clip: float = 600.0
    """Seconds of a clip."""
    threads: int = 16
    """Requests worked on at a time; the others wait."""
    answer: float = 900.0
    """Seconds that a request may wait for its audio to be heard."""
    stream: float = 3600.0
    """Seconds that a stream of progress stays open; its reader comes again."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that routes use."""

    store: Store
    queue: Queue
    doorkeeper: Doorkeeper
    recordings: Recordings
    desk: Desk
    storages: Storages
    uploads: Uploads
    batches: Batches
    reading: Reading
    hearing: Hearing
    exports: Exports
    reporting: Reporting
    dashboard: Dashboard
    answers: Answers
    transcriber: Transcriber
    listening: Listening
    live: Live
    engines: tuple[str, ...]
    """Names of the recognizers that may be asked for, the usual one first."""
    shelf: Shelf
    trials: Trials
    rules: Callable[[], str]
    """Returns the digest of the rules that are in force."""
    reviewing: Reviewing
    appeals: Appeals
    remarking: Remarking
    correcting: Correcting
    sheets: Sheets
    work: Work
    keeping: Keeping
    state: Callable[[], State]
    """Looks at the machine."""
    ready: Callable[[], str | None]
    """Returns why no request should be sent here; None when all is well."""
    now: Callable[[], datetime]
    zone: tzinfo | None = None
    """Of times that state none; None for that of the machine."""
    limits: Limits = field(default_factory=Limits)
    noting: Noting | None = None
    """Notes what is given; None where nobody is known."""
    metrics: Metrics | None = None
    """Counts requests; None where nobody looks."""
    mailed: Plan = field(default_factory=Plan)
    """When the digest of a day is sent."""
    postal: Postal = field(default_factory=Postal)
    """To whom people may have reports mailed."""
    live_terms: Terms = field(default_factory=Terms)
    """What a live connection may do."""
    access: Access | None = None
    """People who sign in; None where nobody does."""

    @property
    def looking(self) -> Looking:
        """What looks through calls for a table."""
        return Looking(self.reading)

    @property
    def history(self) -> History:
        """What was handed in."""
        return History(self.store, self.reading.policy)

    @property
    def searching(self) -> Searching:
        """Searches that people keep."""
        return Searching(Searches(self.store.database), self.now)

    @property
    def mailings(self) -> Mailings:
        """What people have mailed."""
        return Mailings(self.store, self.queue, self.reviewing.audit, self.now, self.postal)

    @property
    def comparer(self) -> Comparer:
        """What compares engines."""
        return Comparer(
            self.reading, self.queue, self.recordings.vault, self.engines, self.reviewing.audit,
            self.now,
        )  # fmt: skip

    @property
    def planning(self) -> Planning:
        """What chooses calls to be looked at."""
        return Planning(self.store, self.reviewing.audit, self.now, self.zone)

    @property
    def to_review(self) -> ReviewQueue:
        """What is to be looked at."""
        of = self.reviewing
        return ReviewQueue(self.reading, of.reviews, of.audit, self.now, self.zone)

    @property
    def measuring(self) -> Measuring:
        """What decisions tell of rules, and of those who decide."""
        return Measuring(self.reviewing.reviews, self.now, self.zone)

    @property
    def many(self) -> Many:
        """What has something done of all calls that a search finds."""
        return Many(
            self.store, self.looking, self.queue, self.batches, self.reviewing.audit, self.rules,
            self.engines, self.now,
        )  # fmt: skip

    @property
    def bulk(self) -> Bulk:
        """What does something of a few calls at once."""
        return Bulk(
            self.store, self.queue, self.keeping.bin, self.keeping.holds, self.recordings,
            self.batches, self.rules,
        )  # fmt: skip


def parts(request: Request) -> Parts:
    """Return what the server was built from; a dependency."""
    found: Parts = request.app.state.parts
    return found


Given = Annotated[Parts, Depends(parts)]
"""How a route takes the parts."""
