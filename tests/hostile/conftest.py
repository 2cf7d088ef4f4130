"""A service for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from served import Served, refund, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A service without calls."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def call(served: Served) -> str:
    """The id of a call that the service has."""
    return served.save(refund())
