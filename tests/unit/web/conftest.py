"""A service for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from huiting.store import Store
from served import Served, refund, serving


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without calls, to be copied: making its tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "calls.db"
    Store.open(str(path)).close()
    return path


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
