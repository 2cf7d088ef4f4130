"""Tell people and programs elsewhere: a job for each notice and channel.

The job is put in the transaction of what is told of, so no notice is lost; the queue tries
again what did not arrive, longer and longer apart. What failed for good stays in the list
of failed jobs of this kind until somebody retries it: the dead letters.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from huiting.core.errors import HuitingError, Unknown
from huiting.jobs.job import Order, State
from huiting.jobs.queue import Page, Queue, Wanted
from huiting.jobs.running import Running
from huiting.notify.notice import Channel, Notice, Topic

log = logging.getLogger(__name__)

KIND = "deliver"
ATTEMPTS = 12
"""With the queue's back-off: about 45 minutes of a receiver that is away."""
PRIORITY = 50
"""Before any analysis: an alert is to arrive within a minute."""


class Sent(Protocol):
    """Is told of each attempt."""

    def __call__(self, channel: str, /, *, arrived: bool) -> None:
        """Take note of it."""
        ...


def _unheard(_channel: str, /, *, arrived: bool) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A channel and what it wants to hear."""

    channel: Channel
    topics: frozenset[Topic]
    language: str = "zh"
    """`zh` or `en`."""


@dataclass(frozen=True, slots=True)
class Outreach:
    """All channels. May be used from several threads."""

    queue: Queue
    subscribers: Mapping[str, Subscriber]
    """By name."""
    sent: Sent = _unheard

    def tell(self, connection: Connection, told: Callable[[str], Notice]) -> int:
        """Put a job for each channel that wants it; return how many are new.

        A notice that was told before is not told again, whatever became of it.

        Args:
            connection: in which what is told of is written.
            told: gives the notice in a language.
        """
        new = 0
        for name, subscriber in self.subscribers.items():
            notice = told(subscriber.language)
            if notice.topic not in subscriber.topics:
                continue
            order = Order(
                kind=KIND,
                subject=f"{name}:{notice.id}",
                payload={"channel": name, "notice": written(notice)},
                priority=PRIORITY,
                attempts=ATTEMPTS,
            )
            if self.queue.find(KIND, order.subject) is None:
                self.queue.put(connection, order)
                new += 1
        return new

    def wants(self, topic: Topic) -> bool:
        """Tell whether anybody wants to hear of it."""
        return any(topic in subscriber.topics for subscriber in self.subscribers.values())

    def deliver(self, running: Running) -> None:
        """Do a job of this kind.

        Raises:
            DeliveryError: it did not arrive; the queue tries again.
            Undeliverable: the receiver refuses it.
            Unknown: there is no such channel any more.
        """
        payload = running.job.order.payload
        name = str(payload["channel"])
        self.send(name, read(str(payload["notice"])))

    def send(self, name: str, notice: Notice) -> None:
        """Send a notice now; errors as of `deliver`."""
        subscriber = self.subscribers.get(name)
        if subscriber is None:
            raise Unknown(f"channel {name}", "no such channel", "put it back into the settings")
        try:
            subscriber.channel.send(notice)
        except HuitingError as error:
            log.warning("notice not delivered", extra={"channel": name, "code": error.code})
            self.sent(name, arrived=False)
            raise
        self.sent(name, arrived=True)

    def dead_letters(self, *, after: int | None = None, limit: int = 50) -> Page:
        """Return the jobs that failed for good, the newest first; `Queue.retry` tries one again."""
        return self.queue.page(Wanted((State.FAILED,), KIND), after=after, limit=limit)


def written(notice: Notice) -> str:
    """Return a notice as JSON; a page and pictures are no part of it."""
    return json.dumps(
        {
            "id": notice.id,
            "topic": notice.topic,
            "at": notice.at.isoformat(),
            "title": notice.title,
            "lines": notice.lines,
            "link": notice.link,
            "urgent": notice.urgent,
            "facts": dict(notice.facts),
        },
        ensure_ascii=False,
    )


def read(text: str) -> Notice:
    """Return what `written` wrote."""
    found = json.loads(text)
    return Notice(
        id=found["id"],
        topic=Topic(found["topic"]),
        at=datetime.fromisoformat(found["at"]),
        title=found["title"],
        lines=tuple(found["lines"]),
        link=found["link"],
        urgent=found["urgent"],
        facts=found["facts"],
    )
