"""A service for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from empty_stores import empty_store
from served import Served, refund, serving


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without calls, to be copied."""
    return Path(empty_store(tmp_path_factory.mktemp("empty") / "calls.db"))


@pytest.fixture
def served(tmp_path: Path, empty: Path) -> Iterator[Served]:
    """A service without calls."""
    copy(empty, tmp_path / "calls.db")
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def call(served: Served) -> str:
    """The id of a call that the service has."""
    return served.save(refund())
