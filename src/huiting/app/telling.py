"""What is told of a call: alerts and tickets, as jobs of its transaction; after it, its length."""

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
from huiting.service.outreach import Outreach

Tell = Callable[[Connection, Analysis, Judgement | None], None]


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
