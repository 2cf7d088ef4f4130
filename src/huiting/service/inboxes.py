"""Sweep inboxes for as long as the service runs, and hand in what has come."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.audio.metadata import Pattern, from_json
from huiting.core.errors import HuitingError
from huiting.intake.inbox import Accept, Arrival, Inbox, Swept
from huiting.service.recordings import Asked, Given, Recordings

log = logging.getLogger(__name__)

AGAIN = 1.0
"""Seconds between two looks while files keep coming."""
SYSTEM = Principal(
    "system:inbox", "inbox", UserRole.INTEGRATOR, frozenset({Permission.CALLS_WRITE})
)
Report = Callable[[str, Swept], None]
"""Is told what a sweep of an inbox has done."""


def accepting(
    recordings: Recordings, pattern: Pattern | None = None, zone: tzinfo | None = None
) -> Accept:
    """Return what hands files of an inbox in.

    Args:
        recordings: takes them.
        pattern: of their names, where this inbox has its own.
        zone: of times in sidecars that name none.
    """

    def accept(arrival: Arrival) -> None:
        given = Given()
        if arrival.sidecar is not None:
            told = from_json(arrival.sidecar, arrival.name, zone)
            given = Given(told.values, told.started_at, told.roles)
        if pattern is not None:
            named = pattern.read(Path(arrival.name))
            given = given.over(Given(named.values, named.started_at, named.roles))
        recordings.accept(arrival.content, arrival.name, given, Asked(SYSTEM))

    return accept


@dataclass(frozen=True, slots=True)
class Watched:
    """An inbox and how often it is looked at."""

    inbox: Inbox
    every: float
    """Seconds between two looks when nothing is seen to come."""


@dataclass(frozen=True, slots=True)
class Inboxes:
    """All inboxes, each in a thread of its own."""

    watched: Sequence[Watched]
    clock: Callable[[], float]
    """Seconds; never jumps."""
    report: Report

    def run(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set."""
        threads = [
            threading.Thread(target=self._keep, args=(one, stop), name=f"inbox-{one.inbox.name}")
            for one in self.watched
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _keep(self, one: Watched, stop: threading.Event) -> None:
        """Sweep one inbox; whatever goes wrong, the next sweep tries again."""
        while not stop.is_set():
            waiting = True
            try:
                swept = one.inbox.sweep(self.clock())
            except HuitingError as error:
                log.warning(
                    "inbox sweep failed", extra={"inbox": one.inbox.name, "code": error.code}
                )
            except Exception:
                log.exception("inbox sweep failed", extra={"inbox": one.inbox.name})
            else:
                self.report(one.inbox.name, swept)
                waiting = bool(swept.waiting) and swept.trouble is None
            if waiting:  # files that come to rest make no further change that could be seen
                stop.wait(min(one.every, max(AGAIN, one.inbox.quiet / 2)))
            else:
                one.inbox.place.wait(one.every, stop)
