from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from empty_stores import empty_store
from huiting.store import Store
from unit.service.people.house import House
from unit.web.people.front import front, visiting


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty one."""
    with Store.open(empty_store(tmp_path / "people.db")) as store:
        yield House(store)


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    """A browser over HTTPS, in which nobody has signed in."""
    with visiting(front(house)) as client:
        yield client
