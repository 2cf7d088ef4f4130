"""A bucket for each test, on one server for all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huiting.vault.copies import Copies
from huiting.vault.remote import Remote
from s3_server import S3, s3_server


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    """A server for a module."""
    with s3_server() as made:
        yield made


@pytest.fixture
def s3(server: S3) -> Iterator[S3]:
    """The server, whose line works at the beginning and the end."""
    server.whole()
    yield server
    server.whole()


@pytest.fixture
def remote(s3: S3, tmp_path: Path) -> Remote:
    """Plain recordings in a bucket."""
    return Remote(s3.bucket(), Copies(tmp_path / "copies", 1 << 30))
