"""A running service, and a client of it that waits for nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.client import Client, Terms
from running import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that hears one and the same call in everything."""
    with running(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    """A client that may do all."""
    server.ears.asked.clear()
    server.ears.silence.set()
    with Client(server.url, "root", Terms(large=40_000)) as found:
        yield found


@pytest.fixture
def sound(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A recording that no other test hands in."""
    path = tmp_path / "8001_a.wav"
    path.write_bytes(f"RIFF {request.node.name}"[:90].encode())
    return path
