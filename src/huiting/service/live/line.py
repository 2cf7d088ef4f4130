"""The line of a live call: what one side that speaks holds of it."""

from collections.abc import Callable

from huiting.service.live.log import Watching
from huiting.service.live.opening import Opening


class Line:
    """One connection of the side that speaks. Used by one thread at a time, but for `events`.

    After a `Live.resume` the new line counts, and what comes over the old one is refused.
    """

    id: str
    """Of the call."""
    key: str
    """Secret with which the call is gone on with after a gap."""
    opening: Opening

    @property
    def received(self) -> int:
        """Bytes that are safe; after a gap the sender goes on from there."""
        raise NotImplementedError

    def feed(self, data: bytes) -> None:
        """Take audio, of any number of bytes.

        Waits while far more has come than was heard, if it came faster than it was spoken; who
        sends at the pace of speech never waits.

        Raises:
            Conflict: the call goes on over another line.
            Gone: the call is over.
            StoreError: the disk is full; what came before is kept, and the call ends.
        """
        raise NotImplementedError

    def events(self, after: int = 0, wake: Callable[[], None] | None = None) -> Watching:
        """Read what happens, nothing covered: whoever speaks hears it all.

        Args:
            after: number of the event behind which they begin.
            wake: called from any thread when something happened; must not wait.
        """
        raise NotImplementedError

    def gone(self) -> None:
        """Say that the connection is cut; the call waits for a while. Of an old line: nothing."""
        raise NotImplementedError

    def finish(self) -> None:
        """Say that the call is over. Returns at once; the last event is `Ended`."""
        raise NotImplementedError
