"""One HTTP POST to an address that the operator has given; nothing follows a redirect."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from huiting.core.errors import ConfigError
from huiting.notify.notice import DeliveryError, Undeliverable

TIMEOUT = 15.0
"""Seconds for one attempt."""
LARGEST = 1 << 16
"""Bytes of an answer that are read."""
GONE = httpx.codes.GONE
_AGAIN = frozenset({408, 409, 421, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post."""

    url: str
    """Holds a secret with most robots: never shown."""
    shown: str
    """Scheme and host, the subject of errors."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Check an address.

        Raises:
            ConfigError: it is no HTTP address, or it carries a name and password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigError("channel url", "no address", "write https://HOST/…") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError("channel url", "no HTTP address", "write https://HOST/…")
        if parts.username or parts.password:
            raise ConfigError(
                "channel url", "it holds a password", "give the secret with secret_file"
            )
        shown = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")
        return cls(url, shown)


def secret_of(file: Path | str | None) -> str:
    """Return what a secret file holds, without its last line break; empty for no file.

    Raises:
        ConfigError: it cannot be read, or it is empty.
    """
    if file is None:
        return ""
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(str(file), "the secret cannot be read", "check the file") from error
    if not secret:
        raise ConfigError(str(file), "the secret is empty", "put it on the first line")
    return secret


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a body as it is sent and signed."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(address: Address, body: bytes, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401  (JSON)
    """Send a JSON body; return the answer's JSON, None when it is none.

    Raises:
        DeliveryError: no answer, or one that says to come again.
        Undeliverable: the receiver refuses.
    """
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
            client.stream("POST", address.url, content=body, headers=sent) as response,
        ):
            content = b""
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LARGEST:
                    break
            status = response.status_code
    except (httpx.RequestError, httpx.InvalidURL) as error:
        reason = f"no answer ({type(error).__name__})"
        raise DeliveryError(address.shown, reason, "look at the receiver") from error
    if status in _AGAIN or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise DeliveryError(address.shown, f"HTTP {status}", "look at the receiver's log")
    if not httpx.codes.is_success(status):
        raise Undeliverable(address.shown, f"HTTP {status}", "check the address and the secret")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
