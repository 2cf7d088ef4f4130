"""A group robot of DingTalk (钉钉自定义机器人), with 加签 where a secret is given.

Source:
    DingTalk's open platform, "custom robot": the text signed is the time in milliseconds,
    a line break and the secret; HMAC-SHA256 with the secret; Base64; in the address.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from huiting.notify._markdown import markdown
from huiting.notify._post import Address, encoded, post, secret_of
from huiting.notify._robot import accepted
from huiting.notify.notice import Notice

LIMIT = 18_000
"""Bytes of text; a message may have 20,000 in all."""
_BUSY = frozenset({-1, 130101, 410100})
"""Busy, and too many in a minute (20 are allowed)."""


def build(*, url: str, secret_file: Path | None = None) -> "DingTalk":
    """Return the channel; nothing is sent yet.

    Args:
        url: the robot's, with its access_token.
        secret_file: holds `SEC…` of 加签.

    Raises:
        ConfigError: the address is none, or the secret cannot be read.
    """
    return DingTalk(Address.of(url), secret_of(secret_file))


@dataclass(frozen=True, slots=True)
class DingTalk:
    """A `Channel`."""

    address: Address
    secret: str = ""
    clock: Callable[[], float] = time.time
    """Seconds since 1970, for the signature only."""

    def send(self, notice: Notice, /) -> None:
        """Post the notice."""
        text = {"title": notice.title, "text": markdown(notice, LIMIT)}
        answer = post(self._signed(), encoded({"msgtype": "markdown", "markdown": text}))
        accepted(self.address.shown, answer, "errcode", busy=_BUSY)

    def _signed(self) -> Address:
        if not self.secret:
            return self.address
        moment = str(round(self.clock() * 1000))
        text = f"{moment}\n{self.secret}".encode()
        sign = base64.b64encode(hmac.new(self.secret.encode(), text, hashlib.sha256).digest())
        joint = "&" if "?" in self.address.url else "?"
        query = urlencode({"timestamp": moment, "sign": sign.decode()})
        return Address(self.address.url + joint + query, self.address.shown)
