"""Something done of all calls that a search finds: asked for, followed, cancelled, undone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from huiting.client.calls import ALL, given
from huiting.client.jobs import EVERY, ignore, until
from huiting.client.recordings import Told
from huiting.client.shapes.bulk import Act, Bulk, BulkCount
from huiting.client.shapes.calls import CallFilter
from huiting.client.wire import Wire

AS_USUAL = Told()
BulkList = tuple[Bulk, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What else is said of work on many calls."""

    newest: int | None = None
    """As `count` told: calls that came since are left alone."""
    reason: str = ""
    """Why they go into the bin."""
    told: Told = AS_USUAL
    """How they are heard again: language and hotwords."""
    engine: str | None = None
    """That hears them; None for the usual one."""
    name: str = ""
    """Of the batch in which they are heard."""


NOTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Many:
    """Work on up to 100,000 calls at a time.

    Calls are found by what is private only if `unredacted` is set.
    """

    wire: Wire
    unredacted: bool = False

    def count(self, where: CallFilter = ALL) -> BulkCount:
        """Count the calls of which something would be done."""
        body = {"filter": given(where), "unredacted": self.unredacted}
        return self.wire.post(BulkCount, "/bulk/count", body)

    def start(self, act: Act, where: CallFilter, wanted: Wanted = NOTHING) -> Bulk:
        """Have something done of all calls that are found; do not wait for it.

        Args:
            act: what; all but `RESTORE`, which is `undo`.
            where: of which calls.
            wanted: what else there is to say.

        Raises:
            Refused: there are no such calls, too many, or it may not be done.
        """
        body = {
            "act": str(act),
            "filter": given(where),
            "unredacted": self.unredacted,
            "newest": wanted.newest,
            "reason": wanted.reason,
            "language": wanted.told.language,
            "hotwords": list(wanted.told.hotwords),
            "engine": wanted.engine,
            "name": wanted.name,
        }
        return self.wire.post(Bulk, "/bulk", body, once=True)

    def list(self) -> Sequence[Bulk]:
        """List the work that was asked for in the last 30 days: the latest 20."""
        return self.wire.get(BulkList, "/bulk")

    def get(self, bulk: str) -> Bulk:
        """Read how far it is."""
        return self.wire.get(Bulk, f"/bulk/{bulk}")

    def cancel(self, bulk: str) -> Bulk:
        """Have it end at its next step; what was done stays done."""
        return self.wire.post(Bulk, f"/bulk/{bulk}/cancel")

    def undo(self, bulk: str) -> Bulk:
        """Bring back what a removal put into the bin; that is work of its own.

        Raises:
            Refused: it goes on, or nothing of it is in the bin.
        """
        return self.wire.post(Bulk, f"/bulk/{bulk}/undo", once=True)

    def wait(
        self,
        bulk: str,
        *,
        listen: Callable[[Bulk], None] = ignore,
        longest: float | None = None,
    ) -> Bulk:
        """Wait until work is over; return it, however it ended.

        Args:
            bulk: its id.
            listen: is told whenever something changes.
            longest: seconds; None for as long as it takes.

        Raises:
            StillRunning: it is not over in that time, and goes on.
        """
        clock = self.wire.clock
        return until(
            self._looks(bulk),
            lambda now: now.state.over,
            (listen, longest),
            (clock, f"work {bulk}"),
        )

    def _looks(self, bulk: str) -> Iterator[Bulk]:
        while True:
            yield self.get(bulk)
            self.wire.pause(EVERY)
