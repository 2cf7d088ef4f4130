"""Where a speech server is, whether that is inside the building, and what it is shown.

A host is inside when all of its addresses are private ones; a name is looked up. What would
leave the building does so only where the operator has said that it may.
"""

import os
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from huiting.core.errors import ConfigError, EngineError, HuitingError

HTTP, SOCKET = ("http", "https"), ("ws", "wss")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
OPTION = "engine_options.url"
KEY = "engine_options.key"
"""What errors about them are about: the values may be secret."""

Resolve = Callable[[str], Sequence[str]]
"""The addresses of a host; none when nobody knows them."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask."""

    url: str
    """Without a slash at its end."""
    scheme: str
    host: str
    shown: str
    """Scheme, host and port: what logs and errors say."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read an address.

        Raises:
            ConfigError: it is none, or it holds what belongs elsewhere.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigError(OPTION, "no address of a server", _WRITE) from error
        if parts.scheme not in {*HTTP, *SOCKET} or not parts.hostname:
            raise ConfigError(OPTION, "no address of a server", _WRITE)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigError(OPTION, "it holds more than an address", "give the key as key")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        shown = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
        return cls(url.rstrip("/"), parts.scheme, parts.hostname, shown)

    @property
    def secure(self) -> bool:
        """Whether what is sent is encrypted."""
        return self.scheme in {"https", "wss"}


_WRITE = "write http://HOST:PORT/v1, or ws://HOST:PORT"


def addresses_of(host: str) -> Sequence[str]:
    """Look a host up."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far audio may go."""

    address: Address
    anywhere: bool = False
    """Whether it may leave the building."""
    resolve: Resolve = addresses_of

    def check(self, error: type[HuitingError] = EngineError) -> None:
        """Refuse to send audio out of the building.

        A name that nobody knows passes: nothing can be sent there.

        Raises:
            EngineError: the host has an address outside; `error` instead, where given.
        """
        if self.anywhere:
            return
        outside = next((a for a in self.resolve(self.address.host) if not is_private(a)), None)
        if outside is not None:
            raise error(
                self.address.shown,
                f"audio would leave the building: {outside} is no private address",
                "name a server of your own, or set leaves_the_building = true",
            )


def is_private(address: str) -> bool:
    """Tell whether an IP address is this machine's, or of a network that the Internet lacks."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_private or found.is_loopback or found.is_link_local


def key_of(source: str) -> str:
    """Return the key that stands in an environment variable or a file; empty for no source.

    Args:
        source: `HUITING_ASR_KEY`, or the path of a file; never the key itself.

    Raises:
        ConfigError: there is none. What was given is not shown: it may be the key.
    """
    if not source:
        return ""
    try:
        named = VARIABLE.fullmatch(source) is not None
        text = os.environ.get(source, "") if named else Path(source).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(KEY, "no such file or variable", _NAME) from error
    key = text.strip()
    if not key:
        raise ConfigError(KEY, "no such file or variable, or nothing in it", _NAME)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(KEY, "what stands there is no key", "put the key alone on one line")
    return key


_NAME = "name a file with the key or an environment variable, not the key itself"


def trust_of(ca: str | Path | None) -> ssl.SSLContext:
    """Return what certificates are checked against: the system's, or those of a file alone.

    Raises:
        ConfigError: the file holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=None if ca is None else str(ca))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ConfigError(
            "engine_options.ca", "no file of certificates", "give a PEM file"
        ) from error
