"""What is told of a call: alerts and tickets, as jobs of its transaction; after it, its length.

And what is made ready for who will look at it.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.errors import HuitingError
from huiting.core.judgement import Judgement
from huiting.jobs.running import Handler, Running
from huiting.observe.metrics import Metrics
from huiting.quality.advice import HOME, ticket_of
from huiting.service.alerts import alerts, failed
from huiting.service.analysis import INTERRUPTED, Analyzing, recording_of
from huiting.service.hearing import Hearing
from huiting.service.outreach import Outreach

log = logging.getLogger(__name__)
Tell = Callable[[Connection, Analysis, Judgement | None], None]


def drawn(hearing: Hearing, then: Callable[[Analysis], None]) -> Callable[[Analysis], None]:
    """Return what draws the waveform of each call that was kept, before anybody looks at it.

    A call whose waveform cannot be drawn is kept all the same.
    """

    def draw(analysis: Analysis) -> None:
        then(analysis)
        try:
            hearing.outline(analysis)
        except (HuitingError, OSError) as error:
            found = {"recording": analysis.call.recording.id, "reason": type(error).__name__}
            log.warning("waveform not drawn", extra=found)

    return draw


def counted_audio(metrics: Metrics) -> Callable[[Analysis], None]:
    """Return what counts a call that was kept."""
    return lambda analysis: metrics.heard(analysis.call.recording.duration)


def telling(settings: Settings, outreach: Outreach, now: Callable[[], datetime]) -> Tell:
    """Return what puts the notices of a call. A ticket is not translated here: the database waits."""
    into = next(iter(settings.home_languages), HOME[0])
    address = settings.address or None

    def tell(connection: Connection, analysis: Analysis, judgement: Judgement | None) -> None:
        if not outreach.subscribers:
            return
        ticket = ticket_of(analysis, judgement, into=into)
        for told in alerts(analysis, judgement, ticket, at=now(), address=address):
            outreach.tell(connection, told)

    return tell


def telling_failures(
    handler: Analyzing, outreach: Outreach, now: Callable[[], datetime]
) -> Handler:
    """Return a handler that also tells of recordings that can never be analyzed."""

    def handle(running: Running) -> None:
        try:
            handler(running)
        except HuitingError as error:
            if not error.retryable and not isinstance(error, INTERRUPTED):
                recording = recording_of(running.job)
                with handler.store.database.writing() as connection:
                    outreach.tell(connection, failed(recording, error, at=now()))
            raise

    return handle
