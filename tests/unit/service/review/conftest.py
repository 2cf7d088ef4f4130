"""A desk for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from huiting.store import Store
from served import Clock, parts_in
from unit.service.review.desk import Desk


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without calls, to be copied: making its tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("bare") / "calls.db"
    Store.open(str(path)).close()
    return path


@pytest.fixture
def desk(tmp_path: Path, bare: Path) -> Iterator[Desk]:
    """A service without calls."""
    copy(bare, tmp_path / "calls.db")
    clock = Clock()
    with Store.open(str(tmp_path / "calls.db")) as store:
        yield Desk(parts_in(tmp_path, store, clock), clock)
