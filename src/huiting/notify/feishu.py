"""A group robot of Feishu or Lark (飞书自定义机器人), with 签名校验 where a secret is given.

Source:
    Feishu's open platform, "custom bot": the key of the HMAC is the time in seconds, a
    line break and the secret; what it signs is empty; Base64; both go into the body.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huiting.notify._markdown import markdown
from huiting.notify._post import Address, encoded, post, secret_of
from huiting.notify._robot import accepted
from huiting.notify.notice import Notice

LIMIT = 18_000
"""Bytes of text; a message may have 20 KB in all."""
_BUSY = frozenset({9499, 11232, 11233})
"""Too many in a second or a minute (5 and 100 are allowed)."""


def build(*, url: str, secret_file: Path | None = None) -> "Feishu":
    """Return the channel; nothing is sent yet.

    Args:
        url: the robot's.
        secret_file: holds the secret of 签名校验.

    Raises:
        ConfigError: the address is none, or the secret cannot be read.
    """
    return Feishu(Address.of(url), secret_of(secret_file))


@dataclass(frozen=True, slots=True)
class Feishu:
    """A `Channel`."""

    address: Address
    secret: str = ""
    clock: Callable[[], float] = time.time
    """Seconds since 1970, for the signature only."""

    def send(self, notice: Notice, /) -> None:
        """Post the notice."""
        card = {
            "config": {"wide_screen_mode": True},
            "header": {
                "title": {"tag": "plain_text", "content": notice.title},
                "template": "red" if notice.urgent else "blue",
            },
            "elements": [{"tag": "markdown", "content": markdown(notice, LIMIT)}],
        }
        body = {**self._proof(), "msg_type": "interactive", "card": card}
        answer = post(self.address, encoded(body))
        accepted(self.address.shown, answer, "code", busy=_BUSY)

    def _proof(self) -> dict[str, str]:
        if not self.secret:
            return {}
        moment = str(int(self.clock()))
        key = f"{moment}\n{self.secret}".encode()
        sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        return {"timestamp": moment, "sign": sign}
