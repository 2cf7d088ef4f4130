"""Live calls: speak in one, read what is heard, see which run."""

from collections.abc import Callable
from dataclasses import dataclass
from ssl import CERT_NONE, SSLContext, create_default_context
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from huiting.client.paging import Page
from huiting.client.shapes.live import LiveCall, Opening
from huiting.client.talking import Talk, opening_of, resuming_of
from huiting.client.wire import API, Ask, Wire, unreachable

LARGEST = 16 << 20
"""Bytes of a message of the server."""
_TLS = {"http": "ws", "https": "wss"}
USUAL = Opening()


@dataclass(frozen=True, slots=True)
class Live:
    """The live calls of a server. What is private is covered, unless `unredacted` is set."""

    wire: Wire
    verify: bool | SSLContext = True
    """Of certificates."""
    unredacted: bool = False

    def open(self, opening: Opening = USUAL, *, gap: float = 30.0) -> Talk:
        """Begin a call.

        Args:
            opening: what is said of it.
            gap: seconds that a connection that was cut is tried to be made again, as the setting
                `live_gap` of the server.

        Raises:
            Refused: the server refuses.
            Unreachable: it does not answer.
        """
        return Talk(self._dial(), opening_of(opening), gap, self.wire.pause, self.wire.clock)

    def resume(self, key: str, after: int = 0, *, gap: float = 30.0) -> Talk:
        """Go on with a call that was left; raises as `open` does.

        Args:
            key: of the call.
            after: number of the last event that was read.
            gap: as of `open`.
        """
        said = resuming_of(key, after)
        return Talk(self._dial(), said, gap, self.wire.pause, self.wire.clock)

    def list(self) -> tuple[LiveCall, ...]:
        """List the calls that run, those in need first, and those that have just ended."""
        asked = {"unredacted": "true"} if self.unredacted else {}
        return self.wire.get(Page[LiveCall], "/live", asked).items

    def get(self, call: str) -> LiveCall:
        """Read how a call that runs goes."""
        asked = {"unredacted": "true"} if self.unredacted else {}
        return self.wire.get(LiveCall, f"/live/{call}", asked)

    def remove(self, call: str) -> None:
        """Remove for good what was shown of a call that is over and has no recording."""
        self.wire.send(Ask("DELETE", f"{API}/live/{call}"))

    def _dial(self) -> Callable[[], ClientConnection]:
        web = self.wire.web
        place = urlsplit(str(web.base_url).rstrip("/") + API + "/live")
        address = urlunsplit(place._replace(scheme=_TLS[place.scheme]))
        shown = ("authorization", "accept-language")
        headers = {name: web.headers[name] for name in shown}
        context = _context(self.verify) if place.scheme == "https" else None

        def dial() -> ClientConnection:
            try:
                waiting = connect(
                    address,
                    additional_headers=headers,
                    ssl=context,
                    proxy=None,
                    compression=None,
                    open_timeout=_seconds(web.timeout),
                    max_size=LARGEST,
                )
                return waiting.__enter__()  # `Talk` closes it, and makes others
            except (OSError, InvalidHandshake) as error:
                raise unreachable(web, error) from error

        return dial


def _context(verify: bool | SSLContext) -> SSLContext:  # noqa: FBT001  (as httpx takes it)
    if isinstance(verify, SSLContext):
        return verify
    context = create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = CERT_NONE
    return context


def _seconds(timeout: httpx.Timeout) -> float:
    return timeout.connect or 10.0
