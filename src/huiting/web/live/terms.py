"""What a live connection may do, and who comes in without showing a token."""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.access.addresses import Network, within


@dataclass(frozen=True, slots=True)
class Terms:
    """Of every live connection."""

    first: float = 10.0
    """Seconds until the first message."""
    idle: float = 60.0
    """Seconds without any message, after which the other side counts as gone."""
    frame: int = 1 << 20
    """Bytes of one message."""
    again: float = 60.0
    """Seconds after which it is looked up again whether who speaks may still."""
    trusted: tuple[tuple[Network, str], ...] = ()
    """Networks of clients that can show nothing, as those of FunASR, and the token that counts
    as theirs; the first that fits."""
    origins: frozenset[str] = frozenset()
    """Of pages that may speak from such a network. A page elsewhere whose name leads to us
    (DNS rebinding) seems to be ours."""


def token_of(address: str, trusted: Sequence[tuple[Network, str]]) -> str | None:
    """Return the token that counts as that of who comes from an address; mostly None."""
    return next((token for network, token in trusted if within(address, (network,))), None)
