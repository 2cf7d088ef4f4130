from collections.abc import Iterator
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.store import Store
from unit.service.people.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty one."""
    with Store.open(empty_store(tmp_path / "people.db")) as store:
        yield House(store)
