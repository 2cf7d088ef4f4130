"""Network addresses: whose requests are taken, whose word is, where one may listen."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from huiting.core.errors import ConfigError

Network = IPv4Network | IPv6Network


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read ranges such as `10.0.0.0/8`, `2001:db8::/32` or a single address.

    Raises:
        ConfigError: one is none.
    """
    found = []
    for text in texts:
        try:
            found.append(ip_network(text.strip()))
        except ValueError as error:
            raise ConfigError(
                f"address range {text!r}", str(error), "write one such as 10.0.0.0/8"
            ) from error
    return tuple(found)


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address without its port and zone, IPv4 in IPv6 as IPv4; None for no address."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def within(address: str, ranges: Iterable[Network]) -> bool:
    """Tell whether an address is in one of the ranges; what is no address is in none."""
    found = parse(address)
    return found is not None and any(found in each for each in ranges)


def client(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return where a request comes from, as far as those say whom we trust.

    Anybody may write an `X-Forwarded-For`; each proxy adds at the right what it has seen
    itself. So the list is read from the right, as long as the one who wrote it is trusted.

    Args:
        peer: the other end of the connection.
        forwarded: values of all `X-Forwarded-For` headers, in order.
        trusted: ranges of our own proxies.
    """
    hops = [hop for value in forwarded for hop in value.split(",")]
    here = peer
    while hops and within(here, trusted):
        before = parse(hops.pop())
        if before is None:
            break
        here = str(before)
    return here


def check_binding(host: str, *, authentication: bool) -> None:
    """Refuse to be reached by others where nobody has to sign in.

    Args:
        host: address or name to listen on; empty for all.
        authentication: whether people must sign in.

    Raises:
        ConfigError: others could reach it.
    """
    found = parse(host)
    alone = host.strip().lower() == "localhost" or (found is not None and found.is_loopback)
    if not authentication and not alone:
        raise ConfigError(
            f"host {host!r}",
            "others could reach the service and nobody has to sign in",
            "turn authentication on, or listen on 127.0.0.1",
        )


def neighbourhood(address: str) -> str:
    """Return what stands for whoever asks: the address, or the /64 that one IPv6 user has."""
    found = parse(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return address if found is None else str(found)
