"""The live calls of one server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huiting.access.principal import Principal
from huiting.core.types import Role
from huiting.live.updates import Cue, Final, Pulse
from huiting.service.live.happening import Ended
from huiting.service.live.line import Line
from huiting.service.live.log import Watching
from huiting.service.live.opening import Opening
from huiting.service.views import View


@dataclass(frozen=True, slots=True)
class Running:
    """A call that runs or has just ended, as somebody may see it."""

    id: str
    name: str
    speaker: str
    """Name of who opened it."""
    metadata: dict[str, str]
    roles: tuple[Role, ...]
    consent: bool | None
    opened_at: str
    """ISO 8601."""
    seconds: float
    """Of audio."""
    away: bool
    behind: float
    """Seconds of speech that wait to be decoded."""
    strained: bool
    pulse: Pulse | None
    last: Final | None
    """What was said last."""
    cues: tuple[Cue, ...]
    """That are on, the gravest first."""
    need: int
    """How much it should be looked at; more is more."""
    ended: Ended | None


class Live:
    """The live calls of one server. May be used from several threads."""

    def open(self, opening: Opening, principal: Principal, address: str = "") -> Line:
        """Begin a call.

        Raises:
            InputError: it is of a form that is not taken.
            Forbidden: they say that it belongs where they may not see it.
            TooMany: as many run as may.
            StoreError: there is no room for it.
        """
        raise NotImplementedError

    def resume(self, key: str, principal: Principal) -> Line:
        """Go on with a call after a gap, or after the server was started again.

        Raises:
            Unknown: there is none with this key that is theirs and still waits.
        """
        raise NotImplementedError

    def running(self, view: View) -> Sequence[Running]:
        """Return the calls that somebody may see, those in need first; ended ones for a minute."""
        raise NotImplementedError

    def one(self, call: str, view: View) -> Running:
        """Return one of those.

        Raises:
            Unknown: there is none that they may see.
        """
        raise NotImplementedError

    def watch(
        self,
        call: str,
        view: View,
        after: int = 0,
        wake: Callable[[], None] | None = None,
        address: str = "",
    ) -> Watching:
        """Read what happens in a call; without personal data unless the view is unredacted.

        Args:
            call: its id.
            view: who reads.
            after: number of the event behind which they begin.
            wake: called from any thread when something happened; must not wait.
            address: of who reads, for the audit log.

        Raises:
            Unknown: there is none that they may see.
        """
        raise NotImplementedError
