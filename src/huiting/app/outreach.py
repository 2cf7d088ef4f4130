"""Inboxes and channels, as the settings have them."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from huiting.app.settings import Settings, zone_of
from huiting.audio.find import EXTENSIONS
from huiting.audio.metadata import Pattern
from huiting.core.errors import ConfigError
from huiting.core.plugins import make
from huiting.intake.inbox import After, Inbox
from huiting.jobs.cron import Cron
from huiting.jobs.queue import Queue
from huiting.jobs.schedule import Schedule
from huiting.notify.mail import Mail
from huiting.notify.notice import Topic
from huiting.observe.metrics import Metrics
from huiting.service.digests import ORDER, Plan
from huiting.service.inboxes import Inboxes, Watched, accepting
from huiting.service.mailing.terms import Postal
from huiting.service.outreach import Outreach, Subscriber
from huiting.service.recordings import Recordings
from huiting.store import Store
from huiting.store.arrivals import Arrivals

EVERY = 30.0
"""Seconds between two looks into an inbox when nothing is seen to come."""
QUIET = 10.0
USUAL = (Topic.FATAL, Topic.TICKET)
"""What a channel hears of that chooses nothing."""


def outreach_of(settings: Settings, queue: Queue, metrics: Metrics | None = None) -> Outreach:
    """Return the channels.

    Raises:
        ConfigError: one of them cannot be made; the error names it.
    """
    subscribers = {name: _subscriber(name, given) for name, given in settings.channels.items()}
    if metrics is None:
        return Outreach(queue, subscribers)
    return Outreach(queue, subscribers, metrics.told)


def _subscriber(name: str, given: Mapping[str, Any]) -> Subscriber:
    options = dict(given)
    with _named("channels", name):
        kind = _taken(options, "kind", str)
        topics = _taken(options, "topics", list, [topic.value for topic in USUAL])
        language = _taken(options, "language", str, "zh")
        if language not in {"zh", "en"}:
            raise ConfigError(f"language {language!r}", "not known", "choose zh or en")
        unknown = [topic for topic in topics if topic not in set(Topic)]
        if unknown:
            raise ConfigError(
                f"topics {unknown}", "not known", f"choose from {', '.join(sorted(Topic))}"
            )
        channel = make("huiting.notify", kind, **options)
    return Subscriber(channel, frozenset(map(Topic, topics)), language)


def schedules_of(settings: Settings) -> tuple[Schedule, ...]:
    """Return when the digest is sent; nothing when it never is.

    Raises:
        ConfigError: that is no time as in cron, or nobody knows in which zone.
    """
    if not settings.digest:
        return ()
    if not settings.timezone:
        raise ConfigError(
            "setting digest", "it is not known whose clock it means", "set timezone: Asia/Shanghai"
        )
    return (Schedule("digest", Cron(settings.digest, settings.timezone), ORDER),)


def plan_of(settings: Settings) -> Plan:
    """Return when the digest is sent and to how many, for people to read."""
    wanting = {
        name: given
        for name, given in settings.channels.items()
        if Topic.DIGEST.value in given.get("topics", ())
    }
    told = [given.get("to") for given in wanting.values()]
    count = sum(len(to) if isinstance(to, list) else 1 for to in told)
    return Plan(settings.digest, count, tuple(sorted(wanting)))


def postal_of(settings: Settings) -> Postal:
    """Return what people may have mailed: to whom, by whose clock."""
    mail = any(given.get("kind") == "mail" for given in settings.channels.values())
    largest = max(0, settings.mail_files) * 1_000_000
    return Postal(settings.timezone, settings.mail_domains, mail, largest)


def mail_of(outreach: Outreach) -> Mail | None:
    """Return the first channel that is mail: its server sends what people want mailed."""
    channels = (subscriber.channel for subscriber in outreach.subscribers.values())
    return next((channel for channel in channels if isinstance(channel, Mail)), None)


def inboxes_of(
    settings: Settings,
    recordings: Recordings,
    store: Store,
    now: Callable[[], datetime],
    metrics: Metrics,
) -> Inboxes:
    """Return the inboxes.

    Raises:
        ConfigError: one of them cannot be made; the error names it.
        InputError: a pattern of names cannot be understood.
    """
    ledger = Arrivals(store.database, now)
    zone = zone_of(settings)
    watched = []
    for name, given in settings.inboxes.items():
        options = dict(given)
        with _named("inboxes", name):
            kind = _taken(options, "kind", str, "folder")
            after = _taken(options, "after", str, After.MOVE.value)
            if after not in set(After):
                raise ConfigError(f"after {after!r}", "not known", f"choose {', '.join(After)}")
            pattern = _taken(options, "metadata", str, "")
            patterns = _taken(options, "patterns", list, ["*"])
            quiet = float(_taken(options, "quiet", (int, float), QUIET))
            every = float(_taken(options, "every", (int, float), EVERY))
            inbox = Inbox(
                name=name,
                place=make("huiting.intake", kind, **options),
                accept=accepting(
                    recordings, Pattern.compile(pattern, zone) if pattern else None, zone
                ),
                wanted=_audio,
                ledger=ledger,
                patterns=tuple(patterns),
                after=After(after),
                quiet=quiet,
            )
        watched.append(Watched(inbox, every))
    return Inboxes(
        tuple(watched),
        time.monotonic,
        lambda name, swept: metrics.arrived(name, taken=swept.taken, refused=swept.refused),
    )


def _audio(name: str) -> bool:
    return any(name.lower().endswith(extension) for extension in EXTENSIONS)


def _taken(
    options: dict[str, Any],
    name: str,
    kind: type | tuple[type, ...],
    default: Any = None,  # noqa: ANN401
) -> Any:  # noqa: ANN401  (as the settings file has it)
    """Take an option out; what is left goes to the plug-in."""
    value = options.pop(name, default)
    if value is None:
        raise ConfigError(name, "it is missing", "write it down")
    if not isinstance(value, kind):
        raise ConfigError(f"{name} = {value!r}", "of the wrong kind", "see docs/guides")
    return value


@contextmanager
def _named(table: str, name: str) -> Iterator[None]:
    """Say in an error which entry of the settings it is about."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(
            f"setting {table}.{name}: {error.subject}", error.reason, error.remedy
        ) from error
