"""A desk for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from huiting.store import Store
from served import Clock, parts_in
from unit.service.review.desk import Desk
from unit.store.conftest import KINDS, schema_of_its_own


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


@pytest.fixture(params=KINDS)
def any_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A service without calls, on each database: for the one test that goes the whole way."""
    clock = Clock()
    if request.param == "sqlite":
        with Store.open(str(tmp_path / "calls.db")) as store:
            yield Desk(parts_in(tmp_path, store, clock), clock)
    else:
        with schema_of_its_own() as url, Store.open(url) as store:
            yield Desk(parts_in(tmp_path, store, clock), clock)
