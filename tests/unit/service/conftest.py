"""A place for handlers to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.jobs.mode import Mode, open_queue
from huiting.store import Store
from unit.service.working import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with Store.open(empty_store(tmp_path / "calls.db")) as store:
        yield Place(store, open_queue(store.database, Mode.EMBEDDED), tmp_path)
