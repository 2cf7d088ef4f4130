"""A program's webhook: signed JSON, as the Standard Webhooks specification has it.

The receiver checks `webhook-signature`: HMAC-SHA256 with the shared secret over
`ID.TIMESTAMP.BODY`, in Base64 after `v1,`. `webhook-id` is the same for every attempt.

Source:
    https://www.standardwebhooks.com, specification 1.0.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.notify._post import Address, encoded, post, secret_of
from huiting.notify.notice import Notice

SHORTEST = 24
"""Bytes of a secret, the least the specification allows."""


def build(*, url: str, secret_file: Path) -> "Webhook":
    """Return the channel; nothing is sent yet.

    Args:
        url: where to post.
        secret_file: holds `whsec_…` in Base64, or any text of at least 24 bytes.

    Raises:
        ConfigError: the address is none, or the secret is missing or too short.
    """
    return Webhook(Address.of(url), key_of(secret_of(secret_file), str(secret_file)))


def key_of(secret: str, where: str) -> bytes:
    """Return the bytes that sign.

    Raises:
        ConfigError: they are too few, or no Base64 after `whsec_`.
    """
    try:
        listed = secret.removeprefix("whsec_")
        key = base64.b64decode(listed, validate=True) if listed != secret else secret.encode()
    except binascii.Error as error:
        raise ConfigError(where, "no Base64 after whsec_", "give a new secret") from error
    if len(key) < SHORTEST:
        raise ConfigError(where, "the secret is too short", f"give {SHORTEST} bytes or more")
    return key


@dataclass(frozen=True, slots=True)
class Webhook:
    """A `Channel`."""

    address: Address
    key: bytes
    clock: Callable[[], float] = time.time
    """Seconds since 1970, for the signature only."""

    def send(self, notice: Notice, /) -> None:
        """Post the notice."""
        body = encoded(
            {
                "type": notice.topic.value,
                "timestamp": notice.at.isoformat(),
                "data": {
                    "title": notice.title,
                    "lines": list(notice.lines),
                    "link": notice.link,
                    "urgent": notice.urgent,
                    **notice.facts,
                },
            }
        )
        moment = str(int(self.clock()))
        headers = {
            "webhook-id": notice.id,
            "webhook-timestamp": moment,
            "webhook-signature": signature(self.key, notice.id, moment, body),
        }
        post(self.address, body, headers)


def signature(key: bytes, identity: str, moment: str, body: bytes) -> str:
    """Return the header that proves who sent the body, and when."""
    signed = b".".join([identity.encode(), moment.encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
