"""The handlers that tell of the day before: one job when it is time, then one a channel.

A job a channel, because one that is away must not have the others get it twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.notify.notice import Notice, Topic
from huiting.reports.digest import digest
from huiting.service.outreach import ATTEMPTS, Outreach
from huiting.service.reporting import Reporting, Stretch, dated
from huiting.service.views import View

DUE, SEND = "digest", "send-digest"
"""Kinds of jobs."""
ORDER = Order(DUE, "digest")
"""What a schedule puts when it is time."""
READER = Principal("system:digest", "digest", UserRole.SUPERVISOR, PERMITTED[UserRole.SUPERVISOR])
"""Whoever is sent the digest was chosen by the operator to read of all calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When the digest is sent, and to how many."""

    when: str = ""
    """As in cron; empty for never."""
    recipients: int = 0
    """Addresses of mail, and groups and programs, that are sent it."""
    channels: tuple[str, ...] = ()
    """Names of those that want it."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Both handlers. May run in several threads."""

    outreach: Outreach
    reporting: Reporting
    now: Callable[[], datetime]
    zone: tzinfo | None = None
    """Whose days are meant; None for the machine's."""
    address: str | None = None
    """Of the pages, to link to."""

    def due(self, running: Running) -> None:
        """Put a job for each channel that wants the digest."""
        told = self.now().astimezone(self.zone).date() - timedelta(1)
        with self.reporting.store.database.writing() as connection:
            for name, subscriber in self.outreach.subscribers.items():
                if Topic.DIGEST in subscriber.topics:
                    payload = {"channel": name, "day": told.isoformat()}
                    order = Order(SEND, f"{name}:{told}", payload, attempts=ATTEMPTS)
                    self.outreach.queue.put(connection, order)
            running.finish(connection)

    def send(self, running: Running) -> None:
        """Send the digest of a day to a channel.

        Raises:
            DeliveryError: it did not arrive; the queue tries again.
            Undeliverable: the receiver refuses it.
        """
        payload = running.job.order.payload
        name, told = str(payload["channel"]), date.fromisoformat(str(payload["day"]))
        subscriber = self.outreach.subscribers.get(name)
        language = "zh" if subscriber is None else subscriber.language
        running.advance("count", 0.0)
        notice = self.notice(told, language)
        running.advance("send", 0.0)
        self.outreach.send(name, notice)

    def notice(self, told: date, language: str) -> Notice:
        """Return the digest of a day."""
        stretch = Stretch(told, told)
        view = View(READER)
        found = digest(
            dated(self.reporting.day(stretch, view), stretch),
            self.reporting.angry_words(stretch, view),
            identity=f"digest-{told}",
            language=language,
            at=self.now().astimezone(self.zone),
            link=self.address,
        )
        return replace(found, urgent=False)
