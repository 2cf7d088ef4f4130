"""A group robot of WeCom (企业微信群机器人); its address is its only secret.

Source:
    WeCom's developer centre, "group robot": Markdown of at most 4,096 bytes.
"""

from dataclasses import dataclass

from huiting.notify._markdown import markdown
from huiting.notify._post import Address, encoded, post
from huiting.notify._robot import accepted
from huiting.notify.notice import Notice

LIMIT = 4_000
"""Bytes of text; 4,096 are allowed."""
_BUSY = frozenset({-1, 45009, 45033})
"""Busy, and too many in a minute (20 are allowed)."""


def build(*, url: str) -> "WeCom":
    """Return the channel; nothing is sent yet.

    Args:
        url: the robot's, with its key.

    Raises:
        ConfigError: the address is none.
    """
    return WeCom(Address.of(url))


@dataclass(frozen=True, slots=True)
class WeCom:
    """A `Channel`."""

    address: Address

    def send(self, notice: Notice, /) -> None:
        """Post the notice."""
        text = {"content": markdown(notice, LIMIT)}
        answer = post(self.address, encoded({"msgtype": "markdown", "markdown": text}))
        accepted(self.address.shown, answer, "errcode", busy=_BUSY)
