"""The line of a live call: what one side that speaks holds of it."""

from collections.abc import Callable

from huiting.service.live.happening import Why
from huiting.service.live.log import Watching
from huiting.service.live.ongoing import Ongoing
from huiting.service.live.opening import Opening


class Line:
    """One connection of the side that speaks. Used by one thread at a time, but for `events`.

    After a `Live.resume` the new line counts, and what comes over the old one is refused.

    Args:
        call: that it is of.
        side: its number among the connections of the call.
        key: secret with which the call is gone on with after a gap.
    """

    def __init__(self, call: Ongoing, side: int, key: str) -> None:
        self.id = call.id
        self.key = key
        self.opening: Opening = call.kept.opening
        self._call = call
        self._side = side

    @property
    def received(self) -> int:
        """Bytes that are safe; after a gap the sender goes on from there."""
        return self._call.spool.size

    def feed(self, data: bytes) -> None:
        """Take audio, of any number of bytes.

        Waits while far more has come than was heard, if it came faster than it was spoken; who
        sends at the pace of speech never waits.

        Raises:
            Conflict: the call goes on over another line.
            Gone: the call is over.
            StoreError: the disk is full; what came before is kept, and the call ends.
        """
        self._call.take(self._side, data)

    def events(self, after: int = 0, wake: Callable[[], None] | None = None) -> Watching:
        """Read what happens, nothing covered: whoever speaks hears it all.

        Args:
            after: number of the event behind which they begin.
            wake: called from any thread when something happened; must not wait.
        """
        return self._call.log.read(after, wake)

    def gone(self) -> None:
        """Say that the connection is cut; the call waits for a while. Of an old line: nothing."""
        self._call.detach(self._side)

    def finish(self) -> None:
        """Say that the call is over. Returns at once; the last event is `Ended`."""
        self._call.finish(Why.FINISHED, self._side)
