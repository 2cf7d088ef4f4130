"""A desk for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.store import Store
from served import Clock, parts_in
from unit.service.review.desk import Desk
from unit.store.conftest import KINDS, schema_of_its_own


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A service without calls."""
    clock = Clock()
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
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
